import { type UslCoefficients, uslSlowdown, uslThroughput } from './usl.ts';

/** Users and their throughput; all finite, users ≥ 1, throughput ≥ 0. */
export interface LoadPoint {
  users: number;
  throughput: number;
  /** What is known of its noise from within its own measurement, in the throughput's unit; above 0. */
  throughputSe?: number;
}

export interface UslSolution {
  law: UslCoefficients;
  /** Of λ, σ and κ in this order; null where the points don't determine all three. */
  standardErrors: [number, number, number] | null;
  /** √(Σ residual² / (n − 3)), in the throughput's unit. */
  residualSe: number;
  sumOfSquares: number;
}

type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

const ITERATIONS_MAX = 500;
/** Relative change of the sum of squares that ends the search. */
const TOLERANCE = 1e-14;
const DAMPING = { first: 1e-3, up: 10, down: 10, max: 1e12 };

/**
 * Least squares of the law with σ, κ ≥ 0: Levenberg–Marquardt with the exact Jacobian (Marquardt 1963; Nocedal & Wright, Numerical Optimization, §10.3), a
 * coefficient staying on its bound while the gradient pushes it outward. It begins at the straight-line fit of N/X, which is linear in the coefficients.
 *
 * @param points at least three, of at least three different loads
 */
export function leastSquares(points: readonly LoadPoint[], start: UslCoefficients = linearStart(points)): UslSolution {
  let law = start;
  let squares = sumOfSquares(points, law);
  let damping = DAMPING.first;
  for (let iteration = 0; iteration < ITERATIONS_MAX && damping < DAMPING.max; iteration += 1) {
    const { normal, gradient } = normalEquations(points, law);
    const next = step(law, normal, gradient, damping);
    const after = next === null ? Number.POSITIVE_INFINITY : sumOfSquares(points, next);
    if (next === null || !(after <= squares)) {
      damping *= DAMPING.up;
      continue;
    }
    const gained = squares - after;
    law = next;
    squares = after;
    damping /= DAMPING.down;
    if (gained <= TOLERANCE * squares) break;
  }
  const degrees = points.length - 3;
  const residualSe = Math.sqrt(squares / degrees);
  const covariance = inverse(normalEquations(points, law).normal);
  const standardErrors = covariance === null ? null : (covariance.map((row, i) => residualSe * Math.sqrt(row[i] ?? Number.NaN)) as Vector);
  return { law, standardErrors, residualSe, sumOfSquares: squares };
}

const sumOfSquares = (points: readonly LoadPoint[], law: UslCoefficients): number =>
  points.reduce((sum, { users, throughput }) => sum + (throughput - uslThroughput(law, users)) ** 2, 0);

/** N/X = 1/λ + σ/λ·(N−1) + κ/λ·N(N−1), by weights that make its errors those of X. What comes out below zero is zero. */
function linearStart(points: readonly LoadPoint[]): UslCoefficients {
  const rows = points.filter(({ throughput }) => throughput > 0);
  const normal = zeros();
  const right: Vector = [0, 0, 0];
  for (const { users, throughput } of rows) {
    const basis: Vector = [1, users - 1, users * (users - 1)];
    const weight = (throughput ** 2 / users) ** 2;
    addOuter(normal, basis, weight);
    addScaled(right, basis, (weight * users) / throughput);
  }
  const inverted = inverse(normal);
  const [a, b, c] = inverted === null ? [0, 0, 0] : multiply(inverted, right);
  if (a > 0) return { lambda: 1 / a, sigma: Math.max(0, b / a), kappa: Math.max(0, c / a) };
  return { lambda: Math.max(...points.map(({ users, throughput }) => throughput / users)), sigma: 0, kappa: 0 };
}

/** JᵀJ and Jᵀ(residuals). */
function normalEquations(points: readonly LoadPoint[], law: UslCoefficients): { normal: Matrix; gradient: Vector } {
  const normal = zeros();
  const gradient: Vector = [0, 0, 0];
  for (const { users, throughput } of points) {
    const slowdown = uslSlowdown(law, users);
    const fitted = (law.lambda * users) / slowdown;
    const derivatives: Vector = [users / slowdown, (-fitted * (users - 1)) / slowdown, (-fitted * users * (users - 1)) / slowdown];
    addOuter(normal, derivatives, 1);
    addScaled(gradient, derivatives, throughput - fitted);
  }
  return { normal, gradient };
}

function step({ lambda, sigma, kappa }: UslCoefficients, normal: Matrix, gradient: Vector, damping: number): UslCoefficients | null {
  const held = [false, sigma === 0 && gradient[1] <= 0, kappa === 0 && gradient[2] <= 0];
  const damped = normal.map((row, i) =>
    row.map((value, j) => {
      if (held[i] === true || held[j] === true) return i === j ? 1 : 0;
      return i === j ? value * (1 + damping) : value;
    }),
  ) as Matrix;
  const inverted = inverse(damped);
  if (inverted === null) return null;
  const by = multiply(inverted, gradient.map((value, i) => (held[i] === true ? 0 : value)) as Vector);
  const next = { lambda: lambda + by[0], sigma: Math.max(0, sigma + by[1]), kappa: Math.max(0, kappa + by[2]) };
  return next.lambda > 0 ? next : null;
}

const zeros = (): Matrix => [
  [0, 0, 0],
  [0, 0, 0],
  [0, 0, 0],
];

function addOuter(to: Matrix, v: Vector, weight: number): void {
  for (const [i, row] of to.entries()) for (const j of row.keys()) row[j] = (row[j] ?? 0) + weight * (v[i] ?? 0) * (v[j] ?? 0);
}

function addScaled(to: Vector, v: Vector, by: number): void {
  for (const i of to.keys()) to[i] = (to[i] ?? 0) + by * (v[i] ?? 0);
}

const multiply = (matrix: Matrix, [a, b, c]: Vector): Vector => matrix.map(([x, y, z]) => x * a + y * b + z * c) as Vector;

/**
 * Of a symmetric matrix that is scaled to ones on its diagonal first, since σ and κ differ by orders of magnitude. Null where it is singular to the
 * precision of doubles.
 */
function inverse(matrix: Matrix): Matrix | null {
  const scale = matrix.map((row, i) => 1 / Math.sqrt(row[i] ?? 0));
  if (!scale.every(Number.isFinite)) return null;
  const [[a, b, c], [, e, f], [, , i]] = matrix.map((row, r) => row.map((value, s) => value * (scale[r] ?? 0) * (scale[s] ?? 0))) as Matrix;
  const [A, B, C] = [e * i - f * f, c * f - b * i, b * f - c * e];
  const determinant = a * A + b * B + c * C;
  if (!(Math.abs(determinant) > SINGULAR)) return null;
  const adjugate: Matrix = [
    [A, B, C],
    [B, a * i - c * c, b * c - a * f],
    [C, b * c - a * f, a * e - b * b],
  ];
  return adjugate.map((row, r) => row.map((value, s) => (value * (scale[r] ?? 0) * (scale[s] ?? 0)) / determinant)) as Matrix;
}

/** Guess: six digits are left. */
const SINGULAR = 1e-10;
