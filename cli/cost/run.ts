import * as path from 'node:path';
import { type RunCost, runCost } from '../../analyzers/capacity/run-cost.ts';
import { isMissing, isNotAsked, type Plan, type Report } from '../../analyzers/contract.ts';
import { finiteOf, isObject, objectOf } from '../../analyzers/json.ts';
import { type JudgedRun, type RightSizing, rightSizing } from '../../analyzers/right-sizing/index.ts';
import type { Strategy } from '../../analyzers/right-sizing/strategies.ts';
import { findCollected } from '../collect/collected.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { readPlatform } from '../platform/files.ts';
import { FILES, findRun, readPlan } from '../store.ts';
import { renderEstimate } from './estimate.ts';
import { priceLists } from './price-lists.ts';
import { renderRightSizing } from './right-sizing.ts';

export interface CostOfRun extends RunCost {
  runId: string;
  rightSizing: RightSizing;
}

export interface CostOptions {
  /** Further runs of the same load. */
  with: string[];
  strategy: Strategy;
}

/**
 * @throws UserError 104 when there is no such run, nobody told what its platform did, a further run is of another load, or the refreshed price list of its region
 * is damaged
 */
export async function costOfRun(host: Host, given: string | undefined, options: CostOptions): Promise<CostOfRun> {
  const judged = await readJudged(host, given);
  const { directory, plan, report, platform, inventory } = judged;
  const { client } = await findCollected(host, directory);
  const run = { fromS: Date.parse(plan.startedAt) / 1000, toS: Date.parse(plan.endedAt ?? plan.startedAt) / 1000 };
  if (report.window === null)
    throw new UserError(`${plan.runId} has no window to count in`, 'a run that measured nothing used nothing that is known');
  const others = await Promise.all(options.with.map((other) => readJudged(host, other)));
  for (const other of others) checkComparable(other, judged);
  const prices = await priceLists(host, inventory.region);
  return {
    runId: plan.runId,
    ...runCost(
      { platform, inventory, client: isMissing(client) ? null : client },
      { run, window: report.window, users: report.plan.users },
      prices,
    ),
    rightSizing: rightSizing(judged, { others, strategy: options.strategy, prices }),
  };
}

async function readJudged(host: Host, given: string | undefined): Promise<JudgedRun & { directory: string; plan: Plan }> {
  const directory = await findRun(host, given);
  const plan = await readPlan(host, directory);
  const { platform, inventory } = await readPlatform(host, directory, { notAsked: 'no platform was asked' });
  if (isNotAsked(platform) || isMissing(platform) || isNotAsked(inventory) || isMissing(inventory))
    throw new UserError(
      `nothing is known of what the platform of ${plan.runId} did: ${reasonOf(platform) ?? reasonOf(inventory)}`,
      'run against the reference stack, or let `loadkit analyze --aws` ask AWS',
    );
  return { directory, plan, report: await readReport(host, directory), platform, inventory };
}

/** Durations differ with the load, so only those of one load tell of memory. */
function checkComparable({ plan, report }: { plan: Plan; report: Report }, { plan: first }: { plan: Plan }): void {
  const loadOf = ({ scenario, load }: Plan): string =>
    `${scenario} with ${load.model === 'closed' ? `${load.usersMax} users` : `${load.ratePerS} arrivals/s`}`;
  if (plan.runId === first.runId) throw new UserError(`${plan.runId} is the run itself`, '--with takes another run of the same load');
  if (loadOf(plan) !== loadOf(first))
    throw new UserError(
      `${plan.runId} can't be compared: it is ${loadOf(plan)}, not ${loadOf(first)}`,
      'change one thing at a time, and play the same load again',
    );
  if (report.window?.steady !== true)
    throw new UserError(`${plan.runId} can't be compared: it was not steady`, 'a longer run is likely to be');
}

const reasonOf = (found: object): string | null => {
  if (isMissing(found)) return found.missing;
  return isNotAsked(found) ? found.notAsked : null;
};

async function readReport(host: Host, directory: string): Promise<Report> {
  const file = path.join(directory, FILES.reportJson);
  let report: unknown;
  try {
    report = JSON.parse(await host.fs.readFile(file, 'utf8'));
  } catch (cause) {
    throw new UserError(`cannot read ${file}`, `run \`loadkit analyze ${directory}\` first`, { cause });
  }
  const { window, plan, targets } = objectOf(report);
  const measured = window === null || [objectOf(window)['fromS'], objectOf(window)['toS']].every((end) => finiteOf(end) !== undefined);
  if (!measured || !isObject(plan) || !Array.isArray(targets))
    throw new UserError(`${file} is no report of this version of loadkit`, `run \`loadkit analyze ${directory}\` again`);
  return report as Report;
}

export const exitCodeOf = ({ month }: RunCost): ExitCode => (month.unpriced.length > 0 ? EXIT.inconclusive : EXIT.pass);

export function renderRunCost({ runId, run, month, perThousandUserHours, rightSizing: sizes }: CostOfRun): string {
  const each = perThousandUserHours === null ? '' : `per 1,000 users and hour: ${perThousandUserHours.toFixed(4)} ${month.currency}\n`;
  return `what ${runId} used\n${renderEstimate(run)}\na month at its load\n${renderEstimate(month)}${each}\n${renderRightSizing(sizes)}`;
}
