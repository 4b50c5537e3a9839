import { setTimeout as wait } from 'node:timers/promises';
import { newSegmentId } from '../gateway/trace-context.ts';
import type { Attempt, ServiceOutcome } from './function-segments.ts';
import type { FunctionTelemetry } from './function-telemetry.ts';
import { InvocationError } from './invocation-error.ts';
import { nowMs } from './invocation-run.ts';

/**
 * Asynchronous invocation: the event is queued, and whoever sent it hears no more of it.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export interface EventOptions {
  /** @throws InvocationError. `segmentId` is the attempt's, the parent of what the function does. */
  attempt(segmentId: string): Promise<unknown>;
  telemetry: Pick<FunctionTelemetry, 'eventReceived' | 'eventAge' | 'eventDropped'>;
  /** Waits are this many times as short as on Lambda. */
  timeScale: number;
  /** Ends the waiting, and leaves the event undone. */
  signal: AbortSignal;
}

/** "one minute before the first retry, and two minutes between the second and third attempt" */
const RETRY_AFTER_MS: readonly number[] = [60_000, 120_000];
/** A throttled event goes back to the queue: "increases exponentially from 1 second after the first attempt to a maximum of 5 minutes", for 6 hours. */
const THROTTLED_MS = { min: 1000, max: 300_000 };
const AGE_MAX_MS = 6 * 3_600_000;

/** Resolves with the attempts that were made. It doesn't throw for an event that could not be worked: that is what the metrics tell. */
export const runEvent = async ({ attempt, telemetry, timeScale, signal }: EventOptions): Promise<Attempt[]> => {
  const receivedAtMs = nowMs();
  const attempts: Attempt[] = [];
  let failures = 0;
  let throttles = 0;
  telemetry.eventReceived();
  while (!signal.aborted) {
    telemetry.eventAge(nowMs() - receivedAtMs);
    const segmentId = newSegmentId();
    const startedAtMs = nowMs();
    const outcome = await outcomeOf(() => attempt(segmentId));
    attempts.push({ segmentId, startedAtMs, endedAtMs: nowMs(), outcome });
    if (outcome === 'ok') return attempts;
    const waitMs = outcome === 'failed' ? RETRY_AFTER_MS[failures++] : Math.min(THROTTLED_MS.max, THROTTLED_MS.min * 2 ** throttles++);
    if (waitMs === undefined || (nowMs() - receivedAtMs) * timeScale + waitMs > AGE_MAX_MS) {
      telemetry.eventDropped();
      return attempts;
    }
    await wait(waitMs / timeScale, undefined, { signal }).catch(() => undefined);
  }
  return attempts;
};

const outcomeOf = async (attempt: () => Promise<unknown>): Promise<ServiceOutcome> => {
  try {
    await attempt();
    return 'ok';
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    return error.kind === 'throttled' ? 'throttled' : 'failed';
  }
};
