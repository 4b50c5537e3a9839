import { erlangB } from './erlang-b.ts';

export interface OpenQueue {
  arrivalsPerS: number;
  /** Of one request, in seconds. */
  serviceS: number;
  /** 1 unless given. */
  servers?: number;
}

export interface QueueSolution {
  /** Of all servers; 1 or more where they can't keep up. */
  utilisation: number;
  /** That a request has to wait at all (Erlang's C). */
  waitProbability: number;
  /** On average; null where the queue grows for ever, like the two below. */
  waitS: number | null;
  responseS: number | null;
  /** Requests waiting or served, on average. */
  queue: number | null;
}

/**
 * M/M/c: arrivals at random, service times exponential, `servers` beside each other (Gross et al., Fundamentals of Queueing Theory, 4th ed., §2.3).
 *
 * @throws RangeError for a rate or a time below 0, or no whole servers
 *
 * @example openQueue({ arrivalsPerS: 8, serviceS: 0.1 }).responseS // 0.5
 */
export function openQueue({ arrivalsPerS, serviceS, servers = 1 }: OpenQueue): QueueSolution {
  if (!(arrivalsPerS >= 0 && serviceS >= 0 && Number.isFinite(arrivalsPerS * serviceS)))
    throw new RangeError(`openQueue needs arrivals and a service time of 0 or more, not ${arrivalsPerS} and ${serviceS}`);
  if (!Number.isInteger(servers) || servers < 1) throw new RangeError(`openQueue needs a whole number of servers, not ${servers}`);
  const offered = arrivalsPerS * serviceS;
  const utilisation = offered / servers;
  if (utilisation >= 1) return { utilisation, waitProbability: 1, waitS: null, responseS: null, queue: null };
  const blocked = erlangB(servers, offered);
  const waitProbability = blocked / (1 - utilisation * (1 - blocked));
  const waitS = (waitProbability * serviceS) / (servers * (1 - utilisation));
  const responseS = waitS + serviceS;
  return { utilisation, waitProbability, waitS, responseS, queue: arrivalsPerS * responseS };
}
