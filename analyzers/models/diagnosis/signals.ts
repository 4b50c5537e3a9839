import { median } from 'simple-statistics';
import type { TelemetryFile, TelemetrySeries } from '../../telemetry-file.ts';
import { type MetricRole, roleOf } from './metric-roles.ts';

/** A series over both stretches of time. NaN is a missing datapoint. */
export interface Pair {
  normal: readonly number[];
  incident: readonly number[];
}

/** What one request to a node costs, period by period: its value is Σ weights·values / Σ weights over any stretch. */
export interface Signal {
  /** The series it comes from, for the evidence. */
  metric: string;
  stat: string;
  /** Requests in each period. */
  weights: Pair;
  /** Seconds (or whatever unit latency comes in), or the share that failed. */
  values: Pair;
}

/** The two costs of a request that add up along a call tree: a caller's time holds its callees', and its failures hold theirs. */
export type Kind = 'latency' | 'errors';
export const KINDS: readonly Kind[] = ['latency', 'errors'];
export const otherKind = (kind: Kind): Kind => (kind === 'latency' ? 'errors' : 'latency');

export interface NodeSeries extends Pair {
  metric: string;
  stat: string;
  unit?: string;
}

/** All series of both files by node. A series that only one file has is missing throughout in the other. */
export function seriesByNode(normal: TelemetryFile, incident: TelemetryFile): Map<string, NodeSeries[]> {
  const nodes = new Map<string, Map<string, NodeSeries>>();
  for (const [which, file] of [['normal', normal] as const, ['incident', incident] as const]) {
    for (const series of file.series) {
      const ofNode = nodes.get(series.node) ?? new Map<string, NodeSeries>();
      nodes.set(series.node, ofNode);
      const key = `${series.metric}/${series.stat}`;
      const absent = { normal: normal.times.map(() => Number.NaN), incident: incident.times.map(() => Number.NaN) };
      ofNode.set(key, { ...(ofNode.get(key) ?? { ...described(series), ...absent }), [which]: numbersOf(series) });
    }
  }
  return new Map([...nodes].map(([node, ofNode]) => [node, [...ofNode.values()]]));
}

const described = ({ metric, stat, unit }: TelemetrySeries) => ({ metric, stat, ...(unit === undefined ? {} : { unit }) });
const numbersOf = ({ values }: TelemetrySeries): number[] => values.map((value) => value ?? Number.NaN);

const mapPair = (pair: Pair, map: (value: number, i: number, which: keyof Pair) => number): Pair => ({
  normal: pair.normal.map((value, i) => map(value, i, 'normal')),
  incident: pair.incident.map((value, i) => map(value, i, 'incident')),
});

export const presentOf = (values: readonly number[]): number[] => values.filter((value) => !Number.isNaN(value));

/** The size that a share of is no change: of what is usual, or where that is nothing, of the most there was. */
export function levelOf({ normal, incident }: Pair): number {
  const usual = presentOf(normal);
  const level = usual.length > 0 ? Math.abs(median(usual)) : 0;
  return level > 0 ? level : [...usual, ...presentOf(incident)].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Requests of a node; null when no series counts them. A gap is filled by the median: that they weren't counted doesn't mean there were none. */
export function requestsOf(series: readonly NodeSeries[]): Pair | null {
  const counted = series.find(({ metric, stat }) => roleOf(metric, stat) === 'requests' && (stat === 'Sum' || stat === 'SampleCount'));
  if (counted === undefined) return null;
  const known = presentOf([...counted.normal, ...counted.incident]);
  if (known.length === 0) return null;
  const usual = median(known);
  return mapPair(counted, (value) => (Number.isNaN(value) ? usual : value));
}

/** Means add up along a call tree and percentiles don't: `Average` first, then what is nearest to it. */
const LATENCY_STATS = ['Average', 'p50', 'p90', 'p95', 'p99', 'Maximum'];

/**
 * A node's cost of this kind, or null when no series tells it.
 * @param requests the node's own; null when it has none: it is then taken to be called once for each of the symptom's requests (`traffic`)
 */
export function signalOf(kind: Kind, series: readonly NodeSeries[], requests: Pair | null, traffic: Pair): Signal | null {
  return kind === 'latency' ? latencySignal(series, requests ?? traffic) : errorSignal(series, requests, traffic);
}

function latencySignal(series: readonly NodeSeries[], weights: Pair): Signal | null {
  const found = LATENCY_STATS.flatMap((stat) => series.filter((one) => one.stat === stat && roleOf(one.metric, stat) === 'latency'))[0];
  return found === undefined ? null : { metric: found.metric, stat: found.stat, weights, values: found };
}

/**
 * A node's own time, where a series tells it: on the critical path, which is the part that the symptom waits for, else all of it. Null where none
 * does: it is then what the node's callees leave of its latency.
 */
export function selfTimeSignal(series: readonly NodeSeries[], requests: Pair | null, traffic: Pair): Signal | null {
  const average = (role: MetricRole) => series.find(({ metric, stat }) => stat === 'Average' && roleOf(metric, stat) === role);
  const onPath = average('path-time');
  if (onPath !== undefined) return { metric: onPath.metric, stat: onPath.stat, weights: traffic, values: onPath };
  const self = average('self-time');
  return self === undefined ? null : { metric: self.metric, stat: self.stat, weights: requests ?? traffic, values: self };
}

function errorSignal(series: readonly NodeSeries[], requests: Pair | null, traffic: Pair): Signal | null {
  const share = series.find(isErrorShare);
  if (share !== undefined) {
    return { metric: share.metric, stat: share.stat, weights: requests ?? traffic, values: errorShareOf(share) };
  }
  const counts = series.filter(({ metric, stat }) => stat === 'Sum' && roleOf(metric, stat) === 'errors');
  const [first] = counts;
  if (first === undefined) return null;
  const sum = mapPair(first, (_, i, which) => sumPresent(counts.map((one) => one[which][i] ?? Number.NaN)));
  const described = { metric: counts.map(({ metric }) => metric).join('+'), stat: 'Sum' };
  // Without a count of requests, errors are counted by the period: they still add up, and only the share is not known.
  if (requests === null) return { ...described, weights: mapPair(first, () => 1), values: sum };
  return { ...described, weights: requests, values: mapPair(sum, (errors, i, which) => share01(errors, requests[which][i] ?? 0)) };
}

const share01 = (errors: number, requests: number): number => (requests > 0 ? Math.min(1, errors / requests) : Number.NaN);

const sumPresent = (values: readonly number[]): number => {
  const known = presentOf(values);
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0);
};

export const isErrorShare = ({ metric, stat }: { metric: string; stat: string }): boolean => {
  const role = roleOf(metric, stat);
  return role === 'availability' || (role === 'errors' && stat === 'Average');
};

/** Availability in percent or as a share, or an error rate likewise, as the share that failed: 0 to 1. */
export function errorShareOf(series: NodeSeries): Pair {
  const scale = series.unit === 'Percent' || presentOf([...series.normal, ...series.incident]).some((value) => value > 1) ? 100 : 1;
  const good = roleOf(series.metric, series.stat) === 'availability';
  return mapPair(series, (value) => (good ? 1 - value / scale : value / scale));
}
