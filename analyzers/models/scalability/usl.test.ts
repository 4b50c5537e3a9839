import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uslCeiling, uslPeak, uslThroughput, uslUsersFor } from './usl.ts';

const laws = fc.record({
  lambda: fc.double({ min: 0.01, max: 1000, noNaN: true }),
  sigma: fc.double({ min: 0, max: 0.9, noNaN: true }),
  kappa: fc.double({ min: 1e-8, max: 0.01, noNaN: true }),
});

describe('the Universal Scalability Law', () => {
  it('has the throughput of one user at one user', () => expect(uslThroughput({ lambda: 7, sigma: 0.3, kappa: 0.1 }, 1)).toBe(7));

  it('is straight without contention, and has no peak without coherency', () => {
    expect(uslThroughput({ lambda: 2, sigma: 0, kappa: 0 }, 50)).toBe(100);
    expect(uslPeak({ lambda: 2, sigma: 0.1, kappa: 0 })).toBeNull();
    expect(uslCeiling({ lambda: 2, sigma: 0.1, kappa: 0 })).toBe(20);
    expect(uslCeiling({ lambda: 2, sigma: 0, kappa: 0.1 })).toBeNull();
  });

  it('has no larger throughput anywhere than at its peak', () => {
    fc.assert(
      fc.property(laws, fc.double({ min: 1, max: 100_000, noNaN: true }), (law, users) => {
        const peak = uslPeak(law);
        expect(uslThroughput(law, users)).toBeLessThanOrEqual((peak?.throughput ?? 0) * (1 + 1e-9));
      }),
    );
  });

  it('gives back the users of a throughput, on the side before the peak', () => {
    fc.assert(
      fc.property(laws, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (law, share) => {
        const peak = uslPeak(law) ?? { users: 1, throughput: 1 };
        const users = 1 + share * (peak.users - 1);
        expect(uslUsersFor(law, uslThroughput(law, users))).toBeCloseTo(users, 4);
      }),
    );
    expect(uslUsersFor({ lambda: 1, sigma: 0.1, kappa: 0.01 }, 100)).toBeNull();
    expect(uslUsersFor({ lambda: 2, sigma: 0, kappa: 0 }, 100)).toBe(50);
  });

  it('gives the users of the peak for its throughput, and none for more or for less than nothing', () => {
    fc.assert(
      fc.property(laws, (law) => {
        const peak = uslPeak(law) ?? { users: Number.NaN, throughput: Number.NaN };
        fc.pre(peak.users > 1);
        expect((uslUsersFor(law, peak.throughput) ?? 0) / peak.users).toBeCloseTo(1, 5);
        expect(uslUsersFor(law, peak.throughput * (1 + 1e-9))).toBeNull();
      }),
    );
    const law = { lambda: 1, sigma: 0.1, kappa: 0.01 };
    expect(uslUsersFor(law, 0)).toBe(0);
    expect(uslUsersFor(law, -1)).toBeNull();
    expect(uslUsersFor(law, Number.NaN)).toBeNull();
  });
});
