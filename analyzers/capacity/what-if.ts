import { type Capacity, capacityOf, type Saturation } from './capacity.ts';
import type { LoadStep } from './load-step.ts';

/** A limit that is to be another: `fargate:engine.tasks=4`. */
export interface Setting {
  node: string;
  name: string;
  value: number;
}

/** What can be set, and which use it limits. */
const LIMITS: Readonly<Record<string, string>> = {
  tasks: 'cpu',
  rcu: 'read-capacity',
  wcu: 'write-capacity',
  concurrency: 'concurrency',
  connections: 'connections',
  rate: 'rate-limit',
};
export const SETTINGS: readonly string[] = Object.keys(LIMITS);

/** Why something can't be set: one lowercase sentence, and what would mend it. */
export interface BadSetting {
  bad: string;
  hint: string;
}

/** What a stepped test says of the same system with other limits. */
export interface WhatIf {
  settings: Setting[];
  /** The first to be used up, as it was and as it would be; null where none is known to be. */
  before: Saturation | null;
  after: Saturation | null;
  resources: Saturation[];
}

/**
 * What one request uses of each resource stays as it was measured; the load that uses it up changes with its limit. What was used up already in the test
 * (and so grew no more with the load) is not known beyond it.
 */
export function whatIf(steps: readonly LoadStep[], settings: readonly Setting[]): WhatIf | BadSetting {
  for (const setting of settings) {
    const wrong = whyNot(steps, setting);
    if (wrong !== null) return wrong;
  }
  const limitOf = (node: string, resource: string, limit: number): number =>
    settings.find((setting) => setting.node === node && LIMITS[setting.name] === resource)?.value ?? limit;
  const changed = steps.map((step) => ({
    ...step,
    uses: step.uses.map((use) => ({ ...use, limit: limitOf(use.node, use.resource, use.limit) })),
  }));
  const [before, after] = [capacityOf(steps), capacityOf(changed)];
  return { settings: [...settings], before: firstOf(before), after: firstOf(after), resources: after.resources };
}

const firstOf = ({ resources }: Capacity): Saturation | null => resources.find(({ at }) => at !== null) ?? null;

function whyNot(steps: readonly LoadStep[], { node, name, value }: Setting): BadSetting | null {
  const resource = LIMITS[name];
  if (resource === undefined) return { bad: `there is no setting ${name}`, hint: `there are: ${SETTINGS.join(', ')}` };
  if (!(value > 0)) return { bad: `${node}.${name} can't be ${value}`, hint: 'a limit is a number above 0' };
  const known = steps.flatMap(({ uses }) => uses);
  if (known.some((use) => use.node === node && use.resource === resource)) return null;
  const able = [
    ...new Set(known.flatMap((use) => SETTINGS.filter((each) => LIMITS[each] === use.resource).map((each) => `${use.node}.${each}`))),
  ];
  return { bad: `the test knows no ${name} of ${node}`, hint: `it knows ${able.join(', ') || 'of no resource'}` };
}
