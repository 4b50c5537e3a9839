import { describe, expect, it } from 'vitest';
import type { LoadStep } from './load-step.ts';
import { type WhatIf, whatIf } from './what-if.ts';

/** 0.02 units of a table that has 5 a request, 0.01 tasks' worth of a service that has 4, up to the load that uses up the table. */
const steps = [100, 300, 500, 700, 900].map((users): LoadStep => {
  const throughput = users / 4;
  return {
    ...{
      run: `run-${users}`,
      users,
      throughput,
      throughputCi95: null,
      latencyMs: { avg: 20, p95: 50 },
      holds: 'yes',
      counts: true,
      generatorLimited: false,
      reason: null,
    },
    uses: [
      { node: 'dynamodb:guilds', resource: 'write-capacity', unit: 'WCU', used: 0.02 * throughput, limit: 5 },
      { node: 'fargate:engine', resource: 'cpu', unit: 'tasks', used: 0.01 * throughput, limit: 4 },
    ],
  };
});

describe('whatIf', () => {
  it('names the next to be used up once a limit is lifted, and when', () => {
    const found = whatIf(steps, [{ node: 'dynamodb:guilds', name: 'wcu', value: 20 }]) as WhatIf;
    expect(found.before).toMatchObject({
      node: 'dynamodb:guilds',
      at: { throughput: expect.closeTo(250, 6), users: expect.closeTo(1000, 3) },
    });
    expect(found.after).toMatchObject({ node: 'fargate:engine', at: { throughput: expect.closeTo(400, 6) } });
    expect(found.resources[1]).toMatchObject({ node: 'dynamodb:guilds', limit: 20, at: { throughput: expect.closeTo(1000, 6) } });
  });

  it('takes several at once, and a smaller limit too', () => {
    const found = whatIf(steps, [
      { node: 'dynamodb:guilds', name: 'wcu', value: 20 },
      { node: 'fargate:engine', name: 'tasks', value: 3 },
    ]) as WhatIf;
    expect(found.after).toMatchObject({ node: 'fargate:engine', limit: 3, at: { throughput: expect.closeTo(300, 6) } });
  });

  it.each([
    [{ node: 'dynamodb:guilds', name: 'luck', value: 1 }, 'there is no setting luck', 'tasks, rcu, wcu'],
    [{ node: 'dynamodb:guilds', name: 'wcu', value: 0 }, "dynamodb:guilds.wcu can't be 0", 'above 0'],
    [
      { node: 'dynamodb:items', name: 'wcu', value: 9 },
      'the test knows no wcu of dynamodb:items',
      'dynamodb:guilds.wcu, fargate:engine.tasks',
    ],
  ])('refuses %j', (setting, bad, hint) => {
    expect(whatIf(steps, [setting])).toEqual({ bad, hint: expect.stringContaining(hint) });
  });
});
