import { QueueingNetwork } from './network.ts';
import type { StationSpec } from './station.ts';

export interface ClosedLoad {
  /** Each makes its next request when the one before is answered. */
  users: number;
  /** Whole seconds, from the first requests on. */
  durationS: number;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** What a network did, second by second. */
export interface Simulated {
  /** Answered. */
  requests: number[];
  /** All of these requests' times together. */
  latencyS: number[];
  /** How many of each station's servers were busy on average. */
  busy: number[][];
}

/** Plays a closed load in virtual time: what the server does with timers, without any waiting. */
export function simulate(stations: readonly StationSpec[], { users, durationS, random }: ClosedLoad): Simulated {
  const network = new QueueingNetwork(stations, random);
  const requests: number[] = new Array(durationS).fill(0);
  const latencyS: number[] = new Array(durationS).fill(0);
  const request = (atS: number): void =>
    network.arrive(atS, (doneS) => {
      const second = Math.ceil(doneS) - 1;
      requests[second] = (requests[second] ?? 0) + 1;
      latencyS[second] = (latencyS[second] ?? 0) + doneS - atS;
      request(doneS);
    });
  for (let user = 0; user < users; user += 1) request(0);
  const workedS = Array.from({ length: durationS + 1 }, (_, second) => network.workedS(second));
  const busy = requests.map((_, second) => stations.map((_, i) => (workedS[second + 1]?.[i] ?? 0) - (workedS[second]?.[i] ?? 0)));
  return { requests, latencyS, busy };
}
