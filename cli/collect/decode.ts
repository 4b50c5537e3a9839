import protobuf from 'protobufjs/light.js';
import { uncompressSync } from 'snappy';
import type { Histogram } from '../../analyzers/contract.ts';
import { SCHEMA_MAX, SCHEMA_MIN } from '../../analyzers/models/histogram.ts';

/**
 * Prometheus remote write 1.0 as k6 speaks it: a snappy block around a protobuf `WriteRequest`. Only the fields that k6 fills are described.
 * Sources: https://prometheus.io/docs/specs/prw/remote_write_spec/ and prompb's remote.proto and types.proto; k6 v2.2.0
 * internal/output/prometheusrw/remotewrite/remotewrite.go.
 */

/** guess: tune. 20,000 series of k6 come to about 12 MB uncompressed. */
const UNCOMPRESSED_BYTES_MAX = 64 * 2 ** 20;

/** One series of a push at its latest value. k6's values are cumulative, except those of gauges. */
export interface Series {
  /** Metric name as pushed, such as `k6_http_req_duration_seconds`. */
  metric: string;
  /** The other labels, ordered by name. */
  labels: readonly Label[];
  /** A histogram is a trend, a number anything else. */
  value: number | Histogram;
  /** When its last sample was taken, in milliseconds since the epoch, by the engine's clock. */
  timeMs: number;
}
interface Label {
  name: string;
  value: string;
}

/** What came is not a remote write that loadkit can read. The receiver answers 400. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * The series of a push whose metric is wanted; those that ended (k6's stale marker) are left out. The others, which are most, are not even looked
 * into: this runs beside the engine, on the same processors.
 *
 * @throws DecodeError on anything that is not a well-formed push of a bounded size
 */
export const decodePush = (body: Uint8Array, isWanted: (metric: string) => boolean): Series[] => {
  const bytes = uncompressed(body);
  try {
    const { timeseries } = WriteRequest.decode(bytes) as unknown as { timeseries: Uint8Array[] };
    return timeseries.flatMap((series) => (isWanted(metricOf(series)) ? (toSeries(TimeSeries.decode(series)) ?? []) : []));
  } catch (cause) {
    throw cause instanceof DecodeError ? cause : new DecodeError('push is not a remote write request', { cause });
  }
};

/** Label value by name, `` when it's not there. */
export const labelOf = ({ labels }: Pick<Series, 'labels'>, name: string): string =>
  labels.find((label) => label.name === name)?.value ?? '';

// ---------------------------------------------------------------------------------------------------------------- snappy

const uncompressed = (body: Uint8Array): Uint8Array => {
  if (uncompressedLength(body) > UNCOMPRESSED_BYTES_MAX) throw new DecodeError('push is too large');
  try {
    return uncompressSync(body, { asBuffer: true }) as Buffer;
  } catch (cause) {
    throw new DecodeError('push is not a snappy block', { cause });
  }
};

/** A snappy block begins with its uncompressed length, a varint of at most 32 bits: https://github.com/google/snappy/blob/main/format_description.txt */
const uncompressedLength = (body: Uint8Array): number => {
  let length = 0;
  for (let k = 0; k < 5; k++) {
    const byte = body[k];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * k);
    if (byte < 0x80) return length;
  }
  throw new DecodeError('push is not a snappy block');
};

// ---------------------------------------------------------------------------------------------------------------- protobuf

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule && { rule }) });

const root = protobuf.Root.fromJSON({
  nested: {
    // `TimeSeries` on the wire; as bytes they are decoded only where they are wanted.
    WriteRequest: { fields: { timeseries: field(1, 'bytes', 'repeated') } },
    TimeSeries: {
      fields: {
        labels: field(1, 'Label', 'repeated'),
        samples: field(2, 'Sample', 'repeated'),
        histograms: field(4, 'Histogram', 'repeated'),
      },
    },
    Label: { fields: { name: field(1, 'string'), value: field(2, 'string') } },
    Sample: { fields: { value: field(1, 'double'), timestamp: field(2, 'int64') } },
    Histogram: {
      fields: {
        countInt: field(1, 'uint64'),
        sum: field(3, 'double'),
        schema: field(4, 'sint32'),
        zeroCountInt: field(6, 'uint64'),
        positiveSpans: field(11, 'BucketSpan', 'repeated'),
        positiveDeltas: field(12, 'sint64', 'repeated'),
        timestamp: field(15, 'int64'),
      },
    },
    BucketSpan: { fields: { offset: field(1, 'sint32'), length: field(2, 'uint32') } },
  },
});
const WriteRequest = root.lookupType('WriteRequest');
const TimeSeries = root.lookupType('TimeSeries');
const LabelMessage = root.lookupType('Label');

/** 64-bit integers come as `Long` objects. Counts and milliseconds stay far below 2^53. */
type Integer = { toNumber(): number } | number;
const toNumber = (value: Integer): number => (typeof value === 'number' ? value : value.toNumber());

interface RawSeries {
  labels: Label[];
  samples: { value: number; timestamp: Integer }[];
  histograms: RawHistogram[];
}
interface RawHistogram {
  countInt: Integer;
  sum: number;
  schema: number;
  zeroCountInt: Integer;
  positiveSpans: { offset: number; length: number }[];
  positiveDeltas: Integer[];
  timestamp: Integer;
}

/** Field 1 of a TimeSeries, length-delimited: https://protobuf.dev/programming-guides/encoding/#structure */
const LABELS_TAG = (1 << 3) | 2;

/** The name is a label among others, most often the first, since they are sorted. */
const metricOf = (series: Uint8Array): string => {
  const reader = protobuf.Reader.create(series);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag !== LABELS_TAG) {
      reader.skipType(tag & 7);
      continue;
    }
    const { name, value } = LabelMessage.decode(reader.bytes()) as unknown as Label;
    if (name === METRIC_NAME) return value;
  }
  return '';
};
const METRIC_NAME = '__name__';

const toSeries = (message: protobuf.Message): Series | null => {
  const { labels, samples, histograms } = message as unknown as RawSeries;
  const name = labelOf({ labels }, METRIC_NAME);
  const series = { metric: name, labels: labels.filter((label) => label.name !== METRIC_NAME) };
  const histogram = histograms.at(-1);
  // A trend that ended still brings its last value.
  if (histogram) return { ...series, value: toHistogram(histogram), timeMs: toNumber(histogram.timestamp) };
  const sample = samples.at(-1);
  // A stale marker is a NaN: k6's internal/output/prometheusrw/stale.
  return sample && !Number.isNaN(sample.value) ? { ...series, value: sample.value, timeMs: toNumber(sample.timestamp) } : null;
};

/** Spans say which buckets are in use, deltas how their counts change from one to the next. */
const toHistogram = (raw: RawHistogram): Histogram => {
  if (raw.schema < SCHEMA_MIN || raw.schema > SCHEMA_MAX) throw new DecodeError(`histogram schema ${raw.schema} is not exponential`);
  const indices: number[] = [];
  const counts: number[] = [];
  let index = 0;
  let count = 0;
  let next = 0;
  for (const { offset, length } of raw.positiveSpans) {
    index += offset;
    if (next + length > raw.positiveDeltas.length) throw new DecodeError('histogram has more buckets than counts');
    for (const end = next + length; next < end; next++, index++) {
      count += toNumber(raw.positiveDeltas[next] ?? 0);
      if (count < 0) throw new DecodeError('histogram has a negative count');
      if (count === 0) continue;
      indices.push(index);
      counts.push(count);
    }
  }
  return { schema: raw.schema, count: toNumber(raw.countInt), sum: raw.sum, zeroCount: toNumber(raw.zeroCountInt), indices, counts };
};
