import type { Bad } from '../malformed.ts';
import { PRICE_LISTS, type PriceList, type Usage } from '../models/cost/index.ts';
import { analysisOf } from './capacity.ts';
import { type LoadPrice, priceOfLoad } from './load-price.ts';
import type { LoadStep } from './load-step.ts';
import { type LimitOf, type Saturation, saturationsOf } from './saturation.ts';

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
/** Beyond any that AWS gives. */
const LIMIT_MAX = 1_000_000;
/** What there are no halves of. */
const WHOLE: ReadonlySet<string> = new Set(['tasks', 'rcu', 'wcu', 'concurrency', 'connections']);
export const SETTINGS: readonly string[] = Object.keys(LIMITS);

/** What a stepped test says of the same system with other limits. */
export interface WhatIf {
  settings: Setting[];
  /** The first to be used up, as it was and as it would be; null where none is known to be. */
  before: Saturation | null;
  after: Saturation | null;
  resources: Saturation[];
  /** Settings that change the price only, each with the reason. */
  unmeasured: { setting: string; reason: string }[];
  price: {
    /** Of the largest load of the test, as it was and with the settings. A service whose tasks are set counts with all that it may have, in both. */
    tested: LoadPrice | null;
    changed: LoadPrice | null;
    /** With the settings, of the load that uses up the first resource then. */
    limit: LoadPrice | null;
  };
}

/**
 * What one request uses of each resource stays as it was measured; the load that uses it up changes with its limit. What was used up already in the test
 * (and so grew no more with the load) is not known beyond it.
 *
 * @param steps in the order of their users
 * @param lists the first of a region prices it
 */
export function whatIf(steps: readonly LoadStep[], settings: readonly Setting[], lists: readonly PriceList[] = PRICE_LISTS): WhatIf | Bad {
  for (const [i, setting] of settings.entries()) {
    const wrong = whyNot(steps, setting) ?? whyTwice(setting, settings.slice(0, i));
    if (wrong !== null) return wrong;
  }
  const limitOf: LimitOf = (node, resource) =>
    settings.find((setting) => setting.node === node && LIMITS[setting.name] === resource)?.value;
  // What throughput so many users make stays as it was, too.
  const usl = analysisOf(steps);
  const resources = saturationsOf(steps, usl, limitOf);
  const after = firstOf(resources);
  return {
    settings: [...settings],
    before: firstOf(saturationsOf(steps, usl)),
    after,
    resources,
    unmeasured: settings
      .filter((setting) => !isMeasured(steps, setting))
      .map((setting) => ({ setting: nameOf(setting), reason: whyUnmeasured(setting) })),
    price: pricesOf(steps, settings, after, lists),
  };
}

function pricesOf(
  steps: readonly LoadStep[],
  settings: readonly Setting[],
  after: Saturation | null,
  lists: readonly PriceList[],
): WhatIf['price'] {
  const largest = steps.findLast(({ usage, counts }) => usage !== null && counts);
  const change = (usage: Usage): Usage => settings.reduce(withSetting, usage);
  const tested = tasksAsTested(steps, settings);
  const at = after?.at ?? null;
  return {
    tested: largest === undefined ? null : priceOfLoad(steps, largest, lists, (usage) => tested.reduce(withSetting, usage)),
    changed: largest === undefined ? null : priceOfLoad(steps, largest, lists, change),
    limit: at === null || at.users === null ? null : priceOfLoad(steps, { users: at.users, throughput: at.throughput }, lists, change),
  };
}

/** What may run and what does are two things to a service that scales: priced as one and then as the other, a task more would cost what it does not. */
function tasksAsTested(steps: readonly LoadStep[], settings: readonly Setting[]): Setting[] {
  return settings.flatMap((setting) => {
    const use = setting.name === 'tasks' ? useOf(steps, setting) : undefined;
    return use === undefined ? [] : [{ ...setting, value: use.limit }];
  });
}

/** Reserved concurrency and an API's rate cost nothing by themselves. */
function withSetting(usage: Usage, { node, name, value }: Setting): Usage {
  switch (name) {
    case 'tasks':
      return { ...usage, fargate: usage.fargate.map((each) => (each.node === node ? { ...each, tasks: value } : each)) };
    case 'rcu':
    case 'wcu':
      return {
        ...usage,
        dynamodb: usage.dynamodb.map((each) => (each.node === node && each.mode === 'provisioned' ? { ...each, [name]: value } : each)),
      };
    case 'connections':
      return { ...usage, others: [...usage.others, `${node}: a node that takes ${value} connections`] };
    default:
      return usage;
  }
}

function whyTwice({ node, name }: Setting, before: readonly Setting[]): Bad | null {
  if (!before.some((other) => other.node === node && other.name === name)) return null;
  return { bad: `${node}.${name} is set twice`, hint: 'say each limit once' };
}

const firstOf = (resources: readonly Saturation[]): Saturation | null => resources.find(({ at }) => at !== null) ?? null;

function whyNot(steps: readonly LoadStep[], { node, name, value }: Setting): Bad | null {
  const resource = LIMITS[name];
  if (resource === undefined) return { bad: `there is no setting ${name}`, hint: `there are: ${SETTINGS.join(', ')}` };
  if (!(value > 0 && value <= LIMIT_MAX))
    return { bad: `${node}.${name} can't be ${value}`, hint: `a limit is a number above 0, and ${LIMIT_MAX} at most` };
  if (WHOLE.has(name) && !Number.isInteger(value)) return { bad: `${node}.${name} can't be ${value}`, hint: 'there are whole ones only' };
  if (isMeasured(steps, { node, name, value }) || isPriced(steps, { node, name, value })) return null;
  if (resource.endsWith('-capacity') && tablesOf(steps, node).length > 0)
    return {
      bad: `${node} is on demand: it has no ${name} to set`,
      hint: '`loadkit cost` says whether provisioned units would be cheaper, and how many',
    };
  const able = [
    ...new Set(
      steps.flatMap(({ uses }) =>
        uses.flatMap((use) => SETTINGS.filter((each) => LIMITS[each] === use.resource).map((each) => `${use.node}.${each}`)),
      ),
    ),
  ];
  return { bad: `the test knows no ${name} of ${node}`, hint: `it knows ${able.join(', ') || 'of no resource'}` };
}

const nameOf = ({ node, name }: Setting): string => `${node}.${name}`;

/** As the largest load has it. */
const useOf = (steps: readonly LoadStep[], { node, name }: Setting): LoadStep['uses'][number] | undefined =>
  steps
    .filter(({ counts }) => counts)
    .flatMap(({ uses }) => uses)
    .findLast((use) => use.node === node && use.resource === LIMITS[name]);

const isMeasured = (steps: readonly LoadStep[], setting: Setting): boolean => useOf(steps, setting) !== undefined;

const tablesOf = (steps: readonly LoadStep[], node: string): Usage['dynamodb'] =>
  steps.flatMap(({ usage }) => usage?.dynamodb ?? []).filter((table) => table.node === node);

/** Whether it was there, though the test did not touch it. */
function isPriced(steps: readonly LoadStep[], { node, name }: Setting): boolean {
  if (name === 'rcu' || name === 'wcu') return tablesOf(steps, node).some(({ mode }) => mode === 'provisioned');
  return name === 'tasks' && steps.some(({ usage }) => usage?.fargate.some((service) => service.node === node));
}

const whyUnmeasured = ({ node, name }: Setting): string =>
  name === 'tasks'
    ? `Nothing told how busy ${node} was, or how many tasks it may have: its limit is not known. Read its metrics, and test again.`
    : `The test ${name === 'rcu' ? 'read' : 'wrote'} nothing of ${node} that was told: what a request uses of it is not known. Test a scenario that does.`;
