import { gammaln } from 'simple-statistics';

/** Something that is queued for. */
export interface Station {
  /** Of one visit, in seconds. */
  serviceS: number;
  /** By one request, on average. */
  visits: number;
  /** That serve beside each other; 1 unless given. */
  servers?: number;
}

export interface ClosedNetwork {
  stations: readonly Station[];
  /** From a response to the user's next request, in seconds. */
  thinkS: number;
  users: number;
}

export interface NetworkSolution {
  /** Requests per second. */
  throughput: number;
  /** Of a request over all stations, without the think time. */
  responseS: number;
  /** In the order of the given ones. */
  stations: StationSolution[];
}

export interface StationSolution {
  /** All visits of a request, waits included. */
  residenceS: number;
  /** Requests there, waiting or served, on average. */
  queue: number;
  /** Of all its servers, 0 to 1. */
  utilisation: number;
}

/** With several servers the work grows with the square of the users: so many take a few seconds for each such station. */
const USERS_MAX = 20_000;

/**
 * A closed network of queues, solved exactly: so many users who each think, make a request, and wait for it. What mean value analysis gives (Reiser &
 * Lavenberg 1980), but by convolution of the stations' states (Buzen 1973; Bolch et al., Queueing Networks and Markov Chains, 2nd ed., §8.1), which only
 * adds and multiplies positive numbers: MVA with several servers subtracts, and goes wrong near saturation.
 *
 * @throws RangeError for what no network is like
 *
 * @example closedNetwork({ stations: [{ serviceS: 0.2, visits: 1 }], thinkS: 1, users: 10 }).throughput // 4.908
 */
export function closedNetwork({ stations, thinkS, users }: ClosedNetwork): NetworkSolution {
  check({ stations, thinkS, users });
  const rate = approximateThroughput({ stations, thinkS, users });
  const states = stations.map((station) => stationStates(station, users, rate));
  const thinking = weights(users, (k) => k * Math.log(thinkS * rate) - gammaln(k + 1));
  // Of all stations before each, and of all after it, so that each can be left out.
  const before = [thinking];
  for (const state of states) before.push(withStation(before.at(-1) ?? [], state));
  let after = weights(users, (k) => (k === 0 ? 0 : Number.NEGATIVE_INFINITY));
  const solutions: StationSolution[] = [];
  const total = before.at(-1) ?? [];
  const throughput = (rate * (total[users - 1] ?? 0)) / (total[users] ?? 0);
  if (!(throughput > 0 && Number.isFinite(throughput)))
    throw new RangeError('closedNetwork left the range of doubles: fewer users, or other demands');
  for (let i = stations.length - 1; i >= 0; i -= 1) {
    const own = states[i] as StationStates;
    const queue = typeof own === 'number' ? queueOfOne(own, total) : queueOf(own, withWeights(before[i] ?? [], after), total);
    const { serviceS, visits, servers = 1 } = stations[i] as Station;
    solutions.unshift({ residenceS: queue / throughput, queue, utilisation: (throughput * visits * serviceS) / servers });
    after = withStation(after, own);
  }
  return { throughput, responseS: solutions.reduce((sum, { residenceS }) => sum + residenceS, 0), stations: solutions };
}

function check({ stations, thinkS, users }: ClosedNetwork): void {
  if (!Number.isInteger(users) || users < 1 || users > USERS_MAX)
    throw new RangeError(`closedNetwork needs a whole number of users from 1 to ${USERS_MAX}, not ${users}`);
  if (!(thinkS >= 0 && Number.isFinite(thinkS))) throw new RangeError(`closedNetwork needs a think time of 0 s or more, not ${thinkS}`);
  for (const [i, { serviceS, visits, servers = 1 }] of stations.entries()) {
    if (!(serviceS >= 0 && visits >= 0 && Number.isFinite(serviceS * visits) && Number.isInteger(servers) && servers >= 1))
      throw new RangeError(`closedNetwork needs station ${i + 1} to have a service time and visits of 0 or more, and whole servers`);
  }
  const demand = stations.reduce((sum, { serviceS, visits }) => sum + serviceS * visits, 0);
  if (stations.length === 0 || !(demand + thinkS > 0)) throw new RangeError('closedNetwork needs stations, and something that takes time');
}

/** Weights of 0 to `users` requests there; with one server the ratio of each to the one before, which is always the same. */
type StationStates = number | readonly number[];

/** A state's weight is known but for a factor per station, and a power per request: with the throughput for that, all of them stay near 1. */
function stationStates({ serviceS, visits, servers = 1 }: Station, users: number, rate: number): StationStates {
  if (servers === 1) return serviceS * visits * rate;
  const perRequest = Math.log(serviceS * visits * rate);
  let rates = 0;
  return weights(users, (k) => {
    if (k > 0) rates += Math.log(Math.min(k, servers));
    return k === 0 ? 0 : k * perRequest - rates;
  });
}

/** Requests at a station on average, from the weights of all others' states and of all. */
const queueOf = (own: readonly number[], others: readonly number[], total: readonly number[]): number =>
  own.reduce((sum, weight, k) => sum + k * weight * (others[own.length - 1 - k] ?? 0), 0) / (total[own.length - 1] ?? 0);

/** With one server: Σ ratioᵏ·G(N−k) / G(N) over k ≥ 1 (Buzen 1973). */
function queueOfOne(ratio: number, total: readonly number[]): number {
  let sum = 0;
  for (let n = 1; n < total.length; n += 1) sum = ratio * ((total[n - 1] ?? 0) + sum);
  return sum / (total.at(-1) ?? 0);
}

/** e^(log − largest log) of 0 to `users`; a log is NaN where nothing is multiplied by −∞. */
function weights(users: number, logOf: (k: number) => number): number[] {
  const logs = Array.from({ length: users + 1 }, (_, k) => {
    const log = k === 0 ? 0 : logOf(k);
    return Number.isNaN(log) ? Number.NEGATIVE_INFINITY : log;
  });
  const largest = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  return logs.map((log) => Math.exp(log - largest));
}

function withStation(others: readonly number[], own: StationStates): number[] {
  if (typeof own !== 'number') return withWeights(others, own);
  let sum = 0;
  return others.map((weight) => {
    sum = weight + own * sum;
    return sum;
  });
}

/** Convolution. */
function withWeights(a: readonly number[], b: readonly number[]): number[] {
  return a.map((_, n) => {
    let sum = 0;
    for (let k = 0; k <= n; k += 1) sum += (a[k] ?? 0) * (b[n - k] ?? 0);
    return sum;
  });
}

const APPROXIMATIONS = 200;

/**
 * Schweitzer's approximation of MVA (Menascé & Almeida 2004, §12.3), with several servers as one fast server and a delay (Seidmann et al. 1987): some per
 * cent off, which is what scaling needs.
 */
function approximateThroughput({ stations, thinkS, users }: ClosedNetwork): number {
  const demands = stations.map(({ serviceS, visits, servers = 1 }) => ({
    queueing: (serviceS * visits) / servers,
    delay: (serviceS * visits * (servers - 1)) / servers,
  }));
  let queues = demands.map(() => users / (demands.length + 1));
  let rate = 0;
  for (let i = 0; i < APPROXIMATIONS; i += 1) {
    const residences = demands.map(({ queueing }, k) => queueing * (1 + ((queues[k] ?? 0) * (users - 1)) / users));
    const response = residences.reduce((sum, residence, k) => sum + residence + (demands[k]?.delay ?? 0), 0);
    const next = users / (thinkS + response);
    queues = residences.map((residence) => next * residence);
    if (Math.abs(next - rate) < 1e-9 * next) return next;
    rate = next;
  }
  return rate;
}
