import * as path from 'node:path';
import type { Missing, NotAsked, Plan, Report } from '../analyzers/contract.ts';
import { judge } from '../analyzers/judge.ts';
import { loadHtmlAssets } from '../reports/assets.ts';
import { renderHtml, renderJson, renderJunit, renderMarkdown } from '../reports/index.ts';
import { findCollected } from './collect/collected.ts';
import type { Host } from './host.ts';
import { readPlatform } from './platform/files.ts';
import { FILES, readPlan, writeAtomic, writePlan } from './store.ts';

/**
 * From what is on disk to a report: artifacts are found, judged and rendered, without the engine, the network or credentials.
 *
 * @param current the plan as it stands in memory, where the disk may have been too full to take it
 * @returns the report, and what could not be written, if anything
 */
export async function analyzeRun(host: Host, directory: string, current?: Plan): Promise<{ report: Report; unwritten: string[] }> {
  const unwritten: string[] = [];
  const plan = current ?? (await readPlan(host, directory));
  if (current) unwritten.push(...(await attempted(FILES.plan, () => writePlan(host, directory, current))));
  const platform = await readPlatform(host, directory, absentPlatform(plan));
  const { unwritten: lost, ...collected } = await findCollected(host, directory);
  if (lost !== null) unwritten.push(lost);
  const report = judge({ plan, ...platform, ...collected });
  unwritten.push(...(await writeReport(host, directory, report)));
  return { report, unwritten };
}

/** Writes a report in all its forms. @returns what could not be written, if anything */
export async function writeReport(host: Host, directory: string, report: Report): Promise<string[]> {
  const unwritten: string[] = [];
  for (const [name, render] of RENDERERS)
    unwritten.push(...(await attempted(name, async () => writeAtomic(host, path.join(directory, name), await render(report)))));
  return unwritten;
}

async function attempted(name: string, write: () => Promise<void>): Promise<string[]> {
  try {
    await write();
    return [];
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
}

const RENDERERS: readonly (readonly [name: string, render: (report: Report) => string | Promise<string>])[] = [
  [FILES.reportJson, renderJson],
  [FILES.junit, renderJunit],
  [FILES.summary, renderMarkdown],
  [FILES.reportHtml, async (report) => renderHtml(report, await loadHtmlAssets())],
];

/** What there is to say of a platform's data that aren't in the run directory. */
const absentPlatform = ({ aws }: Plan): NotAsked | Missing =>
  aws === undefined
    ? { notAsked: 'no platform was asked' }
    : { missing: 'the run ended before AWS had answered; `loadkit analyze --aws` asks a deployed target again' };
