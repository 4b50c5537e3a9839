import { PRICE_LISTS, type PriceList } from '../models/cost/index.ts';
import { type CurvePoint, fitUsl, type LoadPoint, USL_REACH, type UslFit, uslCurve, uslUsersFor } from '../models/scalability/index.ts';
import { type Demand, demandOf } from '../models/utilisation.ts';
import { figure } from '../words.ts';
import { type JudgedLoad, judgedLoads } from './judged-loads.ts';
import { type LoadPrice, priceOfLoad } from './load-price.ts';
import type { LoadStep } from './load-step.ts';
import { usableOf } from './resource-use.ts';

/** What a stepped test says of what a system can carry. */
export interface Capacity {
  steps: LoadStep[];
  /** The largest tested load that meets every target; null where none does, or it isn't known. */
  sustainable: { users: number; throughput: number | null } | null;
  /** What is known of the load above it, in a sentence. */
  boundary: string;
  usl: UslFit;
  /** The fitted curve with its band, for drawing; empty where there is none. */
  curve: CurvePoint[];
  /** The first to be used up first; those that load doesn't touch come last. */
  resources: Saturation[];
  /** How much more than `atUsers` it carries, as a ratio; null where either isn't known. */
  headroom: { atUsers: number; ratio: number } | null;
  /** Of today's load and of the sustainable one; null where either isn't known. */
  price: { today: LoadPrice | null; sustainable: LoadPrice | null };
}

/** When a resource is used up. */
export interface Saturation {
  node: string;
  resource: string;
  unit: string;
  limit: number;
  /** What of it can be in use in the mean: see resource-use.ts. */
  usable: number;
  /** In the largest load that was measured. */
  usedMax: number;
  /** What one request a second uses; null where the steps allow no line. */
  perRequest: number | null;
  perRequestCi95: [lo: number, hi: number] | null;
  /** Requests per second at which the limit is reached, and about how many users make them; null where it can't be said. */
  at: { throughput: number; ci95: [lo: number, hi: number | null]; users: number | null } | null;
  reason: string | null;
}

/** What is nearly used up grows no more with load, and would bend the line. */
const SATURATED = 0.95;
/** From here on a resource is near its limit, whether its use grew with load in the test or not. Guess: tune. */
const NEAR = 0.6;

/**
 * @param steps of one scenario against one system, in any order
 * @param todayUsers the load that headroom is counted from
 * @param lists the first of a region prices it
 */
export function capacityOf(
  steps: readonly LoadStep[],
  todayUsers: number | null = null,
  lists: readonly PriceList[] = PRICE_LISTS,
): Capacity {
  const ordered = steps.toSorted((a, b) => a.users - b.users);
  const loads = judgedLoads(ordered);
  const failed = loads.find(({ holds }) => holds === 'no');
  const held = loads.findLast(({ holds, users }) => holds === 'yes' && (failed === undefined || users < failed.users));
  const points = pointsOf(ordered);
  const usl = fitUsl(points);
  return {
    steps: ordered,
    sustainable: held === undefined ? null : { users: held.users, throughput: held.throughput },
    boundary: boundaryOf(loads, held, failed),
    usl,
    curve: uslCurve(points, usl),
    resources: saturationsOf(ordered, usl),
    headroom: held === undefined || todayUsers === null ? null : { atUsers: todayUsers, ratio: held.users / todayUsers },
    price: {
      today: todayUsers === null ? null : priceOfLoad(ordered, { users: todayUsers, throughput: null }, lists),
      sustainable: held === undefined ? null : priceOfLoad(ordered, held, lists),
    },
  };
}

function boundaryOf(loads: readonly JudgedLoad[], held: JudgedLoad | undefined, failed: JudgedLoad | undefined): string {
  if (failed !== undefined) {
    const below = held === undefined ? 'no smaller load was seen to hold' : `${figure(held.users)} users hold`;
    return `At ${figure(failed.users)} users ${failed.reason ?? 'a target is missed'}; ${below}.`;
  }
  const unknown = loads.find(({ holds, users }) => holds === 'unknown' && users > (held?.users ?? 0));
  if (unknown !== undefined) return `At ${figure(unknown.users)} users it could not be judged: ${unknown.reason}.`;
  const most = loads.at(-1);
  if (held === undefined || most === undefined) return 'No load could be judged.';
  return `All targets hold at ${figure(most.users)} users, the most that was tried: the maximum lies above. Test up to ${figure(2 * most.users)}.`;
}

export const pointsOf = (steps: readonly LoadStep[]): LoadPoint[] =>
  steps.flatMap(({ users, throughput, counts }) => (throughput === null || !counts ? [] : [{ users, throughput }]));

/** The limit of a resource, where it is to be another than in the test. */
export type LimitOf = (node: string, resource: string) => number | undefined;

/**
 * By the utilisation law, over the steps that count and in which the resource was not used up.
 *
 * @param all in the order of their users
 */
export function saturationsOf(all: readonly LoadStep[], usl: UslFit, limitOf: LimitOf = () => undefined): Saturation[] {
  const steps = all.filter(({ counts }) => counts);
  const most = Math.max(0, ...steps.map(({ throughput }) => throughput ?? 0));
  const named = new Map(steps.flatMap(({ uses }) => uses).map((each) => [`${each.node}\n${each.resource}`, each]));
  return [...named.values()]
    .map(({ node, resource, unit, limit: tested }) => {
      const measured = steps.flatMap(({ users, throughput, uses }) => {
        const found = uses.find((each) => each.node === node && each.resource === resource);
        return throughput === null || found === undefined ? [] : [{ users, throughput, used: found.used }];
      });
      const limit = limitOf(node, resource) ?? tested;
      const usable = usableOf(resource, limit);
      const usableTested = limit === tested ? usable : usableOf(resource, tested);
      const demand = demandOf(
        measured.filter(({ used }) => used < SATURATED * usableTested),
        usable,
      );
      const usedMax = Math.max(0, ...measured.map(({ used }) => used));
      const said = spoken(demand, steps, usl);
      return { node, resource, unit, limit, usable, usedMax, ...said, ...(said.at === null && usedUpWithin(measured, usable)) };
    })
    .sort((a, b) => nearness(a, most) - nearness(b, most));
}

/** Whose use shows no line but is near its limit stands where it would come up to it in proportion: it may be as near as that. */
function nearness({ at, usedMax, usable }: Saturation, most: number): number {
  if (at !== null) return at.throughput;
  return usedMax >= NEAR * usable ? (most * usable) / usedMax : Number.POSITIVE_INFINITY;
}

/** Of what was used up in the test, and shows no line below: between the last load at which it was not, and the first at which it was. */
function usedUpWithin(
  measured: readonly { users: number; throughput: number; used: number }[],
  usable: number,
): Pick<Saturation, 'at' | 'reason'> | null {
  const index = measured.findIndex(({ used }) => used >= SATURATED * usable);
  const first = measured[index];
  if (first === undefined) return null;
  const { throughput, users } = first;
  const below = Math.min(throughput, measured[index - 1]?.throughput ?? 0);
  return { at: { throughput, ci95: [below, throughput], users }, reason: 'It was used up within the test.' };
}

function spoken(
  demand: Demand | { reason: string },
  steps: readonly LoadStep[],
  usl: UslFit,
): Pick<Saturation, 'perRequest' | 'perRequestCi95' | 'at' | 'reason'> {
  if (!('perRequest' in demand)) return { perRequest: null, perRequestCi95: null, at: null, reason: demand.reason };
  const { perRequest, perRequestCi95, saturation, reason } = demand;
  if (saturation === null) return { perRequest, perRequestCi95, at: null, reason };
  const { throughput, ci95 } = saturation;
  const at = {
    throughput,
    ci95: [ci95[0], Number.isFinite(ci95[1]) ? ci95[1] : null] as [number, number | null],
    users: usersFor(throughput, steps, usl),
  };
  return { perRequest, perRequestCi95, at, reason };
}

/** Null beyond twice the tested load. */
function usersFor(throughput: number, steps: readonly LoadStep[], usl: UslFit): number | null {
  const users = unboundedUsersFor(throughput, steps, usl);
  const tested = Math.max(0, ...steps.map((step) => step.users));
  return users === null || users > USL_REACH * tested ? null : users;
}

/** By the fitted curve where there is one, else in proportion to the largest load: with think time, users and throughput go together below the knee. */
function unboundedUsersFor(throughput: number, steps: readonly LoadStep[], { coefficients }: UslFit): number | null {
  if (coefficients !== null) {
    const { lambda, sigma, kappa } = coefficients;
    return uslUsersFor({ lambda: lambda.value, sigma: sigma.value, kappa: kappa.value }, throughput);
  }
  const largest = steps.at(-1);
  return largest === undefined || largest.throughput === null || largest.throughput === 0
    ? null
    : (throughput * largest.users) / largest.throughput;
}
