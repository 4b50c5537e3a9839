import type { FunctionSettings } from '../settings.ts';
import type { EnvironmentStarts, Starter } from './environment-starts.ts';
import { EnvironmentError, type ExecutionEnvironment, type FunctionError, type Initialization } from './execution-environment.ts';
import { nowMs, type Run, type RunRequest, runInvocation } from './invocation-run.ts';

/** A run, and the environment that it was in. */
export interface PoolRun extends Run {
  stream: string;
  /** Of the environment, where this is its first invocation and had to wait for it. */
  init: Initialization | null;
}

export interface PoolOptions {
  settings: FunctionSettings;
  starts: EnvironmentStarts;
  start(): ExecutionEnvironment;
  /** Told of every environment that could not be started. */
  onInitFailed(stream: string, startedAtMs: number, error: FunctionError): void;
}

/** Lambda doesn't say how long an idle environment is kept; five minutes to an hour have been seen. Guess: tune. */
const IDLE_MAX_MS = 300_000;
const SWEEP_EVERY_MS = 30_000;

interface Member {
  environment: ExecutionEnvironment;
  /** Null once it has been told. */
  init: Initialization | null;
  memoryMb: number;
  invocations: number;
  idleSinceMs: number;
  /** By a newer version. */
  replaced: boolean;
}

interface Waiting {
  request: RunRequest;
  resolve(run: PoolRun): void;
}

/**
 * The environments of one function. An invocation that finds none idle has one started, and is served by whichever is free first: as on Lambda, a burst
 * may leave more environments than it would have needed. Of idle ones the last used is taken, so that those that are too many grow old and go.
 */
export class FunctionPool implements Starter {
  readonly #options: PoolOptions;
  readonly #sweep: NodeJS.Timeout;
  readonly #members = new Set<Member>();
  /** Last used last. */
  readonly #idle: Member[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #warming: PromiseWithResolvers<void>[] = [];
  #starting = 0;
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    options.starts.join(this);
    this.#sweep = setInterval(() => this.#retireIdle(), SWEEP_EVERY_MS);
    this.#sweep.unref();
  }

  get environments(): number {
    return this.#members.size;
  }

  run(request: RunRequest): Promise<PoolRun> {
    return new Promise((resolve) => {
      this.#waiting.push({ request, resolve });
      this.#serve();
      if (this.#waiting.length > 0) this.#askInTime();
    });
  }

  /** Resolves when one more environment has loaded the handler, without an invocation to wait for it. @throws EnvironmentError when it can't */
  warm(): Promise<void> {
    const warming = Promise.withResolvers<void>();
    this.#warming.push(warming);
    this.#options.starts.ask(this);
    return warming.promise;
  }

  /** With no environment at all there is nothing to wait for. */
  #askInTime(): void {
    const { starts } = this.#options;
    if (this.#members.size === 0) starts.ask(this);
    else setTimeout(() => starts.ask(this), starts.patienceMs);
  }

  needsEnvironment(): boolean {
    return !this.#stopped && (this.#warming.length > 0 || this.#waiting.length > this.#starting);
  }

  startEnvironment(): ExecutionEnvironment {
    const environment = this.#options.start();
    const member: Member = { environment, init: null, memoryMb: 0, invocations: 0, idleSinceMs: 0, replaced: false };
    const warming = this.#warming.shift();
    const startedAtMs = Date.now();
    this.#members.add(member);
    this.#starting++;
    environment.ready.then(
      (init) => {
        this.#starting--;
        if (warming === undefined) member.init = init;
        member.memoryMb = init.memoryMb;
        warming?.resolve();
        this.#free(member);
      },
      (error: unknown) => {
        this.#starting--;
        environment.end();
        if (warming === undefined && !this.#stopped) this.#failOne(environment, startedAtMs, error);
        warming?.reject(error);
      },
    );
    void environment.ended.then(() => this.#gone(member));
    return environment;
  }

  idleSinceMs(): number | null {
    return this.#idle[0]?.idleSinceMs ?? null;
  }

  releaseIdle(): ExecutionEnvironment | null {
    const member = this.#idle.shift();
    if (member === undefined) return null;
    this.#members.delete(member);
    return member.environment;
  }

  /** Of a new version: those that are idle end now, the others with the invocation that they are at. */
  replace(): void {
    for (const { environment } of this.#idle.splice(0)) environment.end();
    for (const member of this.#members) member.replaced = true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweep);
    const members = [...this.#members];
    for (const { environment } of members) environment.end();
    await Promise.all(members.map(({ environment }) => environment.ended));
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const member = this.#idle.pop();
      if (member === undefined) return;
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) void this.#run(member, waiting);
    }
  }

  async #run(member: Member, { request, resolve }: Waiting): Promise<void> {
    const { environment, init } = member;
    const { settings } = this.#options;
    member.init = null;
    const run = await runInvocation(environment, request, settings);
    if (this.#stopped) return; // it was ended by us, and nobody is left to be answered
    member.invocations++;
    member.memoryMb = Math.max(member.memoryMb, run.memoryMb);
    resolve({ ...run, memoryMb: member.memoryMb, stream: environment.stream, init });
    if (run.lost) return;
    const isUsedUp = settings.invocationsMax !== null && member.invocations >= settings.invocationsMax;
    if (isUsedUp || member.replaced) environment.end();
    else this.#free(member);
  }

  #free(member: Member): void {
    if (!this.#members.has(member)) return; // it has ended meanwhile
    if (member.replaced) {
      member.environment.end(); // it was of the old version, and only starting
      return;
    }
    member.idleSinceMs = Date.now();
    this.#idle.push(member);
    this.#serve();
    this.#options.starts.next();
  }

  #gone(member: Member): void {
    this.#members.delete(member);
    const at = this.#idle.indexOf(member);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  /** One invocation fails with it, as the one that it was started for does on Lambda; the others wait for the next. */
  #failOne(environment: ExecutionEnvironment, startedAtMs: number, error: unknown): void {
    if (!(error instanceof EnvironmentError)) throw error;
    this.#options.onInitFailed(environment.stream, startedAtMs, error.cause);
    const at = nowMs();
    const waiting = this.#waiting.shift();
    waiting?.request.onStart(environment.stream);
    waiting?.resolve({
      startedAtMs: at,
      endedAtMs: at,
      result: { error: error.cause, timedOut: false },
      memoryMb: 0,
      lost: true,
      stream: environment.stream,
      init: null,
    });
  }

  #retireIdle(): void {
    const before = Date.now() - IDLE_MAX_MS;
    while ((this.#idle[0]?.idleSinceMs ?? Number.POSITIVE_INFINITY) < before) this.releaseIdle()?.end();
  }
}
