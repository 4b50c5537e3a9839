import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBucket } from '../token-bucket.ts';
import type { Charge } from './charges.ts';
import { TableLimits } from './limits.ts';

const NOTHING = { readUnits: 0, writeUnits: 0 };
const PARTITION = { readUnits: 3000, writeUnits: 1000 };

const limitsOf = (options: Partial<ConstructorParameters<typeof TableLimits>[1]> = {}) => {
  const clock = { ms: 1000 };
  const limits = new TableLimits(
    ['index'],
    { billing: { readUnits: 10, writeUnits: 5 }, partition: PARTITION, foreign: NOTHING, burstS: 300, ...options },
    () => clock.ms,
  );
  return { clock, limits };
};
const write = (units: number, partition: string | null = null, index: string | null = null): Charge => ({
  kind: 'Write',
  index,
  partition,
  units,
});

/** How many single units go through right now. */
const admitted = (limits: TableLimits, charge: Charge, max = 10_000): number => {
  for (let count = 0; count < max; count++) if (limits.admit([charge]).length > 0) return count;
  return max;
};

it('lets 300 seconds of unused capacity through at once, and then as much as flows in', () => {
  const { clock, limits } = limitsOf();
  expect(admitted(limits, write(1))).toBe(1500);
  expect(limits.admit([write(1)])).toEqual([{ kind: 'Write', index: null, limit: 'ProvisionedThroughput' }]);
  clock.ms += 1000;
  expect(admitted(limits, write(1))).toBe(5);
  clock.ms += 3_600_000;
  expect(admitted(limits, write(1))).toBe(1500); // no more than 300 s however long it was idle
});

it('keeps reads, writes and indexes apart', () => {
  const { limits } = limitsOf();
  admitted(limits, write(1));
  expect(limits.admit([{ ...write(0.5), kind: 'Read' }])).toEqual([]);
  expect(limits.admit([write(1, null, 'index')])).toEqual([]);
  // A write that the table can't take takes nothing from its index either.
  admitted(limits, write(1, null, 'index'), 1498);
  expect(limits.admit([write(1), write(1, null, 'index')])).toEqual([{ kind: 'Write', index: null, limit: 'ProvisionedThroughput' }]);
  expect(admitted(limits, write(1, null, 'index'))).toBe(1);
  expect(limits.admit([write(1), write(1, null, 'index')]).map(({ index }) => index)).toEqual([null, 'index']);
});

it('holds a partition key to its limit in either mode, and no other one', () => {
  for (const billing of ['on-demand', { readUnits: 1e6, writeUnits: 1e6 }] as const) {
    const { clock, limits } = limitsOf({ billing });
    expect(admitted(limits, write(1, 'hot'))).toBe(1000);
    expect(limits.admit([write(1, 'hot')])).toEqual([{ kind: 'Write', index: null, limit: 'KeyRangeThroughput' }]);
    expect(limits.admit([write(1, 'cold')])).toEqual([]);
    expect(limits.admit([write(1, 'hot', 'index')])).toEqual([]); // an index has partitions of its own
    expect(limits.admit([write(1)])).toEqual([]);
    expect(admitted(limits, { ...write(1, 'hot'), kind: 'Read' })).toBe(3000);
    clock.ms += 500;
    expect(admitted(limits, write(1, 'hot'))).toBe(500);
    clock.ms += 60_000;
    expect(admitted(limits, write(1, 'hot'))).toBe(1000); // no credit beyond the second
  }
});

it('limits nothing on demand but partitions', () => {
  const { limits } = limitsOf({ billing: 'on-demand' });
  expect(admitted(limits, write(1))).toBe(10_000);
  expect(limits.provisioned).toEqual([]);
});

it('forgets partitions that have recovered, and none that have not', () => {
  const { clock, limits } = limitsOf({ billing: 'on-demand', partition: { readUnits: 1, writeUnits: 1 } });
  for (let key = 0; key < 5000; key++) limits.admit([write(1, `key-${key}`)]);
  limits.settle([], [write(9, 'in debt')]);
  expect(limits.partitionsKnown).toBe(5001);
  clock.ms += 2000;
  limits.admit([write(1, 'another')]);
  expect(limits.partitionsKnown).toBe(2);
  expect(limits.admit([write(1, 'in debt')])).toHaveLength(1);
});

it('sets an estimate right: more goes into debt, less is given back', () => {
  const { clock, limits } = limitsOf({ burstS: 1 });
  expect(limits.admit([write(1)])).toEqual([]);
  limits.settle([write(1)], [write(15)]); // 5 - 15: two seconds of debt
  clock.ms += 2000;
  expect(admitted(limits, write(1))).toBe(0);
  clock.ms += 200;
  expect(admitted(limits, write(1))).toBe(1);
  clock.ms += 1000;
  expect(limits.admit([write(5)])).toEqual([]);
  limits.settle([write(5)], []);
  expect(admitted(limits, write(1))).toBe(5);
});

it('lets a single item through that is larger than the capacity of a second', () => {
  const { clock, limits } = limitsOf({ burstS: 1 });
  expect(limits.admit([write(20)])).toEqual([]);
  clock.ms += 3000;
  expect(limits.admit([write(1)])).toHaveLength(1);
  clock.ms += 1000;
  expect(limits.admit([write(5)])).toEqual([]);
});

it('leaves what somebody else leaves', () => {
  const { clock, limits } = limitsOf({ foreign: { readUnits: 0, writeUnits: 4 } });
  admitted(limits, write(1));
  clock.ms += 10_000;
  expect(admitted(limits, write(1))).toBe(10);
  const greedy = limitsOf({ foreign: { readUnits: 0, writeUnits: 50 } });
  expect(greedy.limits.foreignUnits('Write')).toBe(50);
  greedy.clock.ms += 60_000; // 45 a second of 1,500
  expect(admitted(greedy.limits, write(1))).toBe(0);
  expect([greedy.limits.foreignUnits('Write'), greedy.limits.foreignUnits('Read')]).toEqual([5, 0]);
  expect(admitted(greedy.limits, { ...write(1), kind: 'Read' })).toBe(3000);
});

it('holds to new capacity from when it is given', () => {
  const { clock, limits } = limitsOf();
  admitted(limits, write(1));
  limits.provision(null, { readUnits: 10, writeUnits: 50 });
  expect(admitted(limits, write(1))).toBe(50);
  limits.provision(null, null);
  expect(admitted(limits, write(1))).toBe(10_000);
  clock.ms += 1;
  expect(limits.provisioned).toEqual([{ index: 'index', capacity: { readUnits: 10, writeUnits: 5 } }]);
});

it('never lets more through than credit and time allow, whatever is asked when', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 3000 }), units: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 50 }), (steps, perSecond) => {
      const bucket = new TokenBucket({ perSecond, tokensMax: perSecond * 3 }, 0);
      let [nowMs, taken] = [0, 0];
      for (const { afterMs, units } of steps) {
        nowMs += afterMs;
        if (!bucket.allows(units, nowMs)) continue;
        bucket.take(units, nowMs);
        taken += units;
        // One request may be larger than the whole bucket; it is paid off afterwards.
        expect(taken).toBeLessThanOrEqual(perSecond * 3 + (perSecond * nowMs) / 1000 + Math.max(0, units - perSecond * 3) + 1e-6);
      }
    }),
  );
});
