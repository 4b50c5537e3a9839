import { randomUUID } from 'node:crypto';
import { type FunctionName, functionNames } from '../../game/definition.ts';
import { createSampler } from '../../game/sampling.ts';
import { formatTraceHeader, newSegmentId, newTraceRoot, type TraceContext } from '../gateway/trace-context.ts';
import { healthySettings, type StackSettings } from '../settings.ts';
import { type Platform, startPlatform } from '../telemetry/platform.ts';
import { type Concurrency, createConcurrency } from './concurrency.ts';
import { type EnvironmentLimits, EnvironmentStarts, limitsOfThisMachine } from './environment-starts.ts';
import { startEnvironment } from './execution-environment.ts';
import { runEvent } from './function-events.ts';
import { FunctionPool, type PoolRun } from './function-pool.ts';
import { asynchronousSegment, functionSegment, type ServiceOutcome, synchronousSegment } from './function-segments.ts';
import { type FunctionTelemetry, functionTelemetry, tellConcurrency } from './function-telemetry.ts';
import { InvocationError } from './invocation-error.ts';
import { nowMs } from './invocation-run.ts';

/** Lambda on this machine. */
export interface FunctionHost {
  /** Waits for the result: what the handler returned. @throws InvocationError */
  invoke: Invoke;
  /** Queues an event; nobody waits for what becomes of it. */
  invokeLater(name: FunctionName, event: object): void;
  /** Resolves when every function has one environment with its handler loaded, as after a deployment's smoke test. @throws Error when one can't */
  ready(): Promise<void>;
  /** How many environments there are. */
  environments(): number;
  stop(): Promise<void>;
}

/** `trace` is that of the caller; without one the function begins its own. */
export type Invoke = (name: FunctionName, event: object, trace?: TraceContext) => Promise<unknown>;

export interface FunctionHostOptions {
  names?: readonly FunctionName[];
  settings?: Pick<StackSettings, 'functions' | 'accountConcurrency' | 'timeScale' | 'game'>;
  /** Null: nothing is told, and nothing traced. */
  platform?: Platform | null;
  /** Receives what somebody who looks after the stack has to see. */
  onAlarming?: (line: string) => void;
  /** The module of a function that exports its handler. */
  codeUrl: (name: FunctionName) => string;
  limits?: EnvironmentLimits;
}

/** How the stack's own settings reach this process; the game is not to know of them. */
const NOT_THE_GAMES = ['LOADKIT_STACK_SETTINGS', 'TELEMETRY_ENDPOINT'];
const GAUGES_EVERY_MS = 1000;

export const startFunctionHost = (env: Readonly<Record<string, string>>, options: FunctionHostOptions): FunctionHost => {
  const { names = functionNames, settings = healthySettings(), platform = null } = options;
  const { codeUrl, onAlarming = () => undefined, limits = limitsOfThisMachine() } = options;
  const teller = platform ?? startPlatform(undefined);
  const gameEnv: Record<string, string> = { ...env, ...settings.game };
  for (const name of NOT_THE_GAMES) delete gameEnv[name];
  const concurrency = createConcurrency(
    settings.accountConcurrency,
    new Map(names.map((name) => [name, settings.functions[name].reservedConcurrency])),
  );
  const starts = new EnvironmentStarts(limits);
  /** What new versions have in their environment. */
  const deployed = new Map<FunctionName, Record<string, string>>();
  const functions = new Map(
    names.map((name) => {
      const own = settings.functions[name];
      const telemetry = functionTelemetry(teller, name, own.memoryMb, onAlarming);
      const start = () => {
        const code = { name, settings: own, env: { ...gameEnv, ...own.env, ...deployed.get(name) }, codeUrl: codeUrl(name) };
        const environment = startEnvironment({ ...code, onLine: telemetry.printed });
        telemetry.initStarted(environment.stream);
        return environment;
      };
      const pool = new FunctionPool({ settings: own, starts, start, onInitFailed: telemetry.initFailed });
      return [name, new LambdaFunction({ name, pool, telemetry, concurrency, platform: teller, traced: platform !== null })];
    }),
  );
  const functionOf = (name: FunctionName): LambdaFunction => {
    const found = functions.get(name);
    if (found === undefined) throw new Error(`no function ${name}`);
    return found;
  };
  const deployLater = (name: FunctionName): void => {
    const { deployment } = settings.functions[name];
    if (deployment === null) return;
    const deploy = (): void => {
      deployed.set(name, deployment.env);
      functionOf(name).pool.replace();
    };
    deployments.push(setTimeout(deploy, deployment.afterMs).unref());
  };
  const deployments: NodeJS.Timeout[] = [];
  const gauges = setInterval(() => tellConcurrency(teller, concurrency), GAUGES_EVERY_MS);
  gauges.unref();
  const stopped = new AbortController();
  return {
    invoke: async (name, event, trace) => functionOf(name).invoke(event, trace),
    invokeLater: (name, event) => void functionOf(name).invokeLater(event, settings.timeScale, stopped.signal),
    ready: async () => {
      await Promise.all([...functions.values()].map(({ pool }) => pool.warm()));
      for (const name of names) deployLater(name);
    },
    environments: () => [...functions.values()].reduce((sum, { pool }) => sum + pool.environments, 0),
    stop: async () => {
      stopped.abort();
      clearInterval(gauges);
      for (const deployment of deployments) clearTimeout(deployment);
      tellConcurrency(teller, concurrency);
      await Promise.all([...functions.values()].map(({ pool }) => pool.stop()));
    },
  };
};

interface LambdaFunctionOptions {
  name: FunctionName;
  pool: FunctionPool;
  telemetry: FunctionTelemetry;
  concurrency: Concurrency;
  platform: Platform;
  traced: boolean;
}

/** One function: its limits, its environments, and what is told of its invocations. */
class LambdaFunction {
  readonly pool: FunctionPool;
  readonly #options: LambdaFunctionOptions;
  readonly #sampler: () => boolean;

  constructor(options: LambdaFunctionOptions) {
    this.pool = options.pool;
    this.#options = options;
    this.#sampler = options.traced ? createSampler(Math.random, Date.now) : () => false;
  }

  async invoke(event: object, given: TraceContext | undefined): Promise<unknown> {
    const { name, platform, traced } = this.#options;
    const trace = given === undefined ? this.#newTrace() : { ...given, sampled: given.sampled && traced };
    const requestId = randomUUID();
    const segmentId = newSegmentId();
    const startedAtMs = nowMs();
    const tell = (outcome: ServiceOutcome): void => {
      if (!trace.sampled) return;
      platform.segment(synchronousSegment({ name, trace, segmentId, startedAtMs, endedAtMs: nowMs() }, requestId, outcome));
    };
    try {
      const value = await this.#attempt(requestId, event, { ...trace, parent: segmentId });
      tell('ok');
      return value;
    } catch (error) {
      tell(error instanceof InvocationError && error.kind === 'throttled' ? 'throttled' : 'failed');
      throw error;
    }
  }

  async invokeLater(event: object, timeScale: number, signal: AbortSignal): Promise<void> {
    const { name, telemetry, platform } = this.#options;
    const trace = this.#newTrace();
    const requestId = randomUUID();
    const startedAtMs = nowMs();
    const attempt = (parent: string): Promise<unknown> => this.#attempt(requestId, event, { ...trace, parent });
    const attempts = await runEvent({ attempt, telemetry, timeScale, signal });
    const span = { name, trace, segmentId: newSegmentId(), startedAtMs, endedAtMs: nowMs() };
    if (trace.sampled) platform.segment(asynchronousSegment(span, requestId, attempts));
  }

  #newTrace(): TraceContext {
    return { root: newTraceRoot(), parent: null, sampled: this.#sampler() };
  }

  async #attempt(requestId: string, event: object, trace: TraceContext): Promise<unknown> {
    const { name, pool, telemetry, concurrency } = this.#options;
    if (!concurrency.enter(name)) {
      telemetry.throttled();
      throw new InvocationError('throttled', `${name} was throttled: Rate Exceeded.`);
    }
    const segmentId = newSegmentId();
    try {
      const traceHeader = formatTraceHeader({ ...trace, parent: segmentId });
      const onStart = (stream: string): void => telemetry.started(stream, requestId);
      const run = await pool.run({ requestId, traceHeader, event, onStart });
      this.#tell(requestId, run, trace, segmentId);
      return resultOf(name, run);
    } finally {
      concurrency.leave(name);
    }
  }

  #tell(requestId: string, run: PoolRun, trace: TraceContext, segmentId: string): void {
    const { name, telemetry, platform } = this.#options;
    telemetry.ended(requestId, run, trace.sampled ? { root: trace.root, segmentId } : null);
    if (!trace.sampled) return;
    const error = 'error' in run.result ? run.result.error : null;
    const span = { name, trace, segmentId, startedAtMs: run.startedAtMs, endedAtMs: run.endedAtMs };
    platform.segment(functionSegment(span, nowMs(), run.init, error));
  }
}

/** @throws InvocationError where there is none */
const resultOf = (name: string, { result }: PoolRun): unknown => {
  if ('json' in result) return JSON.parse(result.json) as unknown;
  const { errorType, errorMessage } = result.error;
  throw new InvocationError(result.timedOut ? 'timed-out' : 'failed', `${name}: ${errorType}: ${errorMessage}`);
};
