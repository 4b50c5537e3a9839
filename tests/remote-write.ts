import protobuf from 'protobufjs';
import { compressSync } from 'snappy';
import type { Histogram } from '../analyzers/contract.ts';

/** Remote write as k6 sends it, for tests: the other side of cli/collect/decode.ts, with a description of its own. */

export interface PushedSeries {
  metric: string;
  labels?: Record<string, string>;
  timeMs?: number;
  /** A number is a counter or gauge (NaN: it ended), a histogram a trend. */
  value: number | Histogram;
}

/** From prompb's remote.proto and types.proto, all that k6 v2.2.0 fills: https://github.com/prometheus/prometheus/tree/main/prompb */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Histogram histograms = 4; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message BucketSpan { sint32 offset = 1; uint32 length = 2; }
  message Histogram {
    oneof count { uint64 count_int = 1; double count_float = 2; }
    double sum = 3;
    sint32 schema = 4;
    double zero_threshold = 5;
    oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
    repeated BucketSpan positive_spans = 11;
    repeated sint64 positive_deltas = 12;
    int64 timestamp = 15;
  }
`);
const WriteRequest = root.lookupType('WriteRequest');

export const encodePush = (series: readonly PushedSeries[]): Buffer =>
  compressSync(Buffer.from(WriteRequest.encode(WriteRequest.fromObject({ timeseries: series.map(encodeSeries) })).finish()));

const encodeSeries = ({ metric, labels = {}, timeMs = 1, value }: PushedSeries) => ({
  labels: Object.entries({ __name__: metric, ...labels }).map(([name, text]) => ({ name, value: text })),
  ...(typeof value === 'number' ? { samples: [{ value, timestamp: timeMs }] } : { histograms: [encodeHistogram(value, timeMs)] }),
});

const encodeHistogram = ({ count, sum, schema, zeroCount, indices, counts }: Histogram, timeMs: number) => {
  const positiveSpans: { offset: number; length: number }[] = [];
  const buckets: number[] = [];
  let next = 0;
  for (const [k, index] of indices.entries()) {
    const step = index - next;
    const span = positiveSpans.at(-1);
    // client_golang's `makeBuckets`: a gap of one or two buckets is filled with zeros, a wider one begins a new span.
    if (span === undefined || step > 2) positiveSpans.push({ offset: step, length: 1 });
    else {
      span.length += step + 1;
      for (let empty = 0; empty < step; empty++) buckets.push(0);
    }
    buckets.push(counts[k] ?? 0);
    next = index + 1;
  }
  const positiveDeltas = buckets.map((bucket, k) => bucket - (buckets[k - 1] ?? 0));
  return {
    countInt: count,
    sum,
    schema,
    zeroThreshold: 2 ** -128,
    zeroCountInt: zeroCount,
    positiveSpans,
    positiveDeltas,
    timestamp: timeMs,
  };
};
