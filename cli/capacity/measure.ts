import * as path from 'node:path';
import { type Capacity, capacityOf } from '../../analyzers/capacity/capacity.ts';
import { type LoadStep, loadStepOf } from '../../analyzers/capacity/load-step.ts';
import { nextLoad, type Search } from '../../analyzers/capacity/search.ts';
import type { Report } from '../../analyzers/contract.ts';
import { figure } from '../../analyzers/words.ts';
import { kneeText, peakText, priceText, saturationText, sustainableText } from '../../reports/capacity-text.ts';
import { writeReport } from '../analyze.ts';
import { findCollected } from '../collect/collected.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { readPlatform } from '../platform/files.ts';
import { type RunningStack, type RunOptions, run } from '../run.ts';
import { createRunDirectory, runIdOf, writeAtomic } from '../store.ts';
import { CAPACITY_FILE, priceListsOf, TESTS } from './test-directory.ts';

const NOT_ASKED = { notAsked: 'no platform was asked' };

/**
 * Runs one load after another against the same system, each a run of its own with a directory of its own, and says what it can carry.
 *
 * @param startStack how the embedded stack is started, when no target is given: once, for all of them
 */
export async function measureCapacity(
  host: Host,
  { search, todayUsers, ...options }: RunOptions & { search: Search; todayUsers: number | null },
  startStack: () => Promise<RunningStack>,
): Promise<{ capacity: Capacity; directory: string; interrupted: boolean }> {
  const id = runIdOf(host.now(), options.scenario, { model: 'closed', usersMax: search.toUsers });
  const directory = await createRunDirectory(host, id, options.out ?? path.join(TESTS, id));
  const stack = options.target === undefined ? await startStack() : null;
  const shared = async (): Promise<RunningStack> => ({ ...(stack as RunningStack), stop: async () => undefined });
  const steps: LoadStep[] = [];
  const reports: Report[] = [];
  let interrupted = false;
  try {
    for (let users = nextLoad(steps, search); users !== null && !interrupted; users = nextLoad(steps, search)) {
      const number = steps.length + 1;
      host.stderr.write(`step ${number}: ${figure(users)} users\n`);
      const out = path.join(directory, `${String(number).padStart(2, '0')}-${users}`);
      const { report, directory: at } = await run(host, { ...options, users, out, seed: options.seed + number - 1 }, shared);
      const step = loadStepOf(report, { ...(await readPlatform(host, at, NOT_ASKED)), ...(await findCollected(host, at)) });
      steps.push(step);
      reports.push(report);
      host.stderr.write(`  ${spoken(step)}\n`);
      interrupted = report.exitCode === EXIT.interrupted;
    }
  } finally {
    await stack?.stop();
  }
  const capacity = capacityOf(steps, todayUsers, await priceListsOf(host, steps));
  await writeAtomic(host, path.join(directory, CAPACITY_FILE), `${JSON.stringify({ schemaVersion: 1, ...capacity }, null, 2)}\n`);
  // Beside what the whole test says, the report of the load that is its answer; where there is none, of the last.
  const shown = reports.find(({ plan }) => plan.users === capacity.sustainable?.users) ?? reports.at(-1);
  const unwritten = shown === undefined ? [] : await writeReport(host, directory, { ...shown, capacity });
  for (const line of unwritten) host.stderr.write(`could not write ${line}\n`);
  return { capacity, directory, interrupted };
}

const HOLDS = { yes: 'all targets hold', no: 'does not hold', unknown: 'could not be judged' } as const;

const spoken = ({ throughput, latencyMs: { p95 }, holds, reason }: LoadStep): string =>
  [
    throughput === null ? 'no throughput' : `${figure(throughput)} requests/s`,
    p95 === null ? 'no latency' : `p95 ${figure(p95)} ms`,
    `${HOLDS[holds]}${reason === null ? '' : ` (${reason})`}`,
  ].join(', ');

export const exitCodeOf = ({ capacity, interrupted }: { capacity: Capacity; interrupted: boolean }): ExitCode => {
  if (interrupted) return EXIT.interrupted;
  return capacity.sustainable === null ? EXIT.inconclusive : EXIT.pass;
};

export function renderCapacity(capacity: Capacity): string {
  const { sustainable, boundary, resources, headroom, price } = capacity;
  const lines = [sustainableText(capacity), `  ${boundary}`, peakText(capacity), kneeText(capacity)];
  if (headroom !== null) lines.push(`headroom: ${figure(headroom.ratio)} times today's ${figure(headroom.atUsers)} users`);
  if (price.today !== null) lines.push(`price of today's load: ${priceText(price.today)}`);
  if (sustainable !== null) lines.push(`price of the sustainable load: ${priceText(price.sustainable)}`);
  for (const { node, resource, unit, limit, usable, usedMax, at, reason } of resources) {
    const when = [at === null ? null : `used up at ${saturationText(at)}`, reason].filter((each) => each !== null).join('. ');
    lines.push(
      `${node} ${resource}: ${figure(usedMax)} of ${figure(limit)} ${unit}${usable < limit ? `, which bear ${figure(usable)}` : ''} at most; ${when}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
