/**
 * How many calls a second an API takes, found out from what becomes of them. Like TCP's BBR it goes by what comes through, not by what is
 * refused, for others use the account too and some calls are refused at any rate: Cardwell et al., BBR: Congestion-Based Congestion Control,
 * ACM Queue 14(5), 2016. First the rate doubles for as long as that brings more; then it keeps to the most that came through.
 */
export class RateFinder {
  perS: number;
  #atFirst = true;
  #phase = 0;
  readonly #throughPerS: number[] = [];
  /** Shares that were refused while calls went slowly; at first the least that there was. */
  readonly #foreign: number[] = [];

  constructor(startPerS: number = START_PER_S) {
    this.perS = startPerS;
  }

  /** Tells what became of `calls` calls within `seconds`. False where that is too little to go by: then it is to be told with more. */
  told({ calls, through, seconds }: { calls: number; through: number; seconds: number }): boolean {
    const atFirst = through === calls ? CALLS_UNREFUSED : CALLS_AT_FIRST;
    if (this.#atFirst ? calls < atFirst : calls < CALLS_PER_STRETCH || seconds < STRETCH_MIN_S) return false;
    const nowPerS = through / Math.max(0.001, seconds);
    const refused = 1 - through / calls;
    const best = Math.max(0, ...this.#throughPerS);
    keep(this.#throughPerS, nowPerS, STRETCHES);
    if (this.#atFirst) this.#double(nowPerS, best, refused);
    else this.#cycle(nowPerS, best, refused);
    if (!this.#atFirst) {
      const steadyPerS = Math.max(...this.#throughPerS) / (1 - Math.min(FOREIGN_MAX, mean(this.#foreign)));
      this.perS = bounded(steadyPerS * this.#factor);
    }
    return true;
  }

  get #factor(): number {
    return CYCLE[this.#phase] ?? 1;
  }

  #double(nowPerS: number, best: number, refused: number): void {
    this.#foreign[0] = Math.min(refused, this.#foreign[0] ?? refused);
    this.#atFirst = refused === 0 || (refused < 1 && nowPerS >= best * GAIN_MIN);
    if (this.#atFirst) this.perS = bounded(this.perS * FASTER_AT_FIRST);
    // A trial has just been made.
    else this.#phase = 1;
  }

  #cycle(nowPerS: number, best: number, refused: number): void {
    if (this.#factor < 1) keep(this.#foreign, refused, QUIET_STRETCHES);
    const again = this.#factor > 1 && nowPerS > best * TRIAL_GAIN;
    if (!again) this.#phase = (this.#phase + 1) % CYCLE.length;
  }
}

const bounded = (perS: number): number => Math.min(MAX_PER_S, Math.max(MIN_PER_S, perS));

/** AWS's other read APIs of monitoring take 5 to 50 a second; guess: tune. */
const START_PER_S = 10;
const MIN_PER_S = 1;
const MAX_PER_S = 50;
/** Calls before the rate is looked at again: with fewer, chance decides (of 40, a share of a quarter is seen as 0.25 ± 0.07). */
const CALLS_PER_STRETCH = 40;
/** Limits are counted by the second: a shorter stretch may catch two seconds' worth in one. */
const STRETCH_MIN_S = 3;
/** The first stretches are shorter, since doubling shows in few. */
const CALLS_AT_FIRST = 20;
/** Where nothing was refused there is no share to be seen: a limit well below the rate would have shown in so many. Guess: tune. */
const CALLS_UNREFUSED = 10;
/** The rate doubles at first, as long as a quarter more comes through. */
const FASTER_AT_FIRST = 2;
const GAIN_MIN = 1.25;
/** What came through at most is of so many stretches. */
const STRETCHES = 10;
/**
 * From then on, as BBR does: a stretch that tries whether more comes through, one with less, in which what is refused is others' doing, and
 * some in between.
 */
const CYCLE = [1.25, 0.75, 1, 1, 1, 1];
/** A trial that brought so much more is followed by another. */
const TRIAL_GAIN = 1.1;
/** Stretches with less whose refusals count. */
const QUIET_STRETCHES = 3;
/** More than this is never put down to others. Guess: tune. */
const FOREIGN_MAX = 0.5;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const keep = (last: number[], value: number, most: number): void => {
  last.push(value);
  if (last.length > most) last.shift();
};
