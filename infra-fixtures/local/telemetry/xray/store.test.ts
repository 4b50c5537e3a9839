import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Document } from './segment.ts';
import { TraceStore } from './store.ts';

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const traceId = (n: number): string => `1-67a00000-${hex(n, 24)}`;

const put = (store: TraceStore, trace: number, segment: number, more: object = {}): void => {
  const document = { id: hex(segment, 16), trace_id: traceId(trace), name: 'a', start_time: 1000 + trace, end_time: 1001 + trace, ...more };
  store.put(JSON.stringify(document), document as Document);
};

const namesOf = (store: TraceStore, trace: number): string[] =>
  (store.get(traceId(trace))?.texts ?? []).map((text) => (JSON.parse(text) as Document).name);

describe('TraceStore', () => {
  it('shows each document once its delay is over, and a new version of it at once', () => {
    let nowMs = 1_000_000;
    const store = new TraceStore(() => nowMs, 30);
    put(store, 1, 1, { name: 'open', in_progress: true, end_time: undefined });
    nowMs += 20_000;
    put(store, 1, 2, { name: 'later' });
    nowMs += 9_999;
    expect(store.get(traceId(1))).toBeNull();
    nowMs += 1;
    expect(namesOf(store, 1)).toEqual(['open']);
    put(store, 1, 1, { name: 'done' });
    expect(namesOf(store, 1)).toEqual(['done']);
    nowMs += 20_000;
    expect(namesOf(store, 1)).toEqual(['done', 'later']);
    expect(store.get(traceId(2))).toBeNull();
  });

  it('finds by start, the end of the window being outside', () => {
    const store = new TraceStore(() => 5_000_000, 0);
    put(store, 2, 1);
    put(store, 1, 2);
    const ids = (startS: number, endS: number) => store.between(startS, endS, 'TraceId').map(({ id, timeS }) => [id, timeS]);
    expect(ids(1000, 1003)).toEqual([
      [traceId(1), 1001],
      [traceId(2), 1002],
    ]);
    expect(ids(1000, 1002)).toEqual([[traceId(1), 1001]]);
    expect(ids(0, 1000)).toEqual([]);
    // Both came at the same time.
    expect(store.between(5000, 5001, 'Event').map(({ id }) => id)).toEqual([traceId(1), traceId(2)]);
    expect(store.between(1000, 1003, 'Event')).toEqual([]);
    expect(store.overlapping(1002.5, 1010)).toEqual([traceId(2)]);
  });

  it('takes no more than 500 KB of a trace, and says so', () => {
    const store = new TraceStore(() => 1, 0);
    for (let k = 0; k < 20; k++) put(store, 1, k, { metadata: 'x'.repeat(50_000) });
    const trace = store.get(traceId(1));
    expect(trace).toMatchObject({ limitExceeded: true });
    expect(trace?.texts.join('').length).toBeLessThanOrEqual(512_000);
    put(store, 2, 1);
    expect(store.get(traceId(2))).toMatchObject({ limitExceeded: false });
  });

  it('keeps packed traces as they came, and adds to them', () => {
    const store = new TraceStore(() => 1, 0);
    put(store, 0, 1, { name: 'first', metadata: 'Ω"\n' });
    const [text] = store.get(traceId(0))?.texts ?? [];
    for (let k = 1; k <= 400; k++) put(store, k, 1, { metadata: 'x'.repeat(60_000) });
    expect(store.size.bytes).toBeLessThan(20e6);
    expect(store.get(traceId(0))?.texts).toEqual([text]);
    put(store, 0, 2, { name: 'second' });
    expect(namesOf(store, 0)).toEqual(['first', 'second']);
    expect(store.get(traceId(3))?.texts[0]).toContain('x'.repeat(60_000));
  });

  it('forgets the longest untouched when it is full', () => {
    const store = new TraceStore(() => 1, 0);
    for (let k = 0; k < 100_000; k++) put(store, k, 1);
    put(store, 0, 2);
    put(store, 100_000, 1);
    expect(store.size.traces).toBe(100_000);
    expect(store.get(traceId(1))).toBeNull();
    expect(namesOf(store, 0)).toEqual(['a', 'a']);
    expect(namesOf(store, 2)).toEqual(['a']);
  });

  it('holds an hour at 200 requests a second, sampled by the default rule, in less than 150 MB', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heldBytes = (): number => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = heldBytes();
    const store = new TraceStore(() => 1, 0);
    // As many documents, and as large, as a request through the gateway to a function with four calls has.
    const traces = 3600 + 0.05 * (200 * 3600 - 3600);
    for (let k = 0; k < traces; k++) {
      for (let n = 0; n < 7; n++) {
        const unlike = hex(Math.floor(Math.random() * 2 ** 48), 16);
        put(store, k, k * 8 + n, {
          http: { request: { url: `https://api.execute-api.us-east-1.amazonaws.com/prod/characters/${unlike}`, method: 'GET' } },
          aws: { operation: 'GetItem', table_name: 'characters', request_id: unlike.repeat(3), region: 'us-east-1' },
          metadata: {
            default: { 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB', 'db.system': 'dynamodb', 'otel.name': 'DynamoDB.GetItem' },
          },
          annotations: { route: 'GET /characters/{id}', attempt: n },
        });
      }
    }
    expect(store.size.traces).toBe(traces);
    expect(store.get(traceId(0))?.texts).toHaveLength(7);
    expect(heldBytes() - before).toBeLessThan(150e6);
  }, 60_000);
});
