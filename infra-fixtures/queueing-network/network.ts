import { type Request, type Station, type StationSpec, stationOf } from './station.ts';

/**
 * Requests pass the stations one after another. What happens in between happens at exact times, and not when somebody looks: so a server whose timers are
 * late by a millisecond and a simulation in no time at all have the same network, with the same demands.
 */
export class QueueingNetwork {
  readonly #stations: readonly Station[];

  /** @param random uniform in [0, 1) */
  constructor(specs: readonly StationSpec[], random: () => number) {
    this.#stations = specs.map((spec) => stationOf(spec, random));
  }

  /** When a request leaves a station next; infinite while there is none. */
  get nextS(): number {
    return this.#next?.nextS ?? Number.POSITIVE_INFINITY;
  }

  /** @param atS not before anything that has happened */
  arrive(atS: number, done: (atS: number) => void): void {
    this.advance(atS);
    this.#enter({ at: 0, done }, atS);
  }

  /** Lets everything happen up to a time. */
  advance(toS: number): void {
    for (let next = this.#next; next !== undefined && next.nextS <= toS; next = this.#next) {
      const atS = next.nextS;
      const { at, done } = next.depart();
      this.#enter({ at: at + 1, done }, atS);
    }
  }

  /** Seconds of work that the servers of each station have done up to a time, which nothing has happened after. */
  workedS(atS: number): number[] {
    this.advance(atS);
    return this.#stations.map((station) => station.workedS(atS));
  }

  /** The station that a request leaves next. */
  get #next(): Station | undefined {
    let [next, nextS]: [Station | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const station of this.#stations) if (station.nextS < nextS) [next, nextS] = [station, station.nextS];
    return next;
  }

  #enter(request: Request, atS: number): void {
    const station = this.#stations[request.at];
    if (station === undefined) request.done(atS);
    else station.arrive(request, atS);
  }
}
