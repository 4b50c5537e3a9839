import type { Dimensions, Platform, Unit } from '../infra-fixtures/local/telemetry/platform.ts';

/** A platform that remembers what it was told, for tests. */
export interface RecordingPlatform extends Platform {
  metrics: { namespace: string; name: string; dimensions: Dimensions; value: number; unit: Unit }[];
  lines: { group: string; stream: string; message: string }[];
  segments: Record<string, unknown>[];
  /** Values of a metric with exactly these dimensions, in the order in which they came. */
  values(name: string, dimensions: Dimensions): number[];
}

export const recordingPlatform = (): RecordingPlatform => {
  const metrics: RecordingPlatform['metrics'] = [];
  const lines: RecordingPlatform['lines'] = [];
  const segments: RecordingPlatform['segments'] = [];
  const same = (a: Dimensions, b: Dimensions): boolean =>
    Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
  return {
    metrics,
    lines,
    segments,
    values: (name, dimensions) =>
      metrics.filter((metric) => metric.name === name && same(metric.dimensions, dimensions)).map(({ value }) => value),
    metric: (namespace, name, dimensions, value, unit, count = 1) => {
      for (let i = 0; i < count; i++) metrics.push({ namespace, name, dimensions, value, unit });
    },
    log: (group, stream, message) => void lines.push({ group, stream, message }),
    segment: (document) => void segments.push(document as Record<string, unknown>),
    stop: async () => undefined,
  };
};
