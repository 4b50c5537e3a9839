import { intervalOf, USL_REACH, type UslAnalysis, uslUsersFor } from '../models/scalability/index.ts';
import { type Demand, demandOf } from '../models/utilisation.ts';
import { figure } from '../words.ts';
import type { LoadStep } from './load-step.ts';
import { durationOf, loadsOf, sayTest } from './next-test.ts';
import { usableOf } from './resource-use.ts';

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
  at: {
    throughput: number;
    ci95: [lo: number, hi: number | null];
    /** Null beyond twice the tested load, as are the ends of their interval. */
    users: number | null;
    usersCi95: [lo: number, hi: number | null] | null;
  } | null;
  /** Why something of it can't be said, and the test that would settle it. */
  reason: string | null;
}

/** What is nearly used up grows no more with load, and would bend the line. */
const SATURATED = 0.95;
/** From here on a resource is near its limit, whether its use grew with load in the test or not. Guess: tune. */
const NEAR = 0.6;

/** The limit of a resource, where it is to be another than in the test. */
export type LimitOf = (node: string, resource: string) => number | undefined;

/**
 * By the utilisation law, over the steps that count and in which the resource was not used up.
 *
 * @param all in the order of their users
 * @param usl of their throughputs
 */
export function saturationsOf(all: readonly LoadStep[], usl: UslAnalysis, limitOf: LimitOf = () => undefined): Saturation[] {
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
      const said = spoken(demand, usable, steps, usl);
      const seen = usedUpWithin(measured, usable);
      return { node, resource, unit, limit, usable, usedMax, ...said, ...(agrees(said, seen) ? null : seen) };
    })
    .sort((a, b) => nearness(a, most) - nearness(b, most));
}

/** Whose use shows no line but is near its limit stands where it would come up to it in proportion: it may be as near as that. */
function nearness({ at, usedMax, usable }: Saturation, most: number): number {
  if (at !== null) return at.throughput;
  return usedMax >= NEAR * usable ? (most * usable) / usedMax : Number.POSITIVE_INFINITY;
}

type Seen = Pick<Saturation, 'at' | 'reason'>;

/**
 * Of what was used up in the test: between the last load at which it was not, and the first at which it was, or where that would have come to the whole of it in
 * proportion.
 */
function usedUpWithin(measured: readonly { users: number; throughput: number; used: number }[], usable: number): Seen | null {
  const index = measured.findIndex(({ used }) => used >= SATURATED * usable);
  const first = measured[index];
  if (first === undefined) return null;
  const left = Math.max(1, usable / first.used);
  const [throughput, users] = [left * first.throughput, left * first.users];
  const below = measured[index - 1];
  const ci95 = [Math.min(throughput, below?.throughput ?? 0), throughput] as [number, number];
  return { at: { throughput, ci95, users, usersCi95: [below?.users ?? 0, users] }, reason: 'It was used up within the test.' };
}

/** Whether the line leads to where the test saw it used up, if it did: what was seen stands against any line. */
function agrees(said: Seen, seen: Seen | null): boolean {
  if (seen === null || seen.at === null) return true;
  const [lo, hi] = seen.at.ci95;
  return said.at !== null && said.at.throughput >= lo && said.at.throughput <= (hi ?? Number.POSITIVE_INFINITY);
}

function spoken(
  demand: Demand | { reason: string },
  usable: number,
  steps: readonly LoadStep[],
  usl: UslAnalysis,
): Pick<Saturation, 'perRequest' | 'perRequestCi95' | 'at' | 'reason'> {
  if (!('perRequest' in demand)) {
    return { perRequest: null, perRequestCi95: null, at: null, reason: `${demand.reason} ${sayTest(steps, loadsOf(steps))}` };
  }
  const { perRequest, perRequestCi95, idle, saturation, reason } = demand;
  if (saturation === null) {
    // More throughput makes a slope plainer, and so do longer steps; but what is used up without load no load tells more of.
    const settledBy = idle >= usable ? '' : ` ${sayTest(steps, { ...loadsOf(steps, USL_REACH), durationS: 2 * durationOf(steps) })}`;
    return { perRequest, perRequestCi95, at: null, reason: `${reason}${settledBy}` };
  }
  const { throughput } = saturation;
  const [lo, hi] = saturation.ci95;
  const said = usersAt({ throughput, lo, hi }, steps, usl);
  return {
    ...{ perRequest, perRequestCi95, at: { throughput, ci95: [lo, Number.isFinite(hi) ? hi : null], ...said } },
    reason: said.users === null ? whyNoUsers(lo, steps, usl) : null,
  };
}

/** The next test goes so far past the load that would use it up in proportion, but to no more than so many times the load of this one. Guess: tune. */
const PAST = 1.25;
const FURTHEST = 10;

function whyNoUsers(throughput: number, steps: readonly LoadStep[], { fit: { peak, limit } }: UslAnalysis): string {
  const most = peak?.throughput ?? limit;
  if (most !== null && throughput > most)
    return `No number of users makes so much: something else leaves ${figure(most)} requests/s at most.`;
  const tested = Math.max(...steps.map((step) => step.throughput ?? 0));
  const times = Math.min(FURTHEST, Math.max(USL_REACH, (PAST * throughput) / tested));
  return `That takes more than ${USL_REACH} times the users that were tested, whose number would be a guess. ${sayTest(steps, loadsOf(steps, times))}`;
}

/** By the fitted curve where there is one, with its noise; else in proportion: with think time, users and throughput go together below the knee. */
function usersAt(
  { throughput, lo, hi }: { throughput: number; lo: number; hi: number },
  steps: readonly LoadStep[],
  { fit: { coefficients }, draws }: UslAnalysis,
): { users: number | null; usersCi95: [lo: number, hi: number | null] | null } {
  const most = USL_REACH * Math.max(0, ...steps.map((step) => step.users));
  const known = (users: number | null): number | null => (users === null || !(users <= most) ? null : users);
  const largest = steps.findLast((step) => step.throughput);
  const inProportion = (rate: number): number | null =>
    largest === undefined || !largest.throughput ? null : known((rate * largest.users) / largest.throughput);
  const between = (from: number | null, to: number | null): [number, number | null] | null => (from === null ? null : [from, to]);
  if (coefficients === null) return { users: inProportion(throughput), usersCi95: between(inProportion(lo), inProportion(hi)) };
  const { lambda, sigma, kappa } = coefficients;
  const users = known(uslUsersFor({ lambda: lambda.value, sigma: sigma.value, kappa: kappa.value }, throughput));
  const [from] = intervalOf(draws, (law) => uslUsersFor(law, lo));
  const [, to] = intervalOf(draws, (law) => uslUsersFor(law, hi));
  return { users, usersCi95: between(known(from), known(to)) };
}
