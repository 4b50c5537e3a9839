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
    const healthy = [];
    for (const scenario of new Set(faults.map((fault) => fault.scenario))) healthy.push(await rowOf(folder, scenario, null));
    const planted = [];
    for (const fault of faults) planted.push(await rowOf(folder, fault.scenario, fault));
    return [
      'healthy runs (target: none named on 0.95)',
      tableOf(healthy),
      'faults (targets: Top-1 0.90, Top-3 0.98)',
      tableOf(planted),
    ].join('\n');
  } finally {
    remove();
  }
}

async function rowOf(folder: string, scenario: Fault['scenario'], fault: Fault | null) {
  const name = fault?.name ?? `healthy-${scenario}`;
  const judged = [];
  for (const seed of SEEDS) {
    const { bottlenecks } = await reportOf(path.join(folder, `${name}-${seed}`), scenario, fault, seed);
    judged.push({ named: bottlenecks, cause: fault?.truth.node ?? null });
  }
  return score(name, judged);
}

async function reportOf(run: string, scenario: Fault['scenario'], fault: Fault | null, seed: number): Promise<Report> {
  const played = ['run', scenario, '--users', String(FAULT_USERS[scenario]), ...LENGTH, '--seed', String(seed), '--out', run, '--json'];
  const withFault = fault === null ? played : [...played, '--fault', fault.name];
  const again = existsSync(path.join(run, 'report.json'));
  const { stdout, stderr } = await runProcess(process.execPath, [MAIN, ...(again ? ['analyze', run, '--json'] : withFault)]);
  if (stdout === '') throw new Error(`no report of ${run}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}
