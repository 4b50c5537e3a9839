import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Histogram } from '../../analyzers/contract.ts';
import { histogramOf, mergeHistograms } from '../../analyzers/models/histogram.ts';
import { encodePush, type PushedSeries } from '../../tests/remote-write.ts';
import { decodePush } from './decode.ts';
import type { Push } from './journal.ts';
import { NAME_CAPS } from './names.ts';
import { unpackHistogram } from './packed.ts';
import { createSeriesTracker, isWanted, SERIES_MAX } from './series.ts';

const DURATION = 'k6_http_req_duration_seconds';

const tracker = (redact = (text: string) => text) => {
  const series = createSeriesTracker(redact);
  return { ...series, push: (pushed: readonly PushedSeries[], atS = 1000) => series.ingest(decodePush(encodePush(pushed), isWanted), atS) };
};
const request = (name: string, latency: number[] | Histogram, extra: Record<string, string> = {}): PushedSeries => ({
  metric: DURATION,
  labels: { error_code: '', expected_response: 'true', name, status: '200', ...extra },
  value: Array.isArray(latency) ? histogramOf(latency) : latency,
});
const requestsIn = ({ endpoints }: Push) => endpoints.reduce((sum, [, , packed]) => sum + unpackHistogram(packed).count, 0);

describe('createSeriesTracker', () => {
  it('books what came on top since the last push', () => {
    const { push, live } = tracker();
    push([request('GET /a', [0.1, 0.2])], 1000);
    const second = push([request('GET /a', [0.1, 0.2, 0.4])], 1001);
    const [[id, errors, packed] = expect.unreachable()] = second.endpoints;
    expect([id, errors]).toEqual([0, 0]);
    const gained = unpackHistogram(packed);
    expect(gained).toEqual({ ...histogramOf([0.4]), sum: gained.sum });
    expect(gained.sum).toBeCloseTo(0.4, 10);
    expect(live()).toMatchObject({ requests: 3, errors: 0, requestsPerS: 1, errorsPerS: 0 });
    expect((live().latencyMsP95 ?? 0) / 400).toBeCloseTo(1, 1);
  });

  it('counts an outage where the script switched the response callback off', () => {
    const { push, live } = tracker();
    push(['0', '200', '404', '429', '503'].map((status) => request('GET /a', [0.1], { status, expected_response: '' })));
    expect(live()).toMatchObject({ requests: 5, errors: 3 });
  });

  it('gives a name to requests whose own nobody could see', () => {
    const { names } = tracker().push([request('', [0.1]), request(' \t', [0.1]), request(' GET /a ', [0.1])]);
    expect(names?.endpoints).toEqual(['(no name)', 'GET /a']);
  });

  it('counts every value once, whichever pushes are lost, repeated or late', () => {
    const seconds = fc.array(fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { maxLength: 5 }), { minLength: 1, maxLength: 12 });
    // What becomes of each push: lost, arrived, arrived twice, or arrived and then an older one once more.
    const fates = fc.array(fc.constantFrom('lost', 'once', 'twice', 'late'), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(seconds, fates, (perSecond, fate) => {
        const { push, live } = tracker();
        const pushes: PushedSeries[][] = perSecond.map((_, k) => {
          const all = perSecond.slice(0, k + 1).flat();
          return [request('GET /a', all), { metric: 'k6_iterations_total', value: all.length, timeMs: k + 1 }];
        });
        const records: Push[] = [];
        pushes.forEach((pushed, k) => {
          // k6's last push is not lost here: nothing could make it good.
          const what = k === pushes.length - 1 ? 'once' : fate[k];
          if (what !== 'lost') records.push(push(pushed, 1000 + k));
          if (what === 'twice') records.push(push(pushed, 1000 + k));
          if (what === 'late') records.push(push(pushes[Math.max(0, k - 1)] ?? [], 1000 + k));
        });
        const all = perSecond.flat();
        const latency = mergeHistograms(records.flatMap(({ endpoints }) => endpoints.map(([, , packed]) => unpackHistogram(packed))));
        const { sum: _, ...buckets } = histogramOf(all);
        if (all.length > 0) expect(latency).toMatchObject(buckets);
        expect(live()).toMatchObject({ requests: all.length, iterations: all.length });
      }),
    );
  });

  it('counts failures, and tells them apart by endpoint, status and error code', () => {
    const { push, live } = tracker();
    const record = push([
      request('GET /a', [0.1]),
      request('GET /a', [0, 0], { status: '0', error_code: '1212', expected_response: 'false' }),
      request('GET /b', [0.1], { status: '503', error_code: '1503', expected_response: 'false' }),
      request('GET /b', [0.1], { status: '404', expected_response: '' }),
    ]);
    expect(record.endpoints.map(([id, errors]) => [id, errors])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(record.names?.errorClasses).toEqual([
      { endpoint: 0, status: '0', errorCode: '1212' },
      { endpoint: 1, status: '503', errorCode: '1503' },
    ]);
    expect(record.errorClasses).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(live()).toMatchObject({ requests: 5, errors: 3 });
  });

  it('takes names like __proto__ as any other', () => {
    const { push } = tracker();
    const hostile = ['__proto__', 'constructor', 'toString', '</script>', 'hasOwnProperty'];
    const record = push([
      ...hostile.map((name) => request(name, [0.1])),
      { metric: 'k6___proto___total', value: 3 },
      { metric: 'k6_constructor', value: histogramOf([1]) },
    ]);
    expect(record.names?.endpoints).toEqual(hostile);
    expect(record.endpoints).toHaveLength(hostile.length);
    expect(record.names?.counters).toEqual(['__proto__']);
    expect(record.names?.trends).toEqual([{ name: 'constructor', unit: '' }]);
  });

  it('takes secrets out of names before it compares them, so that tokens don’t use up the cap', () => {
    const { push } = tracker((text) => text.replace(/token=\w+/, 'token=***'));
    const record = push(Array.from({ length: NAME_CAPS.endpoints + 50 }, (_, k) => request(`GET /ws?token=${k}`, [0.1])));
    expect(record.names?.endpoints).toEqual(['GET /ws?token=***']);
    expect(record.overflow).toBeUndefined();
    expect(requestsIn(record)).toBe(NAME_CAPS.endpoints + 50);
  });

  it('counts names beyond the cap as `other`, and how many there were', () => {
    const { push } = tracker();
    const names = Array.from({ length: NAME_CAPS.endpoints + 30 }, (_, k) => `GET /items/${k}`);
    const record = push(names.map((name) => request(name, [0.1, 0.1])));
    expect(record.names?.endpoints).toEqual([...names.slice(0, NAME_CAPS.endpoints), 'other']);
    expect(unpackHistogram(record.endpoints.at(-1)?.[2] ?? []).count).toBe(60);
    expect(requestsIn(record)).toBe(2 * names.length);
    expect(record.overflow).toEqual({ names: 30, seriesLost: 0 });
    expect(push(names.map((name) => request(name, [0.1, 0.1]))).overflow).toBeUndefined();
  });

  it('bounds error classes and cuts long names', () => {
    const { push } = tracker();
    const many = Array.from({ length: NAME_CAPS.errorClasses + 5 }, (_, k) =>
      request('GET /a', [0.1], { status: `${k}`, expected_response: 'false' }),
    );
    const record = push([...many, request('x'.repeat(5000), [0.1])]);
    expect(record.names?.errorClasses).toHaveLength(NAME_CAPS.errorClasses + 1);
    expect(record.names?.errorClasses?.at(-1)).toEqual({ endpoint: 1, status: 'other', errorCode: '' });
    expect(record.errorClasses.at(-1)).toEqual([NAME_CAPS.errorClasses, 5]);
    expect(record.names?.endpoints?.at(-1)).toHaveLength(NAME_CAPS.length);
  });

  it('bounds custom metrics, and says how many series it has lost', () => {
    const { push } = tracker();
    const pushed = Array.from({ length: NAME_CAPS.counters + 7 }, (_, k) => ({ metric: `k6_mine_${k}_total`, value: k + 1 }));
    expect(push(pushed).counters).toHaveLength(NAME_CAPS.counters);
    expect(push([...pushed, { metric: 'k6_one_more_total', value: 1 }]).overflow).toEqual({ names: 0, seriesLost: 8 });
  });

  it('bounds series, and keeps counting those it has', () => {
    const { push } = tracker();
    const pushed = Array.from({ length: SERIES_MAX + 3 }, (_, k) => request('GET /a', [0.1], { user: `${k}` }));
    const record = push(pushed);
    expect(requestsIn(record)).toBe(SERIES_MAX);
    expect(record.overflow).toEqual({ names: 0, seriesLost: 3 });
    expect(requestsIn(push([request('GET /a', [0.1, 0.2], { user: '0' })]))).toBe(1);
  });

  it('gives up a trend whose values the artifact can’t hold, and says so', () => {
    const { push } = tracker();
    const trend = (value: Histogram) => [{ metric: 'k6_skew_seconds', value }];
    expect(push(trend(histogramOf([1]))).trends).toHaveLength(1);
    // A negative value is in the count, and in none of the buckets that are read.
    const record = push(trend({ ...histogramOf([1]), count: 2 }));
    expect(record).toMatchObject({ trends: [], overflow: { names: 0, seriesLost: 1 } });
    expect(push(trend({ ...histogramOf([1]), sum: Number.POSITIVE_INFINITY })).trends).toEqual([]);
  });

  it('lets a counter of the script’s own go down, but not by a push that comes late', () => {
    const { push } = tracker();
    const gold = (value: number, timeMs: number) => push([{ metric: 'k6_gold_total', value, timeMs }]).counters;
    expect(gold(10, 1)).toEqual([[0, 10]]);
    expect(gold(4, 2)).toEqual([[0, -6]]);
    expect(gold(3, 1)).toEqual([]);
  });

  it('leaves k6’s own phases, rates and gauges out', () => {
    const { push } = tracker();
    const record = push([
      { metric: 'k6_http_req_waiting_seconds', value: histogramOf([1]) },
      { metric: 'k6_http_reqs_total', value: 5 },
      { metric: 'k6_http_req_failed_rate', value: 0.5 },
      { metric: 'k6_mine_rate', value: 0.5 },
      { metric: 'k6_mine', value: 7 },
      { metric: 'k6_vus_max', value: 5 },
      { metric: 'k6_data_sent_total', value: 5 },
    ]);
    expect(record).toMatchObject({ endpoints: [], trends: [], counters: [], users: null });
    expect(push([{ metric: 'k6_drop_rate', value: histogramOf([1]) }]).names?.trends).toEqual([{ name: 'drop_rate', unit: '' }]);
  });
});

describe('time', () => {
  const vus = (value: number, timeS: number): PushedSeries => ({ metric: 'k6_vus', value, timeMs: timeS * 1000 });

  it('begins execution where users become active, between two samples', () => {
    const { push } = tracker();
    expect(push([vus(0, 999.9)], 1000)).toMatchObject({ users: 0, fromS: 999, atS: 1000 });
    expect(push([vus(0, 1000.9)], 1001).executionStartS).toBeUndefined();
    expect(push([vus(7, 1001.9)], 1002).executionStartS).toBeCloseTo(1001.4, 6);
    expect(push([vus(9, 1002.9)], 1003).executionStartS).toBeUndefined();
  });

  it('begins execution with the first iteration that ended, where no sample ever caught a user at work', () => {
    const { push } = tracker();
    const iterations = (value: number, timeS: number): PushedSeries => ({ metric: 'k6_iterations_total', value, timeMs: timeS * 1000 });
    expect(push([vus(0, 999.9)], 1000).executionStartS).toBeUndefined();
    expect(push([vus(0, 1000.9), iterations(1, 1000.5)], 1001).executionStartS).toBe(1000);
    expect(push([vus(0, 1001.9), iterations(2, 1001.5)], 1002).executionStartS).toBeUndefined();
  });

  it('notices a gap, and covers it from the last push that came', () => {
    const { push } = tracker();
    push([vus(5, 999.9)], 1000);
    expect(push([vus(5, 1001.9)], 1002)).not.toHaveProperty('gap');
    expect(push([vus(5, 1004.9)], 1005)).toMatchObject({ gap: true, fromS: 1002, atS: 1005 });
  });

  it('takes silence without users, as in a slow teardown, for no gap', () => {
    const { push } = tracker();
    push([vus(0, 999.9)], 1000);
    const record = push([request('DELETE /seed', [0.1])], 1030.5);
    expect(record).not.toHaveProperty('gap');
    expect(record).toMatchObject({ fromS: 1029.5, atS: 1030.5, users: null });
  });

  it('measures the last, shorter stretch as what it is', () => {
    const { push, live } = tracker();
    push([request('GET /a', [0.1]), vus(1, 999.9)], 1000);
    expect(push([request('GET /a', [0.1, 0.1])], 1000.25)).toMatchObject({ fromS: 1000, atS: 1000.25 });
    expect(live()).toMatchObject({ requestsPerS: 4, users: 1 });
  });
});
