import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { Report } from '../analyzers/contract.ts';
import type { Fault } from '../infra-fixtures/local/faults/fault.ts';
import { faults } from '../infra-fixtures/local/faults/index.ts';
import { FAULT_USERS } from '../tests/fault-users.ts';
import { score, tableOf } from './diagnosis-score.ts';
import { MAIN, runProcess, temporaryFolder } from './measure.ts';

const SEEDS = [1, 2, 3];
const LENGTH = ['--duration', '55s', '--ramp', '5s'];

/**
 * Every fault of the embedded stack, and healthy runs of each scenario, with three seeds each: whether the bottleneck that the report names is the cause.
 * Runs are kept in LOADKIT_DIAGNOSIS_RUNS where that is set, and those that are there already are judged again instead of played.
 */
export async function bench(): Promise<string> {
  const kept = process.env['LOADKIT_DIAGNOSIS_RUNS'];
  const { folder, remove } = kept === undefined ? temporaryFolder() : { folder: kept, remove: () => undefined };
  try {
    const cases: Case[] = [
      ...[...new Set(faults.map((fault) => fault.scenario))].map((scenario) => ({ scenario, fault: null })),
      ...faults.map((fault) => ({ scenario: fault.scenario, fault })),
    ];
    const judged = new Map<Case, Judged[]>(cases.map((each) => [each, []]));
    // Each seed through all of them, so that whoever stops it half-way has seen something of each.
    for (const seed of SEEDS) for (const each of cases) judged.get(each)?.push(await judgedOf(folder, each, seed));
    const rows = cases.map((each) => ({ ...each, row: score(nameOf(each), judged.get(each) ?? []) }));
    const table = (of: typeof rows): string => tableOf(of.map(({ row }) => row));
    return [
      'healthy runs (target: none named on 0.95)',
      table(rows.filter(({ fault }) => fault === null)),
      'faults (targets: Top-1 0.90, Top-3 0.98)',
      table(rows.filter(({ fault }) => fault !== null)),
    ].join('\n');
  } finally {
    remove();
  }
}

interface Case {
  scenario: Fault['scenario'];
  fault: Fault | null;
}
type Judged = Parameters<typeof score>[1][number];

const nameOf = ({ scenario, fault }: Case): string => fault?.name ?? `healthy-${scenario}`;

async function judgedOf(folder: string, of: Case, seed: number): Promise<Judged> {
  const name = `${nameOf(of)}-${seed}`;
  const { bottlenecks } = await reportOf(path.join(folder, name), of, seed);
  const named = bottlenecks.map(({ node, resource, score: each }) => `${node} (${resource}) ${each.toFixed(2)}`).join(', ');
  process.stderr.write(`${name}: ${named || 'none'}\n`);
  return { named: bottlenecks, cause: of.fault?.truth.node ?? null };
}

async function reportOf(run: string, { scenario, fault }: Case, seed: number): Promise<Report> {
  const played = ['run', scenario, '--users', String(FAULT_USERS[scenario]), ...LENGTH, '--seed', String(seed), '--out', run, '--json'];
  const withFault = fault === null ? played : [...played, '--fault', fault.name];
  const again = existsSync(path.join(run, 'report.json'));
  const { stdout, stderr } = await runProcess(process.execPath, [MAIN, ...(again ? ['analyze', run, '--json'] : withFault)]);
  if (stdout === '') throw new Error(`no report of ${run}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}
