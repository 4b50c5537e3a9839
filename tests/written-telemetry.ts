import { randomSource } from '../analyzers/models/random.ts';
import type { TelemetryFile, TelemetrySeries } from '../analyzers/telemetry-file.ts';

/** A value for every period, or how it comes about. */
type Values = number | null | ((period: number) => number | null);

/**
 * A telemetry file written down by hand: `{ api: { 'Latency/Average': 0.1 } }`, calls as `api>db`. Noise of ±5 % is put on what is a plain number, so that
 * nothing is constant by accident.
 */
export function telemetry(
  periods: number,
  calls: readonly string[],
  nodes: Readonly<Record<string, Readonly<Record<string, Values>>>>,
  { seed = 1, noise = 0.05 }: { seed?: number; noise?: number } = {},
): TelemetryFile {
  const random = randomSource(seed);
  const ids = new Set([...Object.keys(nodes), ...calls.flatMap((call) => call.split('>'))]);
  const series = Object.entries(nodes).flatMap(([node, metrics]) =>
    Object.entries(metrics).map(([name, values]): TelemetrySeries => {
      const [metric = '', stat = ''] = name.split('/');
      return { node, metric, stat, values: Array.from({ length: periods }, (_, t) => valueAt(values, t, 1 + noise * random.normal())) };
    }),
  );
  return {
    schemaVersion: 1,
    periodS: 60,
    times: Array.from({ length: periods }, (_, t) => 1_790_000_000 + 60 * t),
    nodes: [...ids].map((id) => ({ id })),
    edges: calls.map((call) => {
      const [from = '', to = ''] = call.split('>');
      return { from, to };
    }),
    series,
  };
}

function valueAt(values: Values, period: number, factor: number): number | null {
  const value = typeof values === 'function' ? values(period) : values;
  return value === null ? null : value * factor;
}
