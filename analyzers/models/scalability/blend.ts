import type { LoadPoint } from './least-squares.ts';

/** Least and most of each coordinate. */
export type Box = readonly (readonly [lo: number, hi: number])[];

/**
 * Logarithms of the knee, in units of the largest load, and of its sharpness p. Guess: of a knee a hundred times away the points show one side only; one
 * of p = 32 is within 2 % of a corner.
 */
export const KNEE = [
  [Math.log(0.01), Math.log(100)],
  [Math.log(0.5), Math.log(32)],
] as const satisfies Box;
/** What the fall adds to N/X at the knee, relative to the ceiling. Guess: with more it would fall from its first users on. */
export const KNEE_AND_FALL: Box = [...KNEE, [0, 1]];

/** The search looks at so many places each way, and goes on around the best with half of the width: to a thousandth of it in the end. */
const PLACES = 13;
const ROUNDS = 10;

export interface Blend {
  /** What it levels off at, were there no fall. */
  ceiling: number;
  /** Users at which the asymptotes cross, were there no fall. */
  knee: number;
  /** By how much it is lower at the largest load than at its highest, as a share of that. */
  drop: number;
  squares: number;
}

/**
 * Least squares of X(N) = C / ((1 + (K/N)ᵖ)^(1/p) + f·N/K): the asymptotes of a closed system, N/(R + Z) and the bottleneck's 1/D (Denning & Buzen 1978),
 * joined by a knee of any sharpness (Churchill & Usagi 1972), and a fall. With p = 1 it is the Universal Scalability Law. C follows from the others, which
 * are searched for, since their squares have more than one valley.
 */
export function bestBlend(points: readonly LoadPoint[], bounds: Box): Blend {
  const usersMax = Math.max(...points.map(({ users }) => users));
  let best: Blend & { at: number[] } = { ceiling: Number.NaN, knee: Number.NaN, drop: 0, squares: Number.POSITIVE_INFINITY, at: [] };
  let box = bounds;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const at of grid(box)) {
      const found = blendAt(points, usersMax, at);
      if (found.squares < best.squares) best = { ...found, at };
    }
    box = box.map(([lo, hi], i) => {
      const [[least, most], middle] = [bounds[i] ?? [lo, hi], best.at[i] ?? lo];
      return [Math.max(least, middle - (hi - lo) / 4), Math.min(most, middle + (hi - lo) / 4)];
    });
  }
  return best;
}

/** A coordinate that can't move is looked at once. */
const placesIn = (lo: number, hi: number): number[] =>
  lo === hi ? [lo] : Array.from({ length: PLACES }, (_, i) => lo + ((hi - lo) * i) / (PLACES - 1));

const grid = (box: Box): number[][] =>
  box.reduce<number[][]>((places, [lo, hi]) => places.flatMap((at) => placesIn(lo, hi).map((place) => [...at, place])), [[]]);

function blendAt(points: readonly LoadPoint[], usersMax: number, [logKnee = 0, logSharpness = 0, fall = 0]: readonly number[]): Blend {
  const [knee, sharpness] = [usersMax * Math.exp(logKnee), Math.exp(logSharpness)];
  let [xy, xx, yy, last, most] = [0, 0, 0, 0, 0];
  for (const { users, throughput } of points) {
    last = 1 / ((1 + (knee / users) ** sharpness) ** (1 / sharpness) + (fall * users) / knee);
    most = Math.max(most, last);
    xy += last * throughput;
    xx += last ** 2;
    yy += throughput ** 2;
  }
  return { ceiling: xy / xx, knee, drop: 1 - last / most, squares: Math.max(0, yy - xy ** 2 / xx) };
}
