import { availableParallelism, totalmem } from 'node:os';
import type { ExecutionEnvironment } from './execution-environment.ts';

/**
 * How many environments this machine starts at a time and has at most. Neither limit is Lambda's, which starts a thousand in ten seconds: beyond them
 * invocations wait, and count as concurrent meanwhile.
 */
export interface EnvironmentLimits {
  startingMax: number;
  livingMax: number;
  /** So long an invocation waits for an environment that becomes free before another is started for it. */
  patienceMs: number;
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
  livingMax: Math.min(LIVING.max, Math.max(LIVING.min, Math.floor((totalmem() * MEMORY_SHARE) / ENVIRONMENT_BYTES))),
});

/** Whoever may need another environment. */
export interface Starter {
  /** Asked when it is its turn: what needed one may have been served by another meanwhile. */
  needsEnvironment(): boolean;
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
  #asked: Starter[] = [];
  #starting = 0;
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
    this.#asked.push(starter);
    this.next();
  }

  /** Starts what may be started now; to be called when an environment has become idle. */
  next(): void {
    while (this.#starting < this.#limits.startingMax) {
      const starter = this.#asked[0];
      if (starter === undefined) return;
      if (starter.needsEnvironment()) {
        if (this.#living.size >= this.#limits.livingMax && !this.#evict()) return;
        this.#asked.shift();
        this.#start(starter);
      } else this.#asked.shift();
    }
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
      this.next();
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
