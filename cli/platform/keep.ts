import {
  type Inventory,
  isMissing,
  isNotAsked,
  type Missing,
  type NotAsked,
  type PlatformArtifact,
  SCHEMA_VERSION,
  type SourceGap,
} from '../../analyzers/contract.ts';
import { resourceOfNode } from '../../analyzers/families.ts';
import { edgesBetween } from '../../analyzers/sources/inventory/edges.ts';
import type { TelemetryFile } from '../../analyzers/telemetry-file.ts';
import { unreadOf } from '../../analyzers/unread-series.ts';
import type { FoundPlatform, PlatformFiles } from './files.ts';

/** What a run directory has from before; of its traces, how many. */
export type Earlier = Omit<FoundPlatform, 'traces'> & { traces: number };

type Gaps = readonly SourceGap[];

/** The sources whose gaps speak of an artifact. */
const SOURCES: Readonly<Record<PlatformArtifact, readonly SourceGap['source'][]>> = {
  inventory: ['inventory'],
  platform: ['cloudwatch'],
  alarms: ['alarms'],
  traces: ['xray', 'logs'],
};
const ARTIFACTS = Object.keys(SOURCES) as PlatformArtifact[];

/** An artifact of before that stays, and why that of now is less: one lowercase sentence. */
export interface Kept {
  artifact: PlatformArtifact;
  why: string;
}

/**
 * Of each artifact the answer that says more: a second asking may be denied what the first was allowed, or end half-way. Less is taken where there is no
 * new gap by which it would be explained: then less was asked for.
 */
export function better(before: Earlier, now: PlatformFiles): { files: PlatformFiles; kept: Kept[] } {
  const kept = keptOf(before, now);
  if (kept.length === 0) return { files: now, kept };
  const isKept = (artifact: PlatformArtifact): boolean => kept.some((each) => each.artifact === artifact);
  const of = <T>(artifact: PlatformArtifact, was: T | NotAsked, is: T): T => (isKept(artifact) && !isNotAsked(was) ? was : is);
  const inventory = of('inventory', before.inventory, now.inventory);
  const { traces, ...rest } = now;
  const files: PlatformFiles = {
    ...rest,
    platform: of('platform', before.platform, now.platform),
    alarms: of('alarms', before.alarms, now.alarms),
    inventory: isMissing(inventory) ? inventory : mixed(inventory, before, now, isKept),
    ...(traces === undefined || isKept('traces') ? {} : { traces }),
  };
  return { files, kept };
}

function keptOf(before: Earlier, now: PlatformFiles): Kept[] {
  const [was, is] = [amountsOf(before, before.traces), amountsOf(now, tracesIn(now))];
  const known = new Set(gapsOf(before.inventory).map(({ reason }) => reason));
  const fresh = gapsOf(now.inventory).filter(({ reason }) => !known.has(reason));
  return ARTIFACTS.flatMap((artifact) => {
    if (is[artifact] >= was[artifact]) return [];
    const found = now[artifact];
    // A resource that is not found any more has no series either.
    const gap = fresh.find(({ source }) => source === 'inventory' || SOURCES[artifact].includes(source));
    const why = isMissing(found) ? found.missing : gap?.reason;
    return why === undefined ? [] : [{ artifact, why }];
  });
}

type Amounts = Readonly<Record<PlatformArtifact, number>>;

/** How much each says; 0 where it is not there. */
const amountsOf = ({ inventory, platform, alarms }: Omit<Earlier, 'traces'>, traces: number): Amounts => ({
  inventory: amount(inventory, ({ resources }) => resources.flatMap(({ limits }) => Object.keys(limits)).length + resources.length),
  platform: amount(platform, ({ series }) => series.filter(isWhole(gapsOf(inventory))).length),
  alarms: amount(alarms, ({ alarms: all }) => all.length + all.flatMap(({ changes }) => changes).length),
  traces,
});

const amount = <T extends object>(found: T | Missing | NotAsked, count: (found: T) => number): number =>
  isMissing(found) || isNotAsked(found) ? 0 : 1 + count(found);

const tracesIn = ({ traces }: PlatformFiles): number => (traces === undefined || isMissing(traces) ? 0 : traces.traces.length);

function isWhole(gaps: Gaps): (series: TelemetryFile['series'][number]) => boolean {
  const unread = unreadOf({ gaps: [...gaps] });
  return ({ node, metric }) => unread.get(node)?.has(metric) !== true;
}

/** One inventory for what came from two askings: each artifact's gaps are those of the asking that it is from. */
function mixed(inventory: Inventory, before: Earlier, now: PlatformFiles, isKept: (artifact: PlatformArtifact) => boolean): Inventory {
  const gaps = ARTIFACTS.flatMap((artifact) =>
    gapsOf((isKept(artifact) ? before : now).inventory).filter(({ source }) => SOURCES[artifact].includes(source)),
  );
  const edges = edgesBetween(inventory.resources, [...edgesOf(before.inventory), ...edgesOf(now.inventory)]);
  return { ...inventory, edges, gaps };
}

const gapsOf = (inventory: Inventory | Missing | NotAsked): Gaps => (isMissing(inventory) || isNotAsked(inventory) ? [] : inventory.gaps);
const edgesOf = (inventory: Inventory | Missing | NotAsked): Inventory['edges'] =>
  isMissing(inventory) || isNotAsked(inventory) ? [] : inventory.edges;

/**
 * What there is beside a file that is taken for the platform's metrics: all that is known stands, but for what could not be read of the metrics, and
 * nodes that only the file has come to it. What they are follows from their names; of those that don't say, nothing is asked.
 */
export function besideFile(before: Inventory | Missing | NotAsked, { nodes, edges }: TelemetryFile): Inventory {
  const known: Inventory =
    isMissing(before) || isNotAsked(before) ? { schemaVersion: SCHEMA_VERSION, region: '', resources: [], edges: [], gaps: [] } : before;
  const names = new Set(known.resources.map(({ node }) => node));
  const more = nodes.flatMap(({ id }) => (id.includes('/') || names.has(id) ? [] : (resourceOfNode(id) ?? [])));
  const resources = [...known.resources, ...more];
  return { ...withoutGaps(known, 'platform'), resources, edges: edgesBetween(resources, [...known.edges, ...edges]) };
}

/** Without what could not be read of an artifact, which now comes from elsewhere. */
export const withoutGaps = (inventory: Inventory, artifact: PlatformArtifact): Inventory => ({
  ...inventory,
  gaps: inventory.gaps.filter(({ source }) => !SOURCES[artifact].includes(source)),
});
