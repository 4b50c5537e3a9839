import { type Inventory, SCHEMA_VERSION } from '../contract.ts';
import type { TelemetryFile, TelemetryNode, TelemetrySeries } from '../telemetry-file.ts';
import type { Series } from './cloudwatch.ts';
import { indexNode, partMetric } from './metrics-of.ts';
import type { Range } from './period.ts';

/**
 * What was read, as a telemetry file: NaN becomes null, the parts of a node's metric are added up where that is exact (`Sum`, `SampleCount`, `Average`,
 * `Maximum`, `Minimum`; never percentiles) and kept beside the whole as `<metric>:<part>`. Periods before the first datapoint of all are left out.
 */
export function telemetryOf(read: readonly Series[], { resources, edges }: Inventory, range: Range): TelemetryFile {
  const length = Math.round((range.endS - range.startS) / range.periodS);
  const columns = [...read.filter(({ query }) => query.part === undefined).map(columnOf), ...partsOf(read)];
  const first = Math.max(0, Math.min(length, ...columns.map(({ values }) => firstOf(values))));
  const nodes: TelemetryNode[] = resources.flatMap(({ node, kind, indexes = [] }) => [
    { id: node, kind },
    ...indexes.map(({ name }) => ({ id: indexNode(node, name), kind })),
  ]);
  return {
    schemaVersion: SCHEMA_VERSION,
    periodS: range.periodS,
    times: Array.from({ length: length - first }, (_, i) => range.startS + (first + i) * range.periodS),
    nodes,
    edges,
    series: columns.map(({ values, ...series }) => ({ ...series, values: Array.from(values.subarray(first), numberOrNull) })),
  };
}

type Column = Omit<TelemetrySeries, 'values'> & { values: Float64Array };

const columnOf = ({ query: { node, metric, stat, unit }, values }: Series): Column => ({
  node,
  metric,
  stat,
  ...(unit === undefined ? {} : { unit }),
  values,
});

const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
const firstOf = (values: Float64Array): number => {
  const at = values.findIndex((value) => !Number.isNaN(value));
  return at < 0 ? values.length : at;
};

/** Each part by itself, and the whole. */
function partsOf(read: readonly Series[]): Column[] {
  const parts = read.filter(({ query }) => query.part !== undefined);
  const groups = Map.groupBy(parts, ({ query: { node, metric } }) => JSON.stringify([node, metric]));
  return [
    ...parts.map((part) => ({ ...columnOf(part), metric: partMetric(part.query.metric, part.query.part ?? '') })),
    ...[...groups.values()].flatMap(wholeOf),
  ];
}

const MERGED: Readonly<Record<string, (a: number, b: number) => number>> = {
  Sum: (a, b) => a + b,
  SampleCount: (a, b) => a + b,
  Maximum: Math.max,
  Minimum: Math.min,
};

function wholeOf(group: readonly Series[]): Column[] {
  const byStat = Map.groupBy(group, ({ query }) => query.stat);
  return [...byStat].flatMap(([stat, same]) => {
    const [one] = same;
    if (one === undefined) return [];
    const merge = MERGED[stat];
    if (merge !== undefined)
      return [{ ...columnOf(one), values: same.map(({ values }) => values).reduce((a, b) => mergeInto(a, b, merge)) }];
    if (stat !== 'Average') return [];
    const mean = meanOf(same, byStat.get('SampleCount') ?? []);
    return mean === null ? [] : [{ ...columnOf(one), values: mean }];
  });
}

const mergeInto = (a: Float64Array, b: Float64Array, merge: (a: number, b: number) => number): Float64Array =>
  a.map((value, i) => {
    const other = b[i] ?? Number.NaN;
    if (Number.isNaN(value)) return other;
    return Number.isNaN(other) ? value : merge(value, other);
  });

/** Of averages, each weighted by the observations behind it; null where these were not read. */
function meanOf(averages: readonly Series[], counts: readonly Series[]): Float64Array | null {
  const pairs = averages.flatMap(({ query, values }) => {
    const count = counts.find(({ query: { part } }) => part === query.part)?.values;
    return count === undefined ? [] : [{ values, count }];
  });
  if (pairs.length < averages.length) return null;
  return new Float64Array(averages[0]?.values.length ?? 0).map((_, i) => {
    let [sum, weight] = [0, 0];
    for (const { values, count } of pairs) {
      const [value, n] = [values[i] ?? Number.NaN, count[i] ?? Number.NaN];
      if (Number.isNaN(value) || !(n > 0)) continue;
      sum += value * n;
      weight += n;
    }
    return weight > 0 ? sum / weight : Number.NaN;
  });
}
