import * as path from 'node:path';
import { type RunCost, runCost } from '../../analyzers/capacity/run-cost.ts';
import { isMissing, isNotAsked, type Report } from '../../analyzers/contract.ts';
import { findCollected } from '../collect/collected.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { readPlatform } from '../platform/files.ts';
import { FILES, findRun, readPlan } from '../store.ts';
import { renderEstimate } from './estimate.ts';
import { priceLists } from './price-lists.ts';

/** @throws UserError 104 when there is no such run, nobody told what its platform did, or the refreshed price list of its region is damaged */
export async function costOfRun(host: Host, given: string | undefined): Promise<RunCost & { runId: string }> {
  const directory = await findRun(host, given);
  const plan = await readPlan(host, directory);
  const { platform, inventory } = await readPlatform(host, directory, { notAsked: 'no platform was asked' });
  if (isNotAsked(platform) || isMissing(platform) || isNotAsked(inventory) || isMissing(inventory))
    throw new UserError(
      `nothing is known of what the platform of ${plan.runId} did: ${reasonOf(platform) ?? reasonOf(inventory)}`,
      'run against the reference stack, or let `loadkit analyze --aws` ask AWS',
    );
  const report = await readReport(host, directory);
  const { client } = await findCollected(host, directory);
  const run = { fromS: Date.parse(plan.startedAt) / 1000, toS: Date.parse(plan.endedAt ?? plan.startedAt) / 1000 };
  if (report.window === null)
    throw new UserError(`${plan.runId} has no window to count in`, 'a run that measured nothing used nothing that is known');
  return {
    runId: plan.runId,
    ...runCost(
      { platform, inventory, client: isMissing(client) ? null : client },
      { run, window: report.window, users: report.plan.users },
      await priceLists(host, inventory.region),
    ),
  };
}

const reasonOf = (found: object): string | null => {
  if (isMissing(found)) return found.missing;
  return isNotAsked(found) ? found.notAsked : null;
};

async function readReport(host: Host, directory: string): Promise<Report> {
  const file = path.join(directory, FILES.reportJson);
  try {
    return JSON.parse(await host.fs.readFile(file, 'utf8')) as Report;
  } catch (cause) {
    throw new UserError(`cannot read ${file}`, `run \`loadkit analyze ${directory}\` first`, { cause });
  }
}

export const exitCodeOf = ({ month }: RunCost): ExitCode => (month.unpriced.length > 0 ? EXIT.inconclusive : EXIT.pass);

export function renderRunCost({ runId, run, month, perThousandUserHours }: RunCost & { runId: string }): string {
  const each = perThousandUserHours === null ? '' : `per 1,000 users and hour: ${perThousandUserHours.toFixed(4)} ${month.currency}\n`;
  return `what ${runId} used\n${renderEstimate(run)}\na month at its load\n${renderEstimate(month)}${each}`;
}
