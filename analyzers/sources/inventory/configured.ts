import type { Resource, ResourceKind } from '../../contract.ts';
import { FAMILIES, kindOf, nameOf } from '../../families.ts';
import type { ListedMetric } from './listed.ts';

/** What `ext.loadkit.resources` may say of a resource. Only `node` is required. */
export type ConfiguredResource = Pick<Resource, 'node'> & Partial<Resource>;

/** Why it is no resource: one lowercase sentence. */
export interface Unfit {
  unfit: string;
}

/** A configured resource with all that follows from its node's name; `missing` are dimensions that CloudWatch's listing has to give. */
export function completed(configured: ConfiguredResource): { resource: Resource; missing: string[] } | Unfit {
  const kind: ResourceKind | null = configured.kind ?? kindOf(configured.node);
  if (kind === null) return { unfit: `the kind of ${configured.node} does not follow from its name` };
  const { named, also } = FAMILIES[kind];
  const given = configured.dimensions ?? {};
  // A load balancer's dimension holds a number that its name does not tell.
  const dimensions = kind === 'alb' || named in given || 'ApiId' in given ? given : { [named]: nameOf(configured.node), ...given };
  const resource: Resource = { ...configured, kind, dimensions: { ...dimensions }, limits: configured.limits ?? {} };
  return { resource, missing: [named, ...also].filter((name) => !(name in dimensions) && !('ApiId' in dimensions)) };
}

/** Finds missing dimensions in what CloudWatch lists; null where it lists nothing that fits. */
export function dimensionsFrom(
  resource: Resource,
  missing: readonly string[],
  listed: readonly ListedMetric[],
): Record<string, string> | null {
  const { named, also } = FAMILIES[resource.kind];
  const plain = [named, ...also];
  const known = Object.entries(resource.dimensions);
  const found = listed.find(
    ({ dimensions }) =>
      Object.keys(dimensions).length === plain.length &&
      plain.every((name) => name in dimensions) &&
      known.every(([name, value]) => dimensions[name] === value) &&
      (resource.kind !== 'alb' || !missing.includes(named) || dimensions[named]?.split('/')[1] === nameOf(resource.node)),
  );
  return found === undefined ? null : { ...found.dimensions };
}
