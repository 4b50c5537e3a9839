import fc from 'fast-check';
import { compressSync } from 'snappy';
import { describe, expect, it, vi } from 'vitest';
import { histogramOf } from '../../analyzers/models/histogram.ts';
import { encodePush } from '../../tests/remote-write.ts';
import { DecodeError, decodePush, labelOf } from './decode.ts';

const decodeAll = (body: Uint8Array) => decodePush(body, () => true);

const timeMs = Date.parse('2026-11-24T10:00:00.123Z');

describe('decodePush', () => {
  it('reads a counter with its labels and its time', () => {
    const [series] = decodeAll(
      encodePush([{ metric: 'k6_iterations_total', labels: { scenario: 'mixed', zone: 'ü' }, value: 42, timeMs }]),
    );
    expect(series).toMatchObject({ metric: 'k6_iterations_total', value: 42, timeMs });
    expect(series?.labels).toEqual([
      { name: 'scenario', value: 'mixed' },
      { name: 'zone', value: 'ü' },
    ]);
    expect(series && labelOf(series, 'constructor')).toBe('');
  });

  it('reads any histogram as it was', () => {
    const values = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true })), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.integer({ min: -4, max: 8 }), (sample, schema) => {
        const histogram = histogramOf(sample, schema);
        const [series] = decodeAll(encodePush([{ metric: 'k6_http_req_duration_seconds', value: histogram, timeMs }]));
        expect(series).toEqual({ metric: 'k6_http_req_duration_seconds', labels: [], value: histogram, timeMs });
      }),
    );
  });

  it('sees no value in a stale marker', () => {
    expect(decodeAll(encodePush([{ metric: 'k6_vus', value: Number.NaN }]))).toEqual([]);
  });

  it('looks only into what is wanted', () => {
    const wanted = vi.fn((metric: string) => metric === 'k6_b_total');
    const series = decodePush(
      encodePush(['a', 'b', 'c'].map((name) => ({ metric: `k6_${name}_total`, labels: { A: '1' }, value: 1 }))),
      wanted,
    );
    expect(series.map(({ metric }) => metric)).toEqual(['k6_b_total']);
    expect(wanted.mock.calls.flat()).toEqual(['k6_a_total', 'k6_b_total', 'k6_c_total']);
  });

  it('answers garbage with a DecodeError and nothing else', () => {
    const tryDecode = (body: Uint8Array) => {
      try {
        decodeAll(body);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), tryDecode));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => tryDecode(compressSync(Buffer.from(bytes)))));
    const push = encodePush([{ metric: 'k6_http_req_duration_seconds', value: histogramOf([0.1, 0.2, 30]) }]);
    fc.assert(
      fc.property(fc.nat(push.length - 1), fc.nat(255), (at, byte) => {
        const flipped = Buffer.from(push);
        flipped[at] = byte;
        tryDecode(flipped);
      }),
    );
  });

  it('refuses a size beyond its bound by the header alone, before it makes room', () => {
    // A varint of 4 GB − 1, with nothing behind it.
    expect(() => decodeAll(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))).toThrow('push is too large');
    expect(() => decodeAll(new Uint8Array())).toThrow('push is not a snappy block');
  });

  it('refuses a histogram with more buckets than counts, before it makes room for them', () => {
    // TimeSeries { histograms: { positive_spans: { offset: 0, length: 4294967295 } } }
    const span = [0x5a, 0x08, 0x08, 0x00, 0x10, 0xff, 0xff, 0xff, 0xff, 0x0f];
    const series = [0x22, span.length, ...span];
    const body = compressSync(Buffer.from([0x0a, series.length, ...series]));
    expect(() => decodeAll(body)).toThrow('histogram has more buckets than counts');
  });
});
