import type { Interval } from '../intervals.ts';
import { type Random, randomSource } from '../random.ts';
import { type LoadPoint, leastSquares, type UslSolution } from './least-squares.ts';
import { type UslCoefficients, uslThroughput } from './usl.ts';

export const ALPHA = 0.05;
/** Percentiles of 2.5 % then rest on 25 draws. */
const DRAWS = 1000;
const SEED = 1;

/**
 * Laws that the same system might have been measured to have: a parametric bootstrap (Efron & Tibshirani 1993, §6.5). Each draw makes the points anew with
 * normal noise, whose size is drawn as well (s²·ν/χ²), since few points know it badly: without that, intervals from eight loads hold the truth too seldom.
 * Points that lie closer to the curve than their own noise allows do so by luck, so no draw has less than that: it may widen an interval, and never narrows
 * one, as the scale factor of the Particle Data Group does (Rosenfeld et al. 1967, Rev. Mod. Phys. 39, 1).
 */
export function uslDraws(points: readonly LoadPoint[], { law, residualSe }: Pick<UslSolution, 'law' | 'residualSe'>): UslCoefficients[] {
  const random = randomSource(SEED);
  const degrees = points.length - 3;
  const least = ownNoise(points);
  return Array.from({ length: DRAWS }, () => {
    const sd = Math.max(least, residualSe * Math.sqrt(degrees / chiSquare(degrees, random)));
    const drawn = points.map(({ users }) => ({ users, throughput: Math.max(0, uslThroughput(law, users) + sd * random.normal()) }));
    return leastSquares(drawn, law).law;
  });
}

/** Root mean square over the points that know theirs: each knows it badly. */
function ownNoise(points: readonly LoadPoint[]): number {
  const known = points.flatMap(({ throughputSe }) => throughputSe ?? []);
  return known.length === 0 ? 0 : Math.sqrt(known.reduce((sum, se) => sum + se ** 2, 0) / known.length);
}

/** The middle 95 % of what the draws say; infinite where more than so few of them have no value (null). */
export function intervalOf(draws: readonly UslCoefficients[], of: (law: UslCoefficients) => number | null): Interval {
  const sorted = draws.map((law) => of(law) ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  // Without interpolation, which would make NaN of two infinite neighbours.
  const at = (p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
  return [at(ALPHA / 2), at(1 - ALPHA / 2)];
}

/** As the sum of so many squared normals. */
const chiSquare = (degrees: number, random: Random): number =>
  Array.from({ length: degrees }, () => random.normal() ** 2).reduce((sum, square) => sum + square, 0);
