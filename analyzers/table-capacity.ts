import type { Finding, Missing, Resource } from './contract.ts';
import { type Answer, gathered, ofEach, type PlatformInputs } from './platform-audit.ts';
import { highest, type Stretch } from './platform-series.ts';
import { orMissing } from './unread-series.ts';

/** Reads and writes are metered, limited and throttled apart. Spelled as in the names of DynamoDB's metrics. */
export type Access = 'Read' | 'Write';
export const accesses: readonly Access[] = ['Read', 'Write'];

/** A table or one of its indexes: each has capacity of its own. */
export interface Part {
  node: string;
  index: string | null;
}

/** Above this share of its capacity little is left for a burst beyond the credit of 300 s. Guess: tune. */
export const CAPACITY_NEAR = 0.8;

/** DynamoDB's own default for auto scaling: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html */
export const TARGET_UTILISATION = 0.7;

/** Units that one partition takes in a second: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
export const PARTITION_UNITS: Readonly<Record<Access, number>> = { Read: 3000, Write: 1000 };

/** The table and its indexes, those of the inventory and those that metrics tell of, or would have. */
export function partsOf({ node, indexes = [] }: Resource, { file, unread }: Stretch): Part[] {
  const prefix = `${node}/`;
  const nodes = [...file.series.map((series) => series.node), ...unread.keys()];
  const told = nodes.flatMap((each) => (each.startsWith(prefix) ? [each.slice(prefix.length)] : []));
  const names = [...new Set([...indexes.map(({ name }) => name), ...told])];
  return [{ node, index: null }, ...names.map((index) => ({ node: prefix + index, index }))];
}

/** One kind of access to one part of a table. */
export interface Metered {
  resource: Resource;
  part: Part;
  access: Access;
  stretch: Stretch;
}

/** Asks it of reads and of writes, of each table and each of its indexes. */
export const ofEachPart = (id: string, inputs: PlatformInputs, ask: (of: Metered) => Answer | null): Finding[] | Missing =>
  ofEach(id, ['dynamodb'], inputs, (resource, stretch) => {
    const metered = partsOf(resource, stretch).flatMap((part) => accesses.map((access) => ({ resource, part, access, stretch })));
    return gathered(
      id,
      metered.map((of) => orMissing(() => ask(of) ?? [])),
    );
  });

/** Units per second; null on demand, and where it could not be read. What CloudWatch says goes first, since auto scaling changes it during a run. */
export function provisionedUnits(
  { limits, indexes = [] }: Resource,
  { node, index }: Part,
  access: Access,
  stretch: Stretch,
): number | null {
  if (limits.billing === 'on-demand') return null;
  const name = `Provisioned${access}CapacityUnits`;
  const told = highest(stretch, [node, name, 'Average']) ?? highest(stretch, [node, name, 'Maximum']);
  const part = index === null ? limits : indexes.find(({ name: each }) => each === index);
  const read = (access === 'Read' ? part?.readUnits : part?.writeUnits) ?? null;
  const units = told ?? read;
  return units === null || units === 0 ? null : units;
}
