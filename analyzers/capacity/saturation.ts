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
    /** Fieller's; where the test saw it used up and no line leads there, the loads between which that was. */
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

/** One step's use of a resource. */
interface Measured {
  users: number;
  throughput: number;
  used: number;
}

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
      const said = saturationOf(measured, usable, usableOf(resource, tested), steps, usl);
      return { node, resource, unit, limit, usable, usedMax: Math.max(0, ...measured.map(({ used }) => used)), ...said };
    })
    .sort((a, b) => nearness(a, most) - nearness(b, most));
}

type Said = Pick<Saturation, 'perRequest' | 'perRequestCi95' | 'at' | 'reason'>;

/**
 * What a test saw stands against a line that leads elsewhere. A line whose interval has nothing in common with it is no line, and for a larger limit than was
 * tested, too, what was seen is taken in its place.
 */
function saturationOf(
  measured: readonly Measured[],
  usable: number,
  usableTested: number,
  steps: readonly LoadStep[],
  usl: UslAnalysis,
): Said {
  const below = measured.filter(({ used }) => used < SATURATED * usableTested);
  const line = spoken(demandOf(below, usable), usable, steps, usl);
  const seen = seenAt(measured, usable);
  if (seen !== null)
    return leadsThere(line.at, seen) ? line : { at: seen, reason: usable === usableTested ? WITHIN : AS_MUCH, ...demandIn(line, seen) };
  const before = seenAt(measured, usableTested);
  if (before === null) return line;
  const tested = demandOf(below, usableTested);
  const refuted = 'saturation' in tested && isRefuted(tested.saturation, before);
  if (!refuted && line.at !== null) return line;
  return { ...timesAsMuch(before, usable / usableTested, steps), ...NO_DEMAND };
}

const NO_DEMAND = { perRequest: null, perRequestCi95: null };

const demandIn = ({ at, perRequest, perRequestCi95 }: Said, seen: Seen): Pick<Said, 'perRequest' | 'perRequestCi95'> =>
  isRefuted(at, seen) ? NO_DEMAND : { perRequest, perRequestCi95 };

/** Whose use shows no line but is near its limit stands where it would come up to it in proportion: it may be as near as that. */
function nearness({ at, usedMax, usable }: Saturation, most: number): number {
  if (at !== null) return at.throughput;
  return usedMax >= NEAR * usable ? (most * usable) / usedMax : Number.POSITIVE_INFINITY;
}

type Seen = NonNullable<Saturation['at']>;

const WITHIN = 'It was used up within the test.';
const AS_MUCH = 'The test used as much.';
const IN_PROPORTION = 'In proportion to where the test saw it used up: no line through the loads below leads there.';

/**
 * Where a test saw so much in use: between the most throughput at which it was less and the least above that at which it was not. In proportion to the use at
 * both; where that was not quite all of it, as far beyond as it takes. Null where it saw none such: more throughput with less in use says that what used it up
 * was no load.
 */
function seenAt(measured: readonly Measured[], usable: number): Seen | null {
  const isUsedUp = ({ used }: Measured): boolean => used >= SATURATED * usable;
  const ordered = measured.toSorted((a, b) => a.throughput - b.throughput);
  const less = ordered.findLast((each) => !isUsedUp(each)) ?? { throughput: 0, users: 0, used: 0 };
  const more = ordered.find((each) => isUsedUp(each) && each.throughput > less.throughput);
  if (more === undefined) return null;
  const left = Math.max(1, usable / more.used);
  const [throughput, users] = [left * more.throughput, left * more.users];
  // All of it at the least load, too: where it began is not known.
  const way = less.users === 0 || left > 1 ? 1 : (usable - less.used) / (more.used - less.used);
  return {
    ...{ throughput: less.throughput + way * (throughput - less.throughput), ci95: [less.throughput, throughput] },
    ...{ users: less.users + way * (users - less.users), usersCi95: [less.users, users] },
  };
}

/** Beyond twice the tested load its users would be a guess, as elsewhere. */
function timesAsMuch(
  { throughput, ci95: [lo, hi], users, usersCi95 }: Seen,
  times: number,
  steps: readonly LoadStep[],
): Pick<Said, 'at' | 'reason'> {
  const of = (value: number | null): number | null => (value === null ? null : times * value);
  const [least, most] = usersCi95 ?? [null, null];
  const from = known(of(least), steps);
  const at: Seen = {
    ...{ throughput: times * throughput, ci95: [times * lo, of(hi)] },
    ...{ users: known(of(users), steps), usersCi95: from === null ? null : [from, known(of(most), steps)] },
  };
  return { at, reason: IN_PROPORTION };
}

/** By so much a line may miss what was seen: where a resource counts as used up, it is within that of its limit, and measured with noise. */
const near = (lo: number, hi: number | null): [lo: number, hi: number] => [SATURATED * lo, (hi ?? Number.POSITIVE_INFINITY) / SATURATED];

function leadsThere(at: Said['at'], { ci95 }: Seen): boolean {
  const [lo, hi] = near(...ci95);
  return at !== null && at.throughput >= lo && at.throughput <= hi;
}

/** Not even by its interval. */
function isRefuted(at: Pick<Seen, 'ci95'> | null, { ci95 }: Seen): boolean {
  const [lo, hi] = near(...ci95);
  return at !== null && (at.ci95[0] > hi || (at.ci95[1] ?? Number.POSITIVE_INFINITY) < lo);
}

function spoken(demand: Demand | { reason: string }, usable: number, steps: readonly LoadStep[], usl: UslAnalysis): Said {
  if (!('perRequest' in demand)) {
    return { perRequest: null, perRequestCi95: null, at: null, reason: `${demand.reason} ${sayTest(steps, loadsOf(steps))}` };
  }
  const { perRequest, perRequestCi95, idle, saturation, reason } = demand;
  if (saturation === null) {
    // More throughput makes a slope plainer, and so do longer steps; but what is used up without load no load tells more of.
    const settledBy = idle >= usable ? '' : ` ${sayTest(steps, { ...loadsOf(steps, USL_REACH), durationS: 2 * durationOf(steps) })}`;
    return { perRequest, perRequestCi95, at: null, reason: `${reason}${settledBy}` };
  }
  const { throughput, ci95 } = saturation;
  const [lo, hi] = ci95;
  const { reason: whyNone, ...users } = usersAt({ throughput, lo, hi }, steps, usl);
  return { ...{ perRequest, perRequestCi95, at: { throughput, ci95: [lo, Number.isFinite(hi) ? hi : null], ...users } }, reason: whyNone };
}

/** The next test goes so far past the load that would use it up in proportion, but to no more than so many times the load of this one. Guess: tune. */
const PAST = 1.25;
const FURTHEST = 10;

function beyondReach(throughput: number, steps: readonly LoadStep[]): string {
  const tested = Math.max(...steps.map((step) => step.throughput ?? 0));
  const times = Math.min(FURTHEST, Math.max(USL_REACH, (PAST * throughput) / tested));
  return `That takes more than ${USL_REACH} times the users that were tested, whose number would be a guess. ${sayTest(steps, loadsOf(steps, times))}`;
}

/** Null beyond twice the tested load. */
const known = (users: number | null, steps: readonly LoadStep[]): number | null =>
  users !== null && users <= USL_REACH * Math.max(0, ...steps.map((step) => step.users)) ? users : null;

type Users = Pick<Seen, 'users' | 'usersCi95'> & { reason: string | null };

/** By the fitted curve where there is one, with its noise; in proportion where throughput grows so: with think time, it does below the knee. */
function usersAt(
  { throughput, lo, hi }: { throughput: number; lo: number; hi: number },
  steps: readonly LoadStep[],
  usl: UslAnalysis,
): Users {
  const { fit, draws, inProportion } = usl;
  const none = (reason: string): Users => ({ users: null, usersCi95: null, reason });
  const said = (users: number | null, from: number | null, to: number | null): Users => {
    const least = known(from, steps);
    const found = known(users, steps);
    const reason = found === null ? beyondReach(lo, steps) : null;
    return { users: found, usersCi95: least === null ? null : [least, known(to, steps)], reason };
  };
  if (inProportion) {
    const largest = steps.findLast((step) => step.throughput);
    const usersPerRequest = largest?.throughput ? largest.users / largest.throughput : Number.NaN;
    return said(throughput * usersPerRequest, lo * usersPerRequest, hi * usersPerRequest);
  }
  if (fit.coefficients === null) return none(`How many users make so much is not known. ${fit.reason ?? ''}`);
  const { lambda, sigma, kappa } = fit.coefficients;
  const users = uslUsersFor({ lambda: lambda.value, sigma: sigma.value, kappa: kappa.value }, throughput);
  const most = fit.peak?.throughput ?? fit.limit;
  if (users === null || (most !== null && throughput > most))
    return none(
      `No number of users makes so much${most === null ? ' by the curve' : `: something else leaves ${figure(most)} requests/s at most`}.`,
    );
  const [from] = intervalOf(draws, (law) => uslUsersFor(law, lo));
  const [, to] = intervalOf(draws, (law) => uslUsersFor(law, hi));
  return said(users, from, to);
}
