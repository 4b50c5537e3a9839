import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { Report } from '../analyzers/contract.ts';
import type { Fault } from '../infra-fixtures/local/faults/fault.ts';
import { faults } from '../infra-fixtures/local/faults/index.ts';
import { MAIN, runProcess, temporaryFolder } from './measure.ts';

const SEEDS = [1, 2, 3];
const LENGTH = ['--duration', '55s', '--ramp', '5s'];
const USERS: Readonly<Record<Fault['scenario'], number>> = { mixed: 150, 'real-time': 60, 'database-heavy': 100, 'fargate-focused': 60 };

interface Case {
  scenario: Fault['scenario'];
  /** Null: nothing is wrong. */
  fault: Fault | null;
  seed: number;
}

/**
 * Every fault of the embedded stack, and healthy runs of each scenario, with three seeds each: whether the bottleneck that the report names is the cause.
 * Runs are kept in LOADKIT_DIAGNOSIS_RUNS where that is set, and those that are there already are judged again instead of played.
 */
export async function bench(): Promise<string> {
  const kept = process.env['LOADKIT_DIAGNOSIS_RUNS'];
  const { folder, remove } = kept === undefined ? temporaryFolder() : { folder: kept, remove: () => undefined };
  try {
    const scenarios = [...new Set(faults.map(({ scenario }) => scenario))];
    const planted = faults.flatMap((fault) => SEEDS.map((seed): Case => ({ scenario: fault.scenario, fault, seed })));
    const healthy = scenarios.flatMap((scenario) => SEEDS.map((seed): Case => ({ scenario, fault: null, seed })));
    const lines: string[] = [];
    const ranks: number[] = [];
    let named = 0;
    for (const each of [...healthy, ...planted]) {
      const { bottlenecks } = await reportOf(folder, each);
      const place = bottlenecks.findIndex(({ node }) => node === each.fault?.truth.node);
      if (each.fault === null) named += bottlenecks.length > 0 ? 1 : 0;
      else ranks.push(place);
      lines.push(lineOf(each, place, bottlenecks));
    }
    const share = (count: number, of: number): string => `${count} of ${of} (${(count / of).toFixed(2)})`;
    return [
      ...lines,
      `true node first: ${share(ranks.filter((place) => place === 0).length, ranks.length)}, target 0.90`,
      `among three: ${share(ranks.filter((place) => place >= 0 && place < 3).length, ranks.length)}, target 0.98`,
      `none named on healthy runs: ${share(healthy.length - named, healthy.length)}, target 0.95`,
    ].join('\n');
  } finally {
    remove();
  }
}

async function reportOf(folder: string, { scenario, fault, seed }: Case): Promise<Report> {
  const run = path.join(folder, `${fault?.name ?? `healthy-${scenario}`}-${seed}`);
  const args = existsSync(path.join(run, 'report.json'))
    ? ['analyze', run, '--json']
    : ['run', scenario, '--users', String(USERS[scenario]), ...LENGTH, '--seed', String(seed), '--out', run, '--json'];
  if (args[0] === 'run' && fault !== null) args.push('--fault', fault.name);
  const { stdout, stderr } = await runProcess(process.execPath, [MAIN, ...args]);
  if (stdout === '') throw new Error(`no report of ${run}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

function lineOf({ scenario, fault, seed }: Case, place: number, bottlenecks: Report['bottlenecks']): string {
  const mark =
    fault === null ? (bottlenecks.length === 0 ? 'ok' : 'FALSE') : place === 0 ? 'ok' : place === -1 ? 'MISSED' : `place ${place + 1}`;
  const said = bottlenecks.slice(0, 3).map(({ node, resource, score }) => `${node} ${resource} ${score.toFixed(2)}`);
  return `  ${(fault?.name ?? `healthy ${scenario}`).padEnd(26)} seed ${seed}  ${mark.padEnd(8)} ${said.join(', ') || 'none'}`;
}
