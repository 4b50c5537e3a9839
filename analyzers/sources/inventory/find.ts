import { type Inventory, type Missing, type Resource, SCHEMA_VERSION, type SourceGap } from '../../contract.ts';
import { KINDS } from '../../families.ts';
import type { Reading } from '../cloudwatch.ts';
import { namespacesOf } from '../metrics-of.ts';
import { isForAll } from '../trouble.ts';
import { type ConfiguredResource, completed, dimensionsFrom } from './configured.ts';
import { DISCOVERED_NAMESPACES, discovered, distinctNodes } from './discovered.ts';
import { edgesBetween } from './edges.ts';
import { type ListedMetric, type Listing, listMetrics } from './listed.ts';

/** Where resources come from. What is named is taken as it is named; only where nothing is, all that CloudWatch lists is taken. */
export interface Wanted {
  resources: readonly ConfiguredResource[];
  edges: Inventory['edges'];
  /** Resources of a CloudFormation stack, or with certain tags; null where neither is asked for. */
  named: (() => Promise<{ resources: Resource[]; gaps: SourceGap[] }>) | null;
}

export interface Found {
  /** Missing where nothing else could be asked either. */
  inventory: Inventory | Missing;
  /** Why no resource is known, where none is: alarms and traces can be asked for all the same. */
  none: Missing | null;
  /** What CloudWatch lists, for metrics with dimensions that only it knows; null where it could not be asked. */
  listed: ListedMetric[] | null;
  /** True where nobody named the resources, so that some may have nothing to do with the run. */
  guessed: boolean;
}

/** More than this is somebody's whole account. Guess: tune. */
const DISCOVERED_MAX = 300;

/** @param recent whether the window lies within the last three hours */
export async function findResources(reading: Reading, wanted: Wanted, region: string, recent: boolean): Promise<Found> {
  const named = (await wanted.named?.()) ?? { resources: [], gaps: [] };
  const isNamed = wanted.resources.length > 0 || wanted.named !== null;
  const kinds = [...wanted.resources.flatMap(({ kind }) => kind ?? []), ...named.resources.map(({ kind }) => kind)];
  const allKindsKnown = isNamed && wanted.resources.every(({ kind }) => kind !== undefined);
  const listing = await listMetrics(reading, isNamed ? namespacesOf(allKindsKnown ? kinds : KINDS) : DISCOVERED_NAMESPACES, recent);
  const gaps = [...named.gaps, ...listing.gaps];
  const listed = listing.metrics;
  const resources = isNamed ? [...configured(wanted.resources, listed, gaps), ...named.resources] : discovered(listed ?? []);
  const found = { listed, guessed: !isNamed };
  const none = resources.length > 0 ? null : nothing(listing, gaps, region);
  if (none !== null && listing.trouble !== null && isForAll(listing.trouble)) return { inventory: none, none, ...found };
  if (none !== null && gaps.length === 0) gaps.push({ source: 'inventory', reason: listsNothing(region), next: LOOK_ELSEWHERE });
  if (resources.length > DISCOVERED_MAX) gaps.push(tooMany(resources.length));
  const kept = distinctNodes(dedupe(resources).slice(0, DISCOVERED_MAX));
  const edges = edgesBetween(kept, wanted.edges);
  return { inventory: { schemaVersion: SCHEMA_VERSION, region, resources: kept, edges, gaps }, none, ...found };
}

function configured(resources: readonly ConfiguredResource[], listed: readonly ListedMetric[] | null, gaps: SourceGap[]): Resource[] {
  return resources.flatMap((one) => {
    const whole = completed(one);
    if ('unfit' in whole) {
      gaps.push({ source: 'inventory', reason: whole.unfit, next: 'Give its `kind` in ext.loadkit.resources.' });
      return [];
    }
    const { resource, missing } = whole;
    if (missing.length === 0) return [resource];
    const dimensions = dimensionsFrom(resource, missing, listed ?? []);
    if (dimensions !== null) return [{ ...resource, dimensions }];
    gaps.push({
      source: 'inventory',
      reason: `CloudWatch lists nothing from which the ${missing.join(' and ')} of ${resource.node} would follow`,
      next: `Give \`dimensions\` of ${resource.node} in ext.loadkit.resources, with ${missing.join(' and ')}.`,
    });
    return [];
  });
}

/** What is configured goes before what was found by its stack or tags: it may say more. */
const dedupe = (resources: readonly Resource[]): Resource[] => {
  const byDimensions = new Map<string, Resource>();
  for (const resource of resources) {
    const key = JSON.stringify([resource.kind, Object.entries(resource.dimensions).toSorted()]);
    if (!byDimensions.has(key)) byDimensions.set(key, resource);
  }
  return [...byDimensions.values()];
};

const tooMany = (count: number): SourceGap => ({
  source: 'inventory',
  reason: `there are ${count} resources with metrics, of which ${DISCOVERED_MAX} were read`,
  next: 'Name those of the system under test: ext.loadkit.resources, or ext.loadkit.aws.stackName or .tags in k6.config.json.',
});

function nothing({ trouble }: Listing, gaps: readonly SourceGap[], region: string): Missing {
  if (trouble !== null && isForAll(trouble)) return { missing: `${trouble.reason}. ${trouble.next}` };
  const [first] = gaps;
  if (first !== undefined) return { missing: `no resource is known: ${first.reason}. ${first.next}` };
  return { missing: `${listsNothing(region)}. ${LOOK_ELSEWHERE}` };
}

const listsNothing = (region: string): string => `CloudWatch in ${region} lists no resource`;
const LOOK_ELSEWHERE =
  'Is it the right region (ext.loadkit.aws.region)? New metrics are listed after 15 minutes: name the resources in ext.loadkit.resources.';
