import type { Pair, Signal } from './signals.ts';

/** Sums from the start, so that any stretch costs two look-ups: `weight[i]` is the sum over the periods before i. */
interface Cumulative {
  weight: Float64Array;
  amount: Float64Array;
  /** Weights of periods without a datapoint too. */
  requests: Float64Array;
}

/** A signal ready to be read over stretches of either file. */
export interface Meter {
  normal: Cumulative;
  incident: Cumulative;
}

/** Periods [from, to) of a window. */
export interface Stretch {
  from: number;
  to: number;
}

/** A window of one file: `length` periods from `start` on. */
export interface Window {
  which: keyof Pair;
  start: number;
  length: number;
}

/** @param wrap periods of the normal file that are repeated after its end, so that windows may run over it */
export function meterOf({ weights, values }: Pick<Signal, 'weights' | 'values'>, wrap: number): Meter {
  const wrapped = (series: readonly number[]): readonly number[] =>
    wrap === 0 ? series : Array.from({ length: series.length + wrap }, (_, i) => series[i % series.length] ?? Number.NaN);
  return {
    normal: cumulate(wrapped(weights.normal), wrapped(values.normal)),
    incident: cumulate(weights.incident, values.incident),
  };
}

function cumulate(weights: readonly number[], values: readonly number[]): Cumulative {
  const weight = new Float64Array(values.length + 1);
  const amount = new Float64Array(values.length + 1);
  const requests = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i += 1) {
    const w = weights[i] ?? Number.NaN;
    const product = w * (values[i] ?? Number.NaN);
    // A period without requests has no cost for one, and a missing datapoint none that is known.
    const counts = w > 0 && !Number.isNaN(product);
    weight[i + 1] = (weight[i] ?? 0) + (counts ? w : 0);
    amount[i + 1] = (amount[i] ?? 0) + (counts ? product : 0);
    requests[i + 1] = (requests[i] ?? 0) + (w > 0 ? w : 0);
  }
  return { weight, amount, requests };
}

const between = (sums: Float64Array, from: number, to: number): number => (sums[to] ?? Number.NaN) - (sums[from] ?? Number.NaN);

/** Mean over a stretch, weighted; null where it has no datapoint. */
export function meanOver(meter: Meter, { which, start }: Window, { from, to }: Stretch): number | null {
  const weight = between(meter[which].weight, start + from, start + to);
  return weight > 0 ? between(meter[which].amount, start + from, start + to) / weight : null;
}

/** Mean over the window without the stretch; null where that has no datapoint. */
export function meanBeside(meter: Meter, { which, start, length }: Window, { from, to }: Stretch): number | null {
  const { weight, amount } = meter[which];
  const beside = between(weight, start, start + from) + between(weight, start + to, start + length);
  return beside > 0 ? (between(amount, start, start + from) + between(amount, start + to, start + length)) / beside : null;
}

/**
 * What a node's requests cost the symptom more than they did, during a stretch of a window: for each request to the symptom's node,
 * (requests to this node) · (mean cost of one in the stretch − mean cost of one beside it). So costs of different nodes come in one unit, and
 * compare: 40 ms more in the symptom are explained by 40 ms more here.
 *
 * Beside it means the rest of the same window, for what has drifted since the normal file is the same there; only where nothing is beside
 * it is the comparison with what is `usual` in the normal file. The number of requests is the present one on both sides: work that is sent is its
 * sender's doing. 0 where the node had no requests in the stretch, or none that they could be compared with; NaN where it had some and no
 * datapoint tells what they cost.
 *
 * @param traffic the symptom's requests
 */
export function excessOf(meter: Meter, traffic: Meter, window: Window, stretch: Stretch, usual: number): number {
  const requests = requestsIn(meter, window, stretch);
  const symptomRequests = requestsIn(traffic, window, stretch);
  if (requests === 0 || symptomRequests === 0) return 0;
  const mean = meanOver(meter, window, stretch);
  if (mean === null) return Number.NaN;
  const before = meanBeside(meter, window, stretch) ?? usual;
  return Number.isNaN(before) ? 0 : (requests / symptomRequests) * (mean - before);
}

const requestsIn = (meter: Meter, { which, start }: Window, { from, to }: Stretch): number =>
  between(meter[which].requests, start + from, start + to);

/** At most so many cells are told apart in a window, so that its stretches stay few: 10 cells make 55. Guess: tune. */
const CELLS_MAX = 10;

/** Every stretch of a window, on a grid of at most ten cells: an incident may begin and end anywhere in it, or fill it. */
export function stretchesOf(length: number): Stretch[] {
  const cells = Math.min(CELLS_MAX, length);
  const edge = (cell: number): number => Math.round((cell * length) / cells);
  const stretches: Stretch[] = [];
  for (let first = 0; first < cells; first += 1) {
    for (let end = first + 1; end <= cells; end += 1) stretches.push({ from: edge(first), to: edge(end) });
  }
  return stretches;
}

/** Enough to know a 98 % quantile, few enough to be quick. */
const REFERENCES_MAX = 400;

/** Windows of the normal file that are as long as the incident, evenly spread; where it is short they run over its end to its start. */
export function referenceWindows(periods: number, length: number): { windows: Window[]; wrap: number } {
  const wrap = periods < 2 * length ? length - 1 : 0;
  const starts = wrap > 0 ? periods : periods - length + 1;
  const step = Math.ceil(starts / REFERENCES_MAX);
  const windows = Array.from({ length: Math.ceil(starts / step) }, (_, i): Window => ({ which: 'normal', start: i * step, length }));
  return { windows, wrap };
}
