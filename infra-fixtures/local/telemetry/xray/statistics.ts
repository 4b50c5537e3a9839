import type { Entity } from './segment.ts';
import { isOk, responseTimeOf } from './trace.ts';

/** Response statistics of a service or an edge: https://docs.aws.amazon.com/xray/latest/api/API_ServiceStatistics.html */
export class Statistics {
  #ok = 0;
  #throttles = 0;
  #otherErrors = 0;
  #faults = 0;
  #total = 0;
  #totalS = 0;
  readonly #responseTimes = new Map<number, number>();

  /** What is still under way is not counted: "the total number of completed requests". */
  add(request: Entity): void {
    const responseTimeS = responseTimeOf(request);
    if (responseTimeS === undefined) return;
    this.#total++;
    this.#totalS += responseTimeS;
    if (isOk(request)) this.#ok++;
    else if (request.throttle === true) this.#throttles++;
    else if (request.fault === true) this.#faults++;
    else this.#otherErrors++;
    countIn(this.#responseTimes, responseTimeS);
  }

  get summary(): object {
    return {
      OkCount: this.#ok,
      ErrorStatistics: { ThrottleCount: this.#throttles, OtherCount: this.#otherErrors, TotalCount: this.#throttles + this.#otherErrors },
      FaultStatistics: { OtherCount: this.#faults, TotalCount: this.#faults },
      TotalCount: this.#total,
      TotalResponseTime: this.#totalS,
    };
  }

  get responseTimes(): object[] {
    return histogramOf(this.#responseTimes);
  }
}

/** Two digits, and no finer than a millisecond, so that a histogram has at most ninety entries a decade. Guess: AWS doesn't say how it groups. */
export const countIn = (histogram: Map<number, number>, seconds: number): void => {
  const value = Math.max(0.001, Number(seconds.toPrecision(2)));
  const rounded = Math.round(value * 1000) / 1000;
  histogram.set(rounded, (histogram.get(rounded) ?? 0) + 1);
};

export const histogramOf = (histogram: ReadonlyMap<number, number>): object[] =>
  [...histogram].sort(([a], [b]) => a - b).map(([Value, Count]) => ({ Value, Count }));
