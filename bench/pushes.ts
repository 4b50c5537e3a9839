import protobuf from 'protobufjs/light.js';
import { compressSync } from 'snappy';
import { histogramOf } from '../analyzers/models/histogram.ts';

/**
 * What k6 would push in a run of `mixed` with 1,000 users, second by second, without k6: 40 endpoints, 216 requests a second, cumulative native histograms for
 * the seven phases of a request, counters and gauges. Log-normal latencies from a seed, so that every replay is the same.
 */

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule && { rule }) });
const root = protobuf.Root.fromJSON({
  nested: {
    WriteRequest: { fields: { timeseries: field(1, 'TimeSeries', 'repeated') } },
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

const ENDPOINTS = 40;
const REQUESTS_PER_S = 216;
const PHASES = ['duration', 'blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'];

/** sfc32, seeded: https://pracrand.sourceforge.net/RNG_engines.txt */
function randomSource(seed: number): () => number {
  let [a, b, c, d] = [seed, 0x9e3779b9, 0x243f6a88, 1];
  return () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 2 ** 32;
  };
}

interface Cumulative {
  counts: Map<number, number>;
  count: number;
  sum: number;
}

/** @yields the body of one push a second, for `seconds` seconds from `startMs` */
export function* pushes(seconds: number, startMs: number): Generator<Buffer> {
  const random = randomSource(7);
  const series = Array.from({ length: ENDPOINTS }, (): Cumulative => ({ counts: new Map(), count: 0, sum: 0 }));
  for (let second = 1; second <= seconds; second += 1) {
    const timestamp = startMs + second * 1000;
    for (let n = 0; n < REQUESTS_PER_S; n += 1) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      add(series[Math.floor(ENDPOINTS * random() ** 2)], 0.01 * Math.exp(0.6 * normal));
    }
    const timeseries = [
      ...series.flatMap((cumulative, endpoint) => PHASES.map((phase) => histogramSeries(endpoint, phase, cumulative, timestamp))),
      { labels: labels('k6_vus'), samples: [{ value: 1000, timestamp }] },
      { labels: labels('k6_iterations_total'), samples: [{ value: second * 5, timestamp }] },
    ];
    yield compressSync(Buffer.from(WriteRequest.encode({ timeseries }).finish()));
  }
}

function add(cumulative: Cumulative | undefined, valueS: number): void {
  if (!cumulative) return;
  const index = histogramOf([valueS]).indices[0] ?? 0;
  cumulative.counts.set(index, (cumulative.counts.get(index) ?? 0) + 1);
  cumulative.count += 1;
  cumulative.sum += valueS;
}

const labels = (name: string, more: Record<string, string> = {}) =>
  Object.entries({ __name__: name, ...more }).map(([key, value]) => ({ name: key, value }));

function histogramSeries(endpoint: number, phase: string, { counts, count, sum }: Cumulative, timestamp: number) {
  const indices = [...counts.keys()].sort((a, b) => a - b);
  const positiveSpans: { offset: number; length: number }[] = [];
  const positiveDeltas: number[] = [];
  let next = 0;
  let before = 0;
  for (const index of indices) {
    const last = positiveSpans.at(-1);
    if (last && index === next) last.length += 1;
    else positiveSpans.push({ offset: index - next, length: 1 });
    positiveDeltas.push((counts.get(index) ?? 0) - before);
    before = counts.get(index) ?? 0;
    next = index + 1;
  }
  return {
    labels: labels(`k6_http_req_${phase}_seconds`, { expected_response: 'true', method: 'GET', name: `GET /r${endpoint}`, status: '200' }),
    histograms: [{ countInt: count, sum, schema: 3, zeroCountInt: 0, positiveSpans, positiveDeltas, timestamp }],
  };
}
