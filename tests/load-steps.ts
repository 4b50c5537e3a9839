import type { LoadStep } from '../analyzers/capacity/load-step.ts';
import { noUsage, type Usage } from '../analyzers/models/cost/index.ts';

/** One load of a stepped test that holds: each user makes a request every four seconds, and nothing is known to be used. */
export const loadStep = (users: number, more: Partial<LoadStep> = {}): LoadStep => ({
  ...{
    run: `run-${users}`,
    scenario: 'mixed',
    durationS: 90,
    users,
    throughput: users / 4,
    throughputCi95: null,
    latencyMs: { avg: 20, p95: 50 },
  },
  ...{ holds: 'yes', counts: true, generatorLimited: false, reason: null, settledInS: null, uses: [], usage: null },
  ...more,
});

/** A request uses 0.02 units of a table that has 5, and 0.01 tasks' worth of a service that has 4. */
const tableAndService = (throughput: number): LoadStep['uses'] => [
  { node: 'dynamodb:guilds', resource: 'write-capacity', unit: 'WCU', used: 0.02 * throughput, limit: 5 },
  { node: 'fargate:engine', resource: 'cpu', unit: 'tasks', used: 0.01 * throughput, limit: 4 },
];

/** A month of that: each request is one to an API, beside what is there at any load. */
const monthOf = (throughput: number): Usage => ({
  ...noUsage('us-east-1'),
  dynamodb: [{ node: 'dynamodb:guilds', mode: 'provisioned', wcu: 5, rcu: 0, hours: 730 }],
  fargate: [{ node: 'fargate:engine', vcpu: 0.5, memoryGb: 1, hours: 730, tasks: 4, arch: 'x86_64' }],
  httpApi: [{ requests: throughput * 730 * 3600, avgKb: 0 }],
});

/** Up to the load that nearly uses up the table. */
export const stepsToTheTable: readonly LoadStep[] = [100, 300, 500, 700, 900].map((users) =>
  loadStep(users, { uses: tableAndService(users / 4), usage: monthOf(users / 4) }),
);
