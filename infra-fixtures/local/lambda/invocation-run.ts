import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { FunctionSettings } from '../settings.ts';
import { EnvironmentError, type ExecutionEnvironment, type FunctionError, outOfMemory } from './execution-environment.ts';
import { cpuWaitMs } from './function-memory.ts';

/** What became of one invocation in its environment. Times are epoch milliseconds with fractions. */
export interface Run {
  startedAtMs: number;
  /** When the time that is billed ended. */
  endedAtMs: number;
  result: { json: string } | { error: FunctionError; timedOut: boolean };
  memoryMb: number;
  /** The environment can't be used again, and has been ended. */
  lost: boolean;
}

export interface RunRequest {
  requestId: string;
  traceHeader: string;
  event: object;
  /** Called when an environment takes it, with the name of that one's log stream. */
  onStart(stream: string): void;
}

/** Epoch milliseconds, with the fractions that Lambda's durations have. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

/** Runs an invocation as long as it may take, with the waits of the settings and of its share of a CPU: during these the environment stays taken. */
export const runInvocation = async (environment: ExecutionEnvironment, request: RunRequest, settings: FunctionSettings): Promise<Run> => {
  request.onStart(environment.stream);
  const startedAtMs = nowMs();
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new EnvironmentError(timeout(request.requestId, settings.timeoutMs))), settings.timeoutMs);
  const ending = (run: Omit<Run, 'startedAtMs' | 'endedAtMs'>): Run => ({ ...run, startedAtMs, endedAtMs: nowMs() });
  try {
    const outcome = await Promise.race([work(environment, request, settings, over.signal), late.promise]);
    return ending({
      result: 'json' in outcome ? outcome : { error: outcome.error, timedOut: false },
      memoryMb: outcome.memoryMb,
      lost: false,
    });
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    environment.end();
    const { cause } = error;
    const memoryMb = cause.errorMessage === outOfMemory.errorMessage ? settings.memoryMb : 0;
    return ending({ result: { error: cause, timedOut: cause.errorType === TIMED_OUT }, memoryMb, lost: true });
  } finally {
    over.abort();
    clearTimeout(timer);
  }
};

const work = async (environment: ExecutionEnvironment, request: RunRequest, settings: FunctionSettings, over: AbortSignal) => {
  const deadlineMs = Date.now() + settings.timeoutMs;
  if (settings.latencyMs > 0) await wait(settings.latencyMs, undefined, { signal: over });
  const { requestId, traceHeader, event } = request;
  const outcome = await environment.run({ requestId, traceHeader, event, deadlineMs });
  // One that runs out of memory has worked as slowly until then.
  const restMs = cpuWaitMs(outcome.cpuMs, settings.memoryMb);
  if (restMs >= 1) await wait(restMs, undefined, { signal: over });
  if (outcome.memoryMb > settings.memoryMb) throw new EnvironmentError(outOfMemory);
  return outcome;
};

const TIMED_OUT = 'Sandbox.Timedout';

/** The words of Lambda: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
const timeout = (requestId: string, timeoutMs: number): FunctionError => ({
  errorType: TIMED_OUT,
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  trace: [],
});
