import { median, quantile } from 'simple-statistics';
import { inSpreads } from './accounts.ts';
import { type Meter, meanBeside, meanOver, meterOf, type Stretch, type Window } from './excess.ts';
import { limitNamesOf, type MetricRole, roleOf } from './metric-roles.ts';
import { levelOf, type NodeSeries, type Pair, presentOf } from './signals.ts';

/** A metric that tells of a resource that runs short. */
export interface Gauge {
  metric: string;
  stat: string;
  unit?: string;
  role: MetricRole;
  /** By the second where its limit is. */
  values: Pair;
  meter: Meter;
  /** −1 where less is worse, as of a hit rate. */
  direction: 1 | -1;
  /** Median in the normal file; 0 for refusals that it knows nothing of; NaN where it has none. */
  usual: number;
  /** What the metric can't go beyond, in its unit: 0 for refusals; null where it isn't known. */
  limit: number | null;
  /** True where the normal file is at the limit as well: then that is no news. */
  usuallyAtLimit: boolean;
  floor: number;
}

/** From here on a resource is taken to be at its limit: at 90 % a queue is ten times as long as the service (M/M/1: 1/(1 − ρ)). */
const AT_LIMIT = 0.9;
/** A refusal in every third period is chance: one in each is three spreads. Guess: tune. */
const ONE_IN_THREE = 1 / 3;
/** A change of a gauge by less than this share of its level is none, however constant it was before. Guess: tune. */
const FLOOR_SHARE = 0.05;

const DIRECTIONS: Partial<Record<MetricRole, 1 | -1>> = { throttles: 1, utilisation: 1, usage: 1, strain: 1, health: -1 };

export function gaugesOf(series: readonly NodeSeries[], periodS: number, wrap: number): Gauge[] {
  return series.flatMap((one) => {
    const role = roleOf(one.metric, one.stat);
    const direction = DIRECTIONS[role];
    if (direction === undefined || one.stat === 'SampleCount' || one.stat === 'Minimum') return [];
    const values = perSecond(one, periodS);
    const known = presentOf(values.normal);
    const usual = known.length > 0 ? median(known) : role === 'throttles' ? 0 : Number.NaN;
    const limit = limitOf(role, one, series);
    const { metric, stat, unit } = one;
    return {
      metric,
      stat,
      ...(unit === undefined ? {} : { unit }),
      role,
      values,
      meter: meterOf({ weights: ones(values), values }, wrap),
      direction,
      usual,
      limit,
      usuallyAtLimit: limit !== null && limit > 0 && known.length > 0 && quantile(known, 0.5) >= AT_LIMIT * limit,
      floor: Math.max(FLOOR_SHARE * levelOf(values), role === 'throttles' ? ONE_IN_THREE : 0),
    };
  });
}

const ones = ({ normal, incident }: Pair): Pair => ({ normal: normal.map(() => 1), incident: incident.map(() => 1) });

/** DynamoDB gives consumed capacity as a sum over the period, and the limit by the second. */
function perSecond(series: NodeSeries, periodS: number): Pair {
  if (!(series.metric.startsWith('Consumed') && series.stat === 'Sum')) return series;
  return { normal: series.normal.map((value) => value / periodS), incident: series.incident.map((value) => value / periodS) };
}

function limitOf(role: MetricRole, one: NodeSeries, series: readonly NodeSeries[]): number | null {
  if (role === 'throttles') return 0;
  if (role === 'utilisation')
    return one.unit === 'Percent' || presentOf([...one.normal, ...one.incident]).some((value) => value > 1) ? 100 : 1;
  if (role !== 'usage') return null;
  const names = limitNamesOf(one.metric);
  const stated = presentOf(series.filter(({ metric }) => names.includes(metric)).flatMap(({ incident }) => incident));
  return stated.length > 0 && Math.min(...stated) > 0 ? Math.min(...stated) : null;
}

/** What a gauge says of one stretch, for every window. */
export interface Reading {
  gauge: Gauge;
  /** In spreads of the references, up meaning worse. */
  z: readonly number[];
  /** Refusals, or a resource at its limit, which it wasn't before. */
  atLimit: readonly boolean[];
}

export function readingOf(gauge: Gauge, windows: readonly Window[], stretch: Stretch): Reading {
  const { meter, usual, direction } = gauge;
  const means = windows.map((window) => meanOver(meter, window, stretch));
  const changes = means.map((mean, i) => {
    const window = windows[i];
    const before = (window && meanBeside(meter, window, stretch)) ?? usual;
    return mean === null || Number.isNaN(before) ? 0 : direction * (mean - before);
  });
  return { gauge, z: inSpreads(changes, gauge.floor).z, atLimit: means.map((mean, i) => isAtLimit(gauge, mean, changes[i] ?? 0)) };
}

function isAtLimit({ role, limit, usuallyAtLimit }: Gauge, mean: number | null, change: number): boolean {
  if (mean === null || limit === null || usuallyAtLimit || !(change > 0)) return false;
  return role === 'throttles' ? mean > 0 : mean >= AT_LIMIT * limit;
}
