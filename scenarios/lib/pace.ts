import { exponential, exponentialMean, type Random } from './random.ts';

/** How a player spends time, all means in seconds. */
export interface Rhythm {
  /** Mean pause before a request. */
  thinkMeanS: number;
  /** Mean number of requests until a player has had enough for now. */
  requestsPerSession: number;
  /** Mean time away until the player's next session. */
  awayMeanS: number;
}

/**
 * Mean seconds between a player's answer and the same player's next request, time away included: users / thinkTimeS is the most requests per
 * second that so many players can send. Exact, since every request draws one pause and, with chance 1 / requestsPerSession, one time away.
 */
export const thinkTimeS = (rhythm: Rhythm): number =>
  exponentialMean(rhythm.thinkMeanS) + exponentialMean(rhythm.awayMeanS) / rhythm.requestsPerSession;

/** When the next request is due. */
export interface Pace {
  /** Seconds to wait before a request that the player thinks about. */
  think(): number;
  /** The same for a request that is not for the player to think about, but due so many seconds after the last. */
  due(afterS: number): number;
  /** True once the player has had enough: the session ends when the present journey does. */
  readonly leaving: boolean;
  /** Ends the session: seconds to stay away before the next. */
  leave(): number;
}

/** A player's pace: think time as in TPC-W, clause 5.3.1.1 (exponential, cut off at ten means). */
export class PlayerPace implements Pace {
  private readonly random: Random;
  private readonly rhythm: Rhythm;
  /** Time that due requests took less than thinking would have: the next thought pays it back, so that the mean stays what it is declared to be. */
  private owedS = 0;
  private awayS = 0;
  leaving = false;

  constructor(random: Random, rhythm: Rhythm) {
    this.random = random;
    this.rhythm = rhythm;
  }

  think(): number {
    const pauseS = this.draw() + this.owedS;
    this.owedS = Math.min(0, pauseS);
    return Math.max(0, pauseS);
  }

  due(afterS: number): number {
    this.owedS += this.draw() - afterS;
    return afterS;
  }

  leave(): number {
    const awayS = this.awayS;
    this.awayS = 0;
    this.leaving = false;
    return awayS;
  }

  /** One request's think time. Having had enough is decided here too, request by request: sessions then have geometric lengths. */
  private draw(): number {
    if (this.random() * this.rhythm.requestsPerSession < 1) {
      this.leaving = true;
      this.awayS += exponential(this.random, this.rhythm.awayMeanS);
    }
    return exponential(this.random, this.rhythm.thinkMeanS);
  }
}

/** The pace of an arrival in open load: its requests follow each other at once, since when the next arrival comes is not for it to decide. */
export const ARRIVAL_PACE: Pace = {
  think: () => 0,
  due: (afterS) => afterS,
  leaving: false,
  leave: () => 0,
};
