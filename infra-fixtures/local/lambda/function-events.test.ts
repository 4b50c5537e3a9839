import { expect, it } from 'vitest';
import { runEvent } from './function-events.ts';
import { InvocationError } from './invocation-error.ts';

/** An event whose attempts end as listed; waits of minutes pass in no time. */
const run = async (outcomes: ('ok' | InvocationError['kind'])[], options: { timeScale?: number; signal?: AbortSignal } = {}) => {
  const told: string[] = [];
  let made = 0;
  const attempts = await runEvent({
    attempt: async () => {
      const outcome = outcomes[made++] ?? 'ok';
      if (outcome !== 'ok') throw new InvocationError(outcome, outcome);
    },
    telemetry: {
      eventReceived: () => told.push('received'),
      eventAge: () => told.push('age'),
      eventDropped: () => told.push('dropped'),
    },
    timeScale: options.timeScale ?? 1e6,
    signal: options.signal ?? new AbortController().signal,
  });
  return { outcomes: attempts.map(({ outcome }) => outcome), told };
};

it('makes one attempt where it succeeds', async () => {
  expect(await run(['ok', 'failed'])).toEqual({ outcomes: ['ok'], told: ['received', 'age'] });
});

it('tries twice more after errors, then drops the event', async () => {
  expect((await run(['failed', 'timed-out', 'ok'])).outcomes).toEqual(['failed', 'failed', 'ok']);
  const { outcomes, told } = await run(['failed', 'failed', 'failed', 'ok']);
  expect(outcomes).toEqual(['failed', 'failed', 'failed']);
  expect(told.at(-1)).toBe('dropped');
});

it('goes on longer when it is only throttled', async () => {
  const { outcomes, told } = await run(['throttled', 'throttled', 'throttled', 'throttled', 'failed', 'ok']);
  expect(outcomes).toEqual(['throttled', 'throttled', 'throttled', 'throttled', 'failed', 'ok']);
  expect(told).not.toContain('dropped');
});

it('leaves off waiting when it is told to', async () => {
  const stop = new AbortController();
  const running = run(['failed', 'ok'], { timeScale: 1, signal: stop.signal });
  await Promise.resolve();
  stop.abort();
  expect((await running).outcomes).toEqual(['failed']);
});
