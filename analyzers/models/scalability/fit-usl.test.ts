import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedNetwork } from '../queueing/index.ts';
import { randomSource } from '../random.ts';
import { analyseUsl, fitUsl, uslThroughputInterval } from './fit-usl.ts';
import type { LoadPoint } from './least-squares.ts';
import { type UslCoefficients, uslPeak, uslThroughput } from './usl.ts';

const pointsOf = (users: readonly number[], throughput: readonly number[]): LoadPoint[] =>
  users.map((each, i) => ({ users: each, throughput: throughput[i] ?? Number.NaN }));

/** SPEC SDM91 on a SPARCcenter 2000 (1994), and BRL-CAD's ray tracer on an SGI Origin 2000 (Gunther 2007, table 5.1): the data of the R package `usl`. */
const specsdm91 = pointsOf([1, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2]);
const raytracer = pointsOf([1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64], [20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310]);

/** Peak of 34.7 at 221 users. */
const LAW: UslCoefficients = { lambda: 1, sigma: 0.02, kappa: 0.00002 };
const PEAK = uslPeak(LAW) as { users: number; throughput: number };

/** Eight steps up to so many times the users of the peak, with so much noise. */
const simulated = (top: number, noise: number, seed: number): LoadPoint[] => {
  const random = randomSource(seed);
  return Array.from({ length: 8 }, (_, i) => {
    const users = Math.round((PEAK.users * top * (i + 1)) / 8);
    return { users, throughput: uslThroughput(LAW, users) * (1 + noise * random.normal()) };
  });
};
const seeds = Array.from({ length: 50 }, (_, i) => 77 * (i + 1));
const holds = ([lo, hi]: readonly [number, number], truth: number): boolean => lo <= truth && truth <= hi;

describe('fitUsl', () => {
  it('reproduces the published fit of specsdm91', () => {
    const { coefficients, peak, limit, verdict } = fitUsl(specsdm91);
    // README of the R package: alpha 0.0277285 (se 0.0091217), beta 0.0001044 (0.0000199), gamma 89.9952330 (14.2134894).
    expect(coefficients?.sigma).toMatchObject({ value: expect.closeTo(0.0277285, 7), se: expect.closeTo(0.0091217, 7) });
    expect(coefficients?.kappa).toMatchObject({ value: expect.closeTo(0.0001044, 7), se: expect.closeTo(0.0000199, 7) });
    expect(coefficients?.lambda).toMatchObject({ value: expect.closeTo(89.995233, 6), se: expect.closeTo(14.2134894, 6) });
    expect(verdict).toBe('estimated');
    expect(peak?.users).toBeCloseTo(96.52, 2);
    expect(peak?.throughput).toBeCloseTo(1883.9, 1);
    expect(limit).toBeCloseTo(3245.6, 1);
  });

  it('reproduces that of raytracer, which has no peak', () => {
    const { coefficients, peak, verdict, reason, testedUsersMax } = fitUsl(raytracer);
    // tests/confint.Rout.save and the vignette of the R package: gamma 21.848843, alpha 0.057771, beta 0.
    expect(coefficients?.lambda.value).toBeCloseTo(21.848843, 6);
    expect(coefficients?.sigma.value).toBeCloseTo(0.057771, 6);
    expect(coefficients?.kappa).toMatchObject({ value: 0, ci95: [expect.closeTo(-0.000272, 6), expect.closeTo(0.000272, 6)] });
    expect({ peak, verdict, testedUsersMax }).toEqual({ peak: null, verdict: 'inconclusive', testedUsersMax: 64 });
    expect(reason).toContain('κ holds zero');
    expect(reason).toContain('Test 1 to 128 users, in 8 steps.');
  });

  it('takes its intervals from t with n − 3 degrees of freedom', () => {
    const { coefficients } = fitUsl(specsdm91);
    const { value, se, ci95 } = coefficients?.sigma ?? { value: 0, se: 0, ci95: [0, 0] };
    expect((ci95[1] - value) / se).toBeCloseTo(2.7764, 4); // t(0.975, 4)
  });

  it('finds the law that points lie on', () => {
    const laws = fc.record({
      lambda: fc.double({ min: 0.1, max: 100, noNaN: true }),
      sigma: fc.double({ min: 0.001, max: 0.3, noNaN: true }),
      kappa: fc.double({ min: 1e-5, max: 1e-3, noNaN: true }),
    });
    fc.assert(
      fc.property(laws, (law) => {
        const { coefficients } = fitUsl([1, 5, 20, 50, 100, 200].map((users) => ({ users, throughput: uslThroughput(law, users) })));
        for (const name of ['lambda', 'sigma', 'kappa'] as const)
          expect(Math.abs((coefficients?.[name].value ?? 0) / law[name] - 1)).toBeLessThan(1e-4);
      }),
    );
  });

  it('holds the true peak in its interval in nine of ten tests that bracket it', () => {
    const peaks = seeds.flatMap((seed) => fitUsl(simulated(2, 0.02, seed)).peak ?? []);
    expect(peaks.length).toBeGreaterThanOrEqual(48);
    expect(peaks.filter(({ ci95 }) => holds(ci95, PEAK.users)).length / peaks.length).toBeGreaterThanOrEqual(0.9);
    expect(peaks.filter(({ throughputCi95 }) => holds(throughputCi95, PEAK.throughput)).length / peaks.length).toBeGreaterThanOrEqual(0.9);
    expect(peaks.filter(({ users }) => Math.abs(users / PEAK.users - 1) < 0.1).length / peaks.length).toBeGreaterThanOrEqual(0.9);
  });

  it('refuses where the test stops at a fifth of the peak', () => {
    const given = seeds.flatMap((seed) => fitUsl(simulated(0.2, 0.03, seed)).peak ?? []);
    expect(given.length).toBeLessThanOrEqual(1);
  });

  it.each([1.5, 2, 3, 5])('gives no peak of a queue that is tried up to %d times its knee, but what it levels off at', (top) => {
    /** A tenth of a second without queueing, 20 ms on four servers, 5 ms on one: that takes 200 requests a second at most, of 25 users without queues. */
    const stations = [
      { serviceS: 0.02, visits: 1, servers: 4 },
      { serviceS: 0.005, visits: 1 },
    ];
    const fits = [0, ...seeds].map((seed) => {
      const random = randomSource(seed);
      return fitUsl(
        [1, 2, 3, 4, 5, 6, 7, 8].map((step) => {
          const users = Math.round((25 * top * step) / 8);
          const noise = seed === 0 ? 0 : 0.02 * random.normal();
          return { users, throughput: closedNetwork({ stations, thinkS: 0.1, users }).throughput * (1 + noise) };
        }),
      );
    });
    const without = fits.filter(({ peak }) => peak === null);
    expect(fits[0]?.peak).toBeNull();
    expect(without.length).toBeGreaterThanOrEqual(46);
    const levels = without.flatMap(({ limit }) => limit ?? []);
    expect(levels.length).toBeGreaterThan(25);
    expect(levels.filter((level) => Math.abs(level / 200 - 1) < 0.1).length / levels.length).toBeGreaterThanOrEqual(0.9);
  });

  it('takes the knee of a queue for no fall where noise is 5 %, nor the fall of a law with contention for a knee', () => {
    /** One server; eight; and two resources with nearly the same limit. Each up to three times its knee. */
    const networks = [
      { thinkS: 1, stations: [{ serviceS: 0.01, visits: 1 }], knee: 101 },
      { thinkS: 0.2, stations: [{ serviceS: 0.04, visits: 1, servers: 8 }], knee: 48 },
      { thinkS: 0.05, stations: [0.005, 0.0048].map((serviceS) => ({ serviceS, visits: 1 })), knee: 12 },
    ];
    const noisy = ({ thinkS, stations, knee }: (typeof networks)[number], seed: number): LoadPoint[] => {
      const random = randomSource(seed);
      return [1, 2, 3, 4, 5, 6, 7, 8].map((step) => {
        const users = Math.round((3 * knee * step) / 8);
        return { users, throughput: closedNetwork({ stations, thinkS, users }).throughput * (1 + 0.05 * random.normal()) };
      });
    };
    const few = seeds.slice(0, 25);
    const peaks = networks.flatMap((network) => few.flatMap((seed) => fitUsl(noisy(network, seed)).peak ?? []));
    expect(peaks.length / (networks.length * few.length)).toBeLessThanOrEqual(0.08);
    const shown = few.flatMap((seed) => fitUsl(simulated(3, 0.05, seed)).peak ?? []);
    expect(shown.length / few.length).toBeGreaterThanOrEqual(0.75);
  });

  it.each([
    ['nothing', [], 'There are 0 different loads'],
    ['three loads', pointsOf([1, 2, 3, 3], [1, 2, 3, 3]), 'There are 3 different loads'],
    ['less than no throughput', pointsOf([1, 2, 3, 4], [1, -2, 3, 4]), 'Point 2 has 2 users and a throughput of -2'],
    ['no users', pointsOf([0, 2, 3, 4], [1, 2, 3, 4]), 'Point 1 has 0 users'],
    ['no number', pointsOf([1, 2, 3, 4], [1, Number.NaN, 3, 4]), 'Point 2 has no number'],
    ['infinite users', pointsOf([1, 2, 3, Number.POSITIVE_INFINITY], [1, 2, 3, 4]), 'Point 4 has no number'],
    ['points out of order', pointsOf([1, 3, 2, 4], [1, 2, 3, 4]), 'Point 3 has fewer users'],
    ['the same everywhere', pointsOf([1, 2, 3, 4], [5, 5, 5, 5]), 'the same at every load'],
    ['nothing served', pointsOf([2, 3, 4, 5], [0, 0, 0, 0]), 'Nothing was served at any load. Test 1 to 2 users'],
    ['the same but for noise', pointsOf([10, 20, 30, 40, 50], [100.1, 99.8, 100, 100.3, 99.9]), 'Test 1 to 10 users'],
    ['points that lie anywhere', pointsOf([10, 20, 30, 40, 50], [10, 90, 5, 100, 20]), 'scatter by'],
    ['more than anyone measured', pointsOf([1, 2, 3, 4], [1, 2, 3, 1e300]), 'Point 4 has 4 users and a throughput of 1e+300'],
    ['four points that bend, and lie far off a line', pointsOf([1, 6, 11, 16], [1, 4.25, 4.92, 6.05]), 'too few or too noisy to tell'],
    ['four points that bend', pointsOf([4, 9, 14, 19], [31.6, 65.6, 83.9, 99]), 'a curve by which 19 users make'],
    ['a straight line', pointsOf([10, 20, 30, 40, 50], [10, 20, 30, 40, 50]), 'below the knee'],
    ['a straight line with noise', pointsOf([10, 20, 30, 40, 50], [10.1, 19.8, 30.1, 40.2, 49.8]), 'below the knee'],
    ['a line that bends upward', pointsOf([1, 2, 3, 4, 5], [10.2, 20.1, 30.3, 40, 51.8]), 'below the knee'],
  ])('gives a reason instead of a curve for %s', (_, points, reason) => {
    const fit = fitUsl(points);
    expect(fit).toMatchObject({ verdict: 'inconclusive', coefficients: null, peak: null, limit: null });
    expect(fit.reason).toContain(reason);
  });

  it('takes few points for a straight line only where no bend is likely either', () => {
    const inProportion = (law: UslCoefficients, loads: readonly number[]): number =>
      seeds.filter((seed) => {
        const random = randomSource(seed);
        return analyseUsl(loads.map((users) => ({ users, throughput: uslThroughput(law, users) * (1 + 0.03 * random.normal()) })))
          .inProportion;
      }).length;
    // Half of what 19 users would make in proportion, which the F test does not see in four points.
    expect(inProportion({ lambda: 10, sigma: 0.05, kappa: 0.0001 }, [4, 9, 14, 19])).toBeLessThanOrEqual(2);
    expect(inProportion({ lambda: 10, sigma: 0, kappa: 0 }, [4, 9, 14, 19])).toBeGreaterThanOrEqual(45);
  });

  it('gives no peak of what only falls, from one user on', () => {
    const { peak, reason } = fitUsl(pointsOf([1, 2, 3, 4, 5], [10, 6, 4, 3, 2.5]));
    expect(peak).toBeNull();
    expect(reason).toContain('Throughput only falls');
  });

  it('gives no peak far below all that was tested, and no limit far above', () => {
    const past = [300, 400, 500, 600, 700, 800].map((users) => ({
      users,
      throughput: uslThroughput({ lambda: 10, sigma: 0.02, kappa: 0.0005 }, users),
    }));
    expect(fitUsl(past)).toMatchObject({ peak: null, reason: expect.stringContaining('Test 1 to 300 users') });
    const straight = [10, 20, 30, 40, 50, 60].map((users) => ({
      users,
      throughput: uslThroughput({ lambda: 10, sigma: 0.001, kappa: 0 }, users),
    }));
    expect(fitUsl(straight).limit).toBeNull();
  });

  it('has the knee where the light-load line meets the most throughput', () => {
    // 0.125 s without queues, and 5 ms of the bottleneck: (R + Z)/D = 25 users.
    const stations = [
      { serviceS: 0.02, visits: 1, servers: 4 },
      { serviceS: 0.005, visits: 1 },
    ];
    const of = (loads: readonly number[], seed: number) => {
      const random = randomSource(seed);
      const throughput = (users: number) => closedNetwork({ stations, thinkS: 0.1, users }).throughput;
      return fitUsl(loads.map((users) => ({ users, throughput: throughput(users) * (1 + 0.02 * random.normal()) })));
    };
    const knees = seeds.flatMap((seed) => of([6, 13, 19, 25, 31, 38, 44, 50], seed).knee ?? []);
    expect(knees.length).toBeGreaterThanOrEqual(48);
    expect(knees.filter(({ ci95 }) => holds(ci95, 25)).length / knees.length).toBeGreaterThanOrEqual(0.9);
    expect(knees.filter(({ users }) => Math.abs(users / 25 - 1) < 0.1).length / knees.length).toBeGreaterThanOrEqual(0.9);
    const early = of([2, 4, 6, 8, 10, 12, 14, 16], 1);
    expect(early).toMatchObject({ knee: null, kneeReason: expect.stringMatching(/Test 2 to 32 users, in 8 steps\.$/) });
    // Of a law that falls: X(N*)/λ users, N* = 221.
    const law = seeds.slice(0, 20).flatMap((seed) => fitUsl(simulated(2, 0.02, seed)).knee ?? []);
    expect(law.filter(({ ci95 }) => holds(ci95, PEAK.throughput / LAW.lambda)).length).toBeGreaterThanOrEqual(18);
  });

  it('does not take points for less noisy than they are in themselves', () => {
    const close = simulated(2, 0.001, 1);
    const widthOf = (points: readonly LoadPoint[]): number => {
      const { throughputCi95 } = fitUsl(points).peak ?? { throughputCi95: [0, 0] };
      return throughputCi95[1] - throughputCi95[0];
    };
    const knowing = (throughputSe: number) => close.map((point) => ({ ...point, throughputSe }));
    // The peak is known from about three points of eight: ±1.96·se/√3.
    expect(widthOf(knowing(1)) / 2).toBeGreaterThan(1.96 / Math.sqrt(8));
    expect(widthOf(knowing(1)) / 2).toBeLessThan(1.96);
    expect(widthOf(knowing(1e-9))).toBe(widthOf(close));
    // Points that scatter by more than they know of are as noisy as they scatter.
    const wild = simulated(2, 0.02, 1);
    expect(widthOf(wild.map((point) => ({ ...point, throughputSe: 0.001 })))).toBe(widthOf(wild));
  });

  it('says the same of the same points', () => expect(fitUsl(specsdm91)).toEqual(fitUsl(specsdm91)));
});

describe('uslThroughputInterval', () => {
  it('holds the true throughput at a load in nine of ten tests', () => {
    const at = seeds.slice(0, 40).flatMap((seed) => {
      const found = uslThroughputInterval(analyseUsl(simulated(2, 0.02, seed)), 300);
      return 'reason' in found ? [] : [found];
    });
    expect(at).toHaveLength(40);
    expect(at.filter(({ ci95 }) => holds(ci95, uslThroughput(LAW, 300))).length).toBeGreaterThanOrEqual(36);
  });

  it('gives a reason beyond twice the tested load, and where there is no curve', () => {
    const analysis = analyseUsl(specsdm91);
    expect(uslThroughputInterval(analysis, 432)).toMatchObject({ users: 432, ci95: [expect.any(Number), expect.any(Number)] });
    for (const users of [433, 0, Number.NaN])
      expect(uslThroughputInterval(analysis, users)).toEqual({ reason: expect.stringContaining('1 to 432') });
    // No peak: nobody knows how it goes on.
    expect(uslThroughputInterval(analyseUsl(raytracer), 65)).toEqual({ reason: expect.stringContaining('1 to 64') });
    expect(uslThroughputInterval(analyseUsl([]), 5)).toEqual({ reason: expect.stringContaining('0 different loads') });
  });
});
