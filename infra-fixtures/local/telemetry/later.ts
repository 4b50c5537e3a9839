import type { EmbeddedMetric } from './logs/embedded-metrics.ts';
import type { LogEvent } from './logs/store.ts';
import type { PlatformMetric } from './platform.ts';
import type { Entity } from './xray/segment.ts';

/** What the platform told, as of so much later: told by one clock, kept by another. */

export const laterMetrics = (metrics: PlatformMetric[], byMs: number): PlatformMetric[] =>
  metrics.map((metric) => ({ ...metric, atS: metric.atS + byMs / 1000 }));

export const laterMetric = (metric: EmbeddedMetric, byMs: number): EmbeddedMetric => ({
  ...metric,
  timestampMs: metric.timestampMs + byMs,
});

export const laterEvents = (events: LogEvent[], byMs: number): LogEvent[] =>
  events.map((event) => ({ ...event, timestamp: event.timestamp + byMs }));

export const laterSegments = (documents: readonly object[], byMs: number): readonly object[] =>
  documents.map((document) => laterSegment(document, byMs));

/** With all that is in it; what is no segment stays as it is. */
function laterSegment(document: object, byMs: number): object {
  const { start_time, end_time, subsegments } = document as Partial<Entity>;
  return {
    ...document,
    ...(typeof start_time === 'number' && { start_time: start_time + byMs / 1000 }),
    ...(typeof end_time === 'number' && { end_time: end_time + byMs / 1000 }),
    ...(Array.isArray(subsegments) && { subsegments: subsegments.map((each) => laterSegment(Object(each), byMs)) }),
  };
}
