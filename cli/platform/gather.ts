import * as path from 'node:path';
import { type Client, isMissing, isNotAsked, type Plan } from '../../analyzers/contract.ts';
import { findCollected } from '../collect/collected.ts';
import type { Host } from '../host.ts';
import type { Progress } from '../progress.ts';
import { FILES } from '../store.ts';
import { readTelemetryFile } from '../telemetry-file.ts';
import { readTracesFile } from '../traces/traces-file.ts';
import { keepYoungGenerationSmall } from '../traces/young-generation.ts';
import { askPlatform, type PlatformAsk } from './ask.ts';
import { type PlatformFiles, readPlatform, writePlatform } from './files.ts';
import { besideFile, better, type Earlier, withoutGaps } from './keep.ts';

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
    const now = await askPlatform(host, ask, {
      plan,
      client,
      clockAheadS: isMissing(before.inventory) || isNotAsked(before.inventory) ? undefined : before.inventory.clockAheadS,
      signal: stopping.signal,
      onProgress: (text) => progress.show(text),
    });
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

/** Files of the user's own that stand for what AWS would have said. */
export interface OwnFiles {
  /** A telemetry file: the metrics. */
  platform?: string | undefined;
  /** OTLP, Jaeger, or what another run has. */
  traces?: string | undefined;
}

/** Takes files into a run. What they don't speak of stands. @throws UserError 104 when one is not what it should be: then nothing is taken */
export async function takeInto(
  host: Host,
  files: OwnFiles,
  { directory, progress }: Pick<Gathering, 'directory' | 'progress'>,
): Promise<void> {
  const platform = files.platform === undefined ? null : await readTelemetryFile(host, files.platform);
  const from = path.basename(files.platform ?? '');
  const { inventory: known, alarms } = await readPlatform(host, directory, {
    notAsked: `the platform's data come from ${from}, which holds no alarms`,
  });
  const inventory = platform === null ? known : besideFile(known, platform);
  const there = isMissing(inventory) || isNotAsked(inventory) ? null : inventory;
  const traces = files.traces === undefined ? null : await readTracesFile(path.resolve(host.cwd, files.traces), there?.resources);
  const taken = {
    ...(platform !== null && { platform, alarms }),
    ...(traces !== null && { traces }),
    ...(there !== null && { inventory: traces === null ? there : withoutGaps(there, 'traces') }),
  };
  await write(host, directory, taken, progress);
}

async function write(host: Host, directory: string, files: Partial<PlatformFiles>, progress: Progress): Promise<void> {
  await writePlatform(host, directory, files).catch((error: Error) => progress.note(`could not keep what AWS said: ${error.message}`));
}

function summaryOf({ platform, inventory }: PlatformFiles): string {
  if (isMissing(platform)) return `AWS: nothing of the platform, because ${platform.missing}`;
  const gaps = isMissing(inventory) ? 0 : inventory.gaps.length;
  const told = `${platform.series.length} series of ${platform.nodes.length} nodes by ${platform.periodS} s`;
  return `AWS: ${told}${gaps > 0 ? `, with ${gaps} ${gaps === 1 ? 'gap' : 'gaps'} that the report names` : ''}`;
}
