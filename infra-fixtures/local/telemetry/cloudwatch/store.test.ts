import { expect, it } from 'vitest';
import { MetricStore } from './store.ts';

const START_S = 1_800_000_000;
const metricOf = (index: number) => ({ namespace: 'Game', metric: `m${index}`, dimensions: [] });

/** Metrics, each with a few values each second. */
const fill = (store: MetricStore, fromS: number, seconds: number, distinct: number, metrics = 600): void => {
  for (let atS = fromS; atS < fromS + seconds; atS++) {
    for (let index = 0; index < metrics; index++) {
      store.add(metricOf(index), 'Milliseconds', atS, 1, (bucket) => {
        for (let value = 0; value < distinct; value++) bucket.add(1 + ((atS * 31 + value * 17) % 50), 1);
      });
    }
    store.advance(atS);
  }
};

it('keeps at most 32 bytes for a value a second, and only what is new unpacked', () => {
  const store = new MetricStore(0);
  fill(store, START_S, 300, 1);
  const { packedBytes, openChunks } = store.size;
  // 300 s by the second; nothing by the minute has been packed as yet but what is 10 minutes old.
  expect(packedBytes).toBeLessThanOrEqual(600 * 300 * 32);
  expect(packedBytes).toBeGreaterThan(600 * 200 * 32);
  // Chunks of 30 s, of which two are written to or waited for, and one of 10 minutes.
  expect(openChunks).toBeLessThanOrEqual(600 * 4);
});

it('drops the oldest of less than a minute when there is too much, and no more than that', () => {
  const store = new MetricStore(0, 700_000);
  fill(store, START_S, 1800, 1, 20);
  expect(store.size.packedBytes).toBeLessThanOrEqual(700_000);
  expect(store.size.packedBytes).toBeGreaterThan(650_000);
  const nowS = START_S + 1800;
  const read = store.read(metricOf(0), undefined, { fromS: START_S, endS: nowS, periodS: 1, nowS });
  expect(read.length).toBeGreaterThan(100);
  expect(read.length).toBeLessThan(1500);
  expect(read[0]?.[0]).toBeGreaterThan(START_S);
  expect(read.at(-1)?.[0]).toBe(nowS - 1);
  // By the minute nothing is lost.
  const minutes = store.read(metricOf(0), undefined, { fromS: START_S, endS: nowS, periodS: 60, nowS });
  expect(minutes.map(([, { count }]) => count)).toEqual(Array.from({ length: 30 }, () => 60));
});

it('forgets by the second after 3 hours and by the minute after 15 days, and takes the memory back', () => {
  const store = new MetricStore(0);
  fill(store, START_S, 60, 1);
  const range = { fromS: START_S, endS: START_S + 60 };
  const at = (nowS: number, periodS: number): number => {
    store.advance(nowS);
    return store.read(metricOf(3), undefined, { ...range, periodS, nowS }).length;
  };
  expect(at(START_S + 10_700, 1)).toBe(60);
  expect(at(START_S + 10_800 + 30, 1)).toBe(30);
  expect(at(START_S + 10_800 + 400, 1)).toBe(0);
  expect(at(START_S + 10_800 + 400, 60)).toBe(1);
  expect(store.size.packedBytes).toBeLessThan(600 * 2000);
  expect(at(START_S + 15 * 86_400, 60)).toBe(1);
  expect(at(START_S + 15 * 86_400 + 1000, 60)).toBe(0);
  expect(store.size).toEqual({ packedBytes: 0, openChunks: 0 });
  expect(store.listed(START_S + 16 * 86_400)).toEqual([]);
});

it('adds what comes late to what is packed', () => {
  const store = new MetricStore(0);
  fill(store, START_S, 60, 2);
  store.advance(START_S + 1000);
  store.add(metricOf(5), 'Milliseconds', START_S + 7, 1, (bucket) => bucket.add(1000, 1));
  store.advance(START_S + 2000);
  const read = (periodS: number) =>
    store.read(metricOf(5), undefined, { fromS: START_S, endS: START_S + 60, periodS, nowS: START_S + 2000 });
  expect(read(1)[7]?.[1]).toMatchObject({ count: 3, max: 1000 });
  expect(read(1)[8]?.[1].count).toBe(2);
  expect(read(60).map(([, { count }]) => count)).toEqual([121]);
});
