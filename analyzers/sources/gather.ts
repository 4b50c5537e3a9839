import { type Alarms, type Inventory, isMissing, type Missing, type Resource, type Traces } from '../contract.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { readAlarms } from './alarms.ts';
import type { AwsClients } from './clients.ts';
import { aheadOf, type Clock } from './clock.ts';
import { clockAheadS, clockGaps } from './clock-watch.ts';
import type { Reading } from './cloudwatch.ts';
import { edgesBetween } from './inventory/edges.ts';
import { findResources, type Wanted } from './inventory/find.ts';
import { statesAll } from './inventory/stated-limits.ts';
import { baselineFromS, type Metrics, type NoMetrics, noMetrics, type RunStretch, readMetrics } from './metrics.ts';
import { indexNode } from './metrics-of.ts';
import type { Range } from './period.ts';
import { telemetryOf } from './telemetry-of.ts';
import { distinctGaps, gapOf, missingOf, type Trouble, troubleOf } from './trouble.ts';
import type { TracesRead } from './xray/read-traces.ts';

/** What AWS is asked, and how long for. Times are of this machine's clock. */
export interface Question extends RunStretch {
  clients: AwsClients;
  clock: Clock;
  /** Ends the asking; what has come by then is kept. */
  signal?: AbortSignal | undefined;
  wanted: Wanted;
  /** How far AWS's clock was ahead at the run's end, where an earlier asking found out: this machine's may have been set since. */
  clockAheadS?: number | undefined;
  /** Reads the run's traces, once it is known what there is, and how far AWS's clock is ahead. Left out: nobody asks for them. */
  readTraces?: ((inventory: Inventory, aheadS: number) => Promise<TracesRead>) | undefined;
}

/** Each as it goes to disk. */
export interface Gathered {
  inventory: Inventory | Missing;
  platform: TelemetryFile | Missing;
  alarms: Alarms | Missing;
  traces?: Traces | Missing;
}

const RECENT_S = 3 * 3600;
/** An alarm of the run goes off when its periods have been evaluated, minutes later; what goes off after that is of something else. Guess: tune. */
const ALARMS_AFTER_S = 900;

/**
 * Asks CloudWatch and the services for all that they say of a run, in its time by AWS's clock, and gives it by this machine's, as the client's data are.
 * Never throws for what AWS does: it is missing then, with its reason.
 */
export async function gather(question: Question): Promise<Gathered> {
  const { clients, clock, signal, onProgress } = question;
  const reading: Reading = { cloudwatch: clients.cloudwatch, clock, signal };
  let region: string;
  try {
    region = await clients.region();
  } catch (error) {
    return allMissing(missingOf(troubleOf(error, 'cloudwatch:ListMetrics')));
  }
  onProgress?.('AWS: finding the resources');
  const nowS = clock.now() / 1000;
  const found = await findResources(reading, question.wanted, region, nowS - question.fromS < RECENT_S);
  if (isMissing(found.inventory)) return allMissing(found.inventory);
  const known = await withLimits(found.inventory, question);

  const nowAheadS = clockAheadS(clients);
  const thenAheadS = question.clockAheadS ?? nowAheadS;
  const aheadS = thenAheadS ?? 0;
  const byAws = { ...question, clock: aheadOf(clock, nowAheadS ?? 0), fromS: question.fromS + aheadS, toS: question.toS + aheadS };
  const metrics =
    found.none === null
      ? await orTrouble(readMetrics({ ...reading, clock: byAws.clock }, known, found.listed, byAws), 'cloudwatch:GetMetricData', noMetrics)
      : { ...found.none, gaps: [] };
  const used = found.guessed ? onlyTold(known, metrics) : known;
  onProgress?.('CloudWatch: alarms');
  const untilS = Math.min(byAws.clock.now() / 1000, byAws.toS + ALARMS_AFTER_S);
  const { alarms, gaps } = await readAlarms(reading, used.resources, baselineFromS(byAws), untilS);
  const traced = question.readTraces && (await orTrouble(question.readTraces(used, aheadS), 'xray:GetTraceSummaries', noTraces));
  const inventory = {
    ...used,
    resources: used.resources.map((resource) => deploymentsMovedBy(-aheadS, resource)),
    ...(thenAheadS === null ? {} : { clockAheadS: thenAheadS }),
    edges: edgesBetween(used.resources, [...used.edges, ...(traced?.edges ?? [])]),
    gaps: distinctGaps([...clockGaps(aheadS), ...used.gaps, ...metrics.gaps, ...gaps, ...(traced?.gaps ?? [])]),
  };
  return {
    inventory,
    platform: isMissing(metrics) ? { missing: metrics.missing } : telemetryOf(metrics.series, inventory, movedBy(-aheadS, metrics.range)),
    alarms: isMissing(alarms) ? alarms : alarmsMovedBy(-aheadS, alarms),
    ...(traced === undefined ? {} : { traces: traced.traces }),
  };
}

/** An answer that isn't of AWS's shape (an emulator's, a proxy's) is the trouble of who reads it: what the others say stands. */
const orTrouble = <T, U>(answer: Promise<T>, action: string, otherwise: (trouble: Trouble) => U): Promise<T | U> =>
  answer.catch((cause: unknown) => otherwise(troubleOf(cause, action)));

const noTraces = (trouble: Trouble): TracesRead => ({ traces: missingOf(trouble), edges: [], gaps: [gapOf('xray', trouble)] });

const movedBy = (byS: number, { startS, endS, periodS }: Range): Range => ({ startS: startS + byS, endS: endS + byS, periodS });

const alarmsMovedBy = (byS: number, { alarms, ...rest }: Alarms): Alarms => ({
  ...rest,
  alarms: alarms.map((alarm) => ({ ...alarm, changes: alarm.changes.map((change) => ({ ...change, atS: change.atS + byS })) })),
});

const deploymentsMovedBy = (byS: number, { deployments, ...rest }: Resource): Resource => ({
  ...rest,
  ...(deployments && {
    deployments: deployments.map(({ createdS, updatedS }) => ({ createdS: createdS + byS, updatedS: updatedS + byS })),
  }),
});

const allMissing = (missing: Missing): Gathered => ({ inventory: missing, platform: missing, alarms: missing });

/** The readers bring AWS's other clients with them, so they are loaded only for somebody whose limits aren't known. */
async function withLimits(inventory: Inventory, { clients, signal, onProgress }: Question): Promise<Inventory> {
  if (inventory.resources.every(statesAll)) return inventory;
  const { readLimits } = await import('./inventory/limits.ts');
  return readLimits(inventory, clients, {
    signal,
    onProgress: (read, of) => onProgress?.(`AWS: limits and settings, ${read} of ${of} resources`),
  });
}

/** Of resources that nobody named, those that did anything, or may have: not all of theirs was read. */
function onlyTold(inventory: Inventory, metrics: Metrics | NoMetrics): Inventory {
  if (isMissing(metrics)) return inventory;
  const told = metrics.series.map(({ query }) => query.node);
  const unread = metrics.gaps.flatMap(({ series = [] }) => series.map(({ node }) => node));
  const active = new Set([...told, ...unread]);
  const isActive = ({ node, indexes = [] }: Resource): boolean =>
    active.has(node) || indexes.some(({ name }) => active.has(indexNode(node, name)));
  return { ...inventory, resources: inventory.resources.filter(isActive) };
}
