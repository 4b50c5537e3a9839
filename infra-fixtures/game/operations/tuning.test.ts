import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adviseCache, adviseConcurrency, outcomeOf, type TableUse, tuneTable } from './tuning.ts';

const use = (fields: Partial<TableUse> = {}): TableUse => ({
  table: 'guilds',
  readUnits: 10,
  writeUnits: 5,
  readPeakPerS: 7,
  writePeakPerS: 3.5,
  readThrottles: 0,
  writeThrottles: 0,
  defined: { readUnits: 10, writeUnits: 5 },
  ...fields,
});

it('leaves a table alone that is used as planned, or not known at all', () => {
  expect(tuneTable(use())).toBeNull();
  expect(tuneTable(use({ readPeakPerS: 7.6 }))).toBeNull(); // 11 instead of 10 is not worth it
  expect(tuneTable(use({ readPeakPerS: null, writePeakPerS: null }))).toBeNull();
});

it('makes room above the peak, and more where requests were refused', () => {
  expect(tuneTable(use({ readPeakPerS: 14 }))).toMatchObject({ to: { readUnits: 20, writeUnits: 5 }, throttlesBefore: 0 });
  expect(tuneTable(use({ readPeakPerS: 9.9, readThrottles: 40 }))).toMatchObject({
    to: { readUnits: 15, writeUnits: 5 },
    throttlesBefore: 40,
  });
});

it('saves where little is used, down to half of what was planned', () => {
  expect(tuneTable(use({ readPeakPerS: 0.5, writePeakPerS: 0 }))).toMatchObject({ to: { readUnits: 5, writeUnits: 3 } });
});

it('stays within its bounds, and finds nothing more to do afterwards', () => {
  const rate = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }));
  const units = fc.integer({ min: 1, max: 1000 });
  fc.assert(
    fc.property(rate, rate, units, units, (readPeakPerS, writePeakPerS, readUnits, writeUnits) => {
      const before = use({ readPeakPerS, writePeakPerS, readUnits, writeUnits });
      const change = tuneTable(before);
      if (change === null) return;
      if (readPeakPerS !== null && change.to.readUnits !== readUnits) {
        expect(change.to.readUnits).toBeGreaterThanOrEqual(5);
        expect(change.to.readUnits).toBeLessThanOrEqual(100);
      } else expect(change.to.readUnits).toBe(readUnits);
      expect(tuneTable({ ...before, ...change.to })).toBeNull();
    }),
  );
});

it('says whether the last change has helped', () => {
  const [low, high] = [
    { readUnits: 5, writeUnits: 5 },
    { readUnits: 10, writeUnits: 5 },
  ];
  const raised = { table: 'guilds', from: low, to: high, throttlesBefore: 40 };
  expect([3, 40, 80, null].map((now) => outcomeOf(raised, now))).toEqual(['helped', 'did not help', 'did not help', 'not known']);
  const lowered = { table: 'guilds', from: high, to: low, throttlesBefore: 0 };
  expect([0, 1].map((now) => outcomeOf(lowered, now))).toEqual(['helped', 'did not help']);
});

it('advises on concurrency and cache where there is a reason, and not otherwise', () => {
  const auth = { name: 'auth', reservedConcurrency: 100, concurrencyPeak: 60, throttles: 0 };
  expect(adviseConcurrency(auth)).toBeNull();
  expect(adviseConcurrency({ ...auth, concurrencyPeak: null })).toBeNull();
  expect(adviseConcurrency({ ...auth, concurrencyPeak: 100, throttles: 7 })).toContain('reserve 150 instead of 100');
  expect(adviseConcurrency({ ...auth, concurrencyPeak: 4 })).toContain('6 instead of 100');
  const cache = { hits: 900, misses: 100, evictions: 0, memoryPercentPeak: 20 };
  expect(adviseCache(cache)).toEqual([]);
  expect(adviseCache({ ...cache, hits: 5, misses: 20 })).toEqual([]); // too few to say
  expect(adviseCache({ hits: 100, misses: 900, evictions: 3, memoryPercentPeak: 95 })).toHaveLength(3);
});
