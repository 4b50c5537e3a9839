import { availableParallelism, totalmem } from 'node:os';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { watchProcessors } from './processor-load.ts';

/**
 * How many environments this machine starts at a time and has at most. None of these limits is Lambda's, which starts a thousand in ten seconds: beyond them
 * invocations wait, and count as concurrent meanwhile.
 */
export interface EnvironmentLimits {
  startingMax: number;
  livingMax: number;
  /** So long an invocation waits for an environment that becomes free before another is started for it. */
  patienceMs: number;
  /**
   * Without one, only a function that has no environment gets one. Where all processors are at work, one more environment only takes from those there are:
   * its start and its cold code cost as much as some hundred warm invocations, which then take longer and seem to need more of them still.
   */
  hasSpareProcessor(): boolean;
}

/** One that has worked takes some 55 MB. A third of the memory is the functions'. Guess: tune. */
const ENVIRONMENT_BYTES = 55 * 2 ** 20;
const MEMORY_SHARE = 1 / 3;
/**
 * Lambda doesn't wait, but its cold starts take "under 100 ms to over 1 second", so nobody waits longer here than there. Each start costs the cores of this
 * machine 100 to 150 ms, and cold code as much again, while the work of the moment is mostly over sooner. Guess: tune.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#cold-start-latency
 */
const PATIENCE_MS = 100;
const LIVING = { min: 16, max: 400 };
/** More at once would take the cores from those who do the work, which then would seem to need more environments still. */
const STARTING_PER_CORE = 0.5;

export const limitsOfThisMachine = (): EnvironmentLimits => ({
  startingMax: Math.ceil(STARTING_PER_CORE * availableParallelism()),
  patienceMs: PATIENCE_MS,
  hasSpareProcessor: watchProcessors(),
  livingMax: Math.min(LIVING.max, Math.max(LIVING.min, Math.floor((totalmem() * MEMORY_SHARE) / ENVIRONMENT_BYTES))),
});

/** No event says that a processor has become free. */
const AGAIN_AFTER_MS = 100;
/**
 * Who has waited so long for a free processor gets an environment without one, and the next of those so much later: ten functions that each got another
 * every few seconds would keep a busy machine busy with starts alone. Guess: tune.
 */
const WAIT_MAX_MS = 4000;

/** Whoever may need another environment. */
export interface Starter {
  /** Asked when it is its turn: what needed one may have been served by another meanwhile. */
  needsEnvironment(): boolean;
  /** How many it has, the starting ones included. */
  readonly environments: number;
  startEnvironment(): ExecutionEnvironment;
  /** When its longest idle environment became so; null when it has none. */
  idleSinceMs(): number | null;
  /** Takes that one away from it. */
  releaseIdle(): ExecutionEnvironment | null;
}

/** Lets functions start environments in the order in which they asked, within the limits. */
export class EnvironmentStarts {
  readonly #limits: EnvironmentLimits;
  readonly #starters: Starter[] = [];
  /** Those who need one, and since when, in the order in which they asked. */
  readonly #asked = new Map<Starter, number>();
  #starting = 0;
  #again: NodeJS.Timeout | undefined;
  /** When one was last started without a free processor. */
  #forcedAtMs = 0;
  readonly #living = new Set<ExecutionEnvironment>();

  constructor(limits: EnvironmentLimits) {
    this.#limits = limits;
  }

  get patienceMs(): number {
    return this.#limits.patienceMs;
  }

  join(starter: Starter): void {
    this.#starters.push(starter);
  }

  ask(starter: Starter): void {
    if (!this.#asked.has(starter)) this.#asked.set(starter, Date.now());
    this.next();
  }

  /** Starts what may be started now; to be called when an environment has become idle. */
  next(): void {
    while (this.#starting < this.#limits.startingMax) {
      const starter = this.#nextStarter();
      if (starter === null) return;
      if (this.#living.size >= this.#limits.livingMax && !this.#evict()) return;
      this.#asked.delete(starter);
      this.#start(starter);
      // Behind all others, if one was not enough.
      if (starter.needsEnvironment()) this.#asked.set(starter, Date.now());
    }
  }

  #nextStarter(): Starter | null {
    for (const starter of this.#asked.keys()) if (!starter.needsEnvironment()) this.#asked.delete(starter);
    if (this.#asked.size === 0) return null;
    const spare = this.#limits.hasSpareProcessor();
    for (const starter of this.#asked.keys()) if (spare || starter.environments === 0) return starter;
    const nowMs = Date.now();
    for (const [starter, sinceMs] of this.#asked) {
      if (nowMs - Math.max(sinceMs, this.#forcedAtMs) < WAIT_MAX_MS) continue;
      this.#forcedAtMs = nowMs;
      return starter;
    }
    this.#nextInTime();
    return null;
  }

  #nextInTime(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.next();
    }, AGAIN_AFTER_MS).unref();
  }

  #start(starter: Starter): void {
    const environment = starter.startEnvironment();
    this.#starting++;
    this.#living.add(environment);
    void environment.ready
      .catch(() => undefined)
      .then(() => {
        this.#starting--;
        this.next();
      });
    void environment.ended.then(() => {
      this.#living.delete(environment);
      if (starter.needsEnvironment()) this.ask(starter);
      else this.next();
    });
  }

  /** Makes room by ending the environment that has been idle longest, whosever it is. */
  #evict(): boolean {
    const idle = this.#starters.filter((starter) => starter.idleSinceMs() !== null);
    const longest = idle.sort((a, b) => (a.idleSinceMs() ?? 0) - (b.idleSinceMs() ?? 0))[0];
    const environment = longest?.releaseIdle() ?? null;
    if (environment === null) return false;
    this.#living.delete(environment);
    environment.end();
    return true;
  }
}
