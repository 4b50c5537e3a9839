import * as path from 'node:path';
import { type Client, isMissing, isNotAsked, type Plan } from '../../analyzers/contract.ts';
import { findCollected } from '../collect/collected.ts';
import type { Host } from '../host.ts';
import type { Progress } from '../progress.ts';
import { FILES } from '../store.ts';
import { keepYoungGenerationSmall } from '../traces/young-generation.ts';
import { askPlatform, type PlatformAsk } from './ask.ts';
import { type PlatformFiles, readPlatform, readTelemetryFile, writePlatform } from './files.ts';
import { besideFile, better, type Earlier } from './keep.ts';

/** Calls back when the user has had enough of waiting; the returned function stops listening. */
type OnStop = (stop: () => void) => () => void;

interface Gathering {
  directory: string;
  plan: Plan;
  onStop: OnStop;
  progress: Progress;
}

/** Asks AWS what the platform did in the run's time, and keeps the answer in the run directory. What can't be written is told, and does not end the run. */
export async function gatherInto(host: Host, ask: PlatformAsk, { directory, plan, onStop, progress }: Gathering): Promise<void> {
  const stopping = new AbortController();
  const listened = onStop(() => {
    progress.note('stopping to ask AWS: what has come is kept');
    stopping.abort();
  });
  try {
    keepYoungGenerationSmall();
    const client = await clientOf(host, directory);
    const before = await earlierIn(host, directory);
    const now = await askPlatform(host, ask, { plan, client, signal: stopping.signal, onProgress: (text) => progress.show(text) });
    progress.note(summaryOf(now));
    const { files, kept } = better(before, now);
    for (const { artifact, why } of kept) progress.note(`${FILES[artifact]} of before is kept, for it says more: ${why}`);
    await write(host, directory, files, progress);
  } finally {
    listened();
  }
}

/** What the client counted, from which a trace has its weight. Where that can't be read, the analysis that follows says why. */
async function clientOf(host: Host, directory: string): Promise<Client | null> {
  const found = await findCollected(host, directory).catch(() => null);
  return found === null || isMissing(found.client) ? null : found.client;
}

/** Of the traces only the count is held, while others are read. */
async function earlierIn(host: Host, directory: string): Promise<Earlier> {
  const { traces, ...found } = await readPlatform(host, directory, { notAsked: 'not yet' });
  return { ...found, traces: isMissing(traces) || isNotAsked(traces) ? 0 : traces.traces.length };
}

/** Takes a telemetry file for the metrics that AWS would have told. What else there is stands. @throws UserError 104 when it is none */
export async function takeInto(
  host: Host,
  file: string,
  { directory, progress }: Pick<Gathering, 'directory' | 'progress'>,
): Promise<void> {
  const platform = await readTelemetryFile(host, file);
  const notAsked = { notAsked: `the platform's data come from ${path.basename(file)}, which holds no alarms` };
  const { inventory, alarms } = await readPlatform(host, directory, notAsked);
  await write(host, directory, { platform, inventory: besideFile(inventory, platform), alarms }, progress);
}

async function write(host: Host, directory: string, files: PlatformFiles, progress: Progress): Promise<void> {
  await writePlatform(host, directory, files).catch((error: Error) => progress.note(`could not keep what AWS said: ${error.message}`));
}

function summaryOf({ platform, inventory }: PlatformFiles): string {
  if (isMissing(platform)) return `AWS: nothing of the platform, because ${platform.missing}`;
  const gaps = isMissing(inventory) ? 0 : inventory.gaps.length;
  const told = `${platform.series.length} series of ${platform.nodes.length} nodes by ${platform.periodS} s`;
  return `AWS: ${told}${gaps > 0 ? `, with ${gaps} ${gaps === 1 ? 'gap' : 'gaps'} that the report names` : ''}`;
}
