import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erlangB, offeredFor, serversFor } from './erlang-b.ts';

describe('erlangB', () => {
  // Published tables of traffic that N lines carry at 1 % loss, to the digits they print: https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_B_formula
  it.each([
    [1, 0.0101],
    [2, 0.153],
    [5, 1.361],
    [10, 4.461],
    [20, 12.03],
    [50, 37.9],
    [100, 84.06],
  ])('loses 1 %% with %i servers at the load of the tables', (servers, offered) => {
    expect(erlangB(servers, offered)).toBeCloseTo(0.01, 3);
    expect(offeredFor(servers, 0.01) / offered).toBeCloseTo(1, 2);
  });

  it('has 1 server lose a/(1+a), and no server everything', () => {
    expect(erlangB(1, 1)).toBe(0.5);
    expect(erlangB(0, 3)).toBe(1);
    expect(erlangB(3, 0)).toBe(0);
  });

  it('is no answer for what is no load or no number of servers', () => {
    expect(() => erlangB(1, -1)).toThrow(RangeError);
    expect(() => erlangB(1.5, 1)).toThrow(RangeError);
    expect(() => serversFor(1, 0)).toThrow(RangeError);
    expect(() => offeredFor(1, 1)).toThrow(RangeError);
    expect(() => serversFor(Number.POSITIVE_INFINITY, 0.1)).toThrow(RangeError);
  });
});

describe('offeredFor', () => {
  it('is where just so many are lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 1e-6, max: 0.9, noNaN: true }), (servers, blocked) => {
        expect(erlangB(servers, offeredFor(servers, blocked)) / blocked).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('serversFor', () => {
  it('is the fewest that lose no more', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 500, noNaN: true }),
        fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
        (offered, blockedMax) => {
          const servers = serversFor(offered, blockedMax);
          expect(erlangB(servers, offered)).toBeLessThanOrEqual(blockedMax);
          if (servers > 1) expect(erlangB(servers - 1, offered)).toBeGreaterThan(blockedMax);
        },
      ),
    );
  });
});
