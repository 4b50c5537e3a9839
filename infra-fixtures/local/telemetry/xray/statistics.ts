import type { Entity } from './segment.ts';
import { isOk, responseTimeOf } from './trace.ts';

/** The requests of a service or an edge: https://docs.aws.amazon.com/xray/latest/api/API_ServiceStatistics.html */
export class Statistics {
  #startS = Number.POSITIVE_INFINITY;
  #endS = 0;
  #ok = 0;
  #throttles = 0;
  #otherErrors = 0;
  #faults = 0;
  #total = 0;
  #totalS = 0;
  readonly #responseTimes = new Map<number, number>();

  /** What is still under way is not counted: "the total number of completed requests". */
  add(request: Entity): void {
    const { start_time, end_time = start_time } = request;
    this.#startS = Math.min(this.#startS, start_time);
    this.#endS = Math.max(this.#endS, end_time);
    const responseTimeS = responseTimeOf(request);
    if (responseTimeS === undefined) return;
    this.#total++;
    this.#totalS += responseTimeS;
    if (isOk(request)) this.#ok++;
    else if (request.throttle === true) this.#throttles++;
    else if (request.fault === true) this.#faults++;
    else this.#otherErrors++;
    const grouped = groupOf(responseTimeS);
    this.#responseTimes.set(grouped, (this.#responseTimes.get(grouped) ?? 0) + 1);
  }

  /** From the first beginning to the last end, epoch seconds. */
  get times(): object {
    return { StartTime: this.#startS, EndTime: this.#endS };
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

  get histogram(): object[] {
    return [...this.#responseTimes].sort(([a], [b]) => a - b).map(([Value, Count]) => ({ Value, Count }));
  }
}

/** Two digits, and no finer than a millisecond, so that a histogram has at most ninety entries a decade. Guess: AWS doesn't say how it groups. */
const groupOf = (seconds: number): number => Math.round(Math.max(0.001, Number(seconds.toPrecision(2))) * 1000) / 1000;
