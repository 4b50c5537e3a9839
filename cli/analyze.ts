import * as path from 'node:path';
import type { FoundArtifacts, Missing, NotAsked, Plan, Report } from '../analyzers/contract.ts';
import { judge } from '../analyzers/judge.ts';
import { loadHtmlAssets } from '../reports/assets.ts';
import { renderHtml, renderJson, renderJunit, renderMarkdown } from '../reports/index.ts';
import { readClient, writeClient } from './collect/client-file.ts';
import { compact } from './collect/compact.ts';
import type { Host } from './host.ts';
import { readPlatform } from './platform/files.ts';
import { exists, FILES, readPlan, writeAtomic, writePlan } from './store.ts';

/**
 * From what is on disk to a report: artifacts are found, judged and rendered, without the engine, the network or credentials.
 *
 * @param current the plan as it stands in memory, where the disk may have been too full to take it
 * @returns the report, and what could not be written, if anything
 */
export async function analyzeRun(host: Host, directory: string, current?: Plan): Promise<{ report: Report; unwritten: string[] }> {
  const unwritten: string[] = [];
  const attempt = async (name: string, write: () => Promise<void>): Promise<boolean> => {
    try {
      await write();
      return true;
    } catch (error) {
      unwritten.push(`${name}: ${(error as Error).message}`);
      return false;
    }
  };

  const plan = current ?? (await readPlan(host, directory));
  if (current) await attempt(FILES.plan, () => writePlan(host, directory, current));
  const report = judge(await findArtifacts(host, directory, plan, attempt));
  for (const [name, render] of RENDERERS)
    await attempt(name, async () => writeAtomic(host, path.join(directory, name), await render(report)));
  return { report, unwritten };
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

/** The client's series: compacted from the journal when the run left one, else as an earlier analysis compacted them. */
async function findArtifacts(
  host: Host,
  directory: string,
  plan: Plan,
  attempt: (name: string, write: () => Promise<void>) => Promise<boolean>,
): Promise<FoundArtifacts> {
  const platform = await readPlatform(host, directory, absentPlatform(plan));
  const journal = path.join(directory, FILES.journal);
  const file = path.join(directory, FILES.client);
  if (await exists(host, journal)) {
    const compacted = await compact(journal);
    const written = await attempt(FILES.client, () => writeClient(file, compacted));
    // The journal goes only once what it says is safe, and only when nobody may still be writing it.
    if (written && compacted.client.complete) await host.fs.rm(journal, { force: true });
    return { plan, ...platform, ...compacted };
  }
  if (await exists(host, file)) return { plan, ...platform, ...(await readClient(file)) };
  const missing = `there is neither ${FILES.client} nor ${FILES.journal} in the run directory: the engine never sent anything`;
  return { plan, ...platform, client: { missing }, generator: { missing } };
}
