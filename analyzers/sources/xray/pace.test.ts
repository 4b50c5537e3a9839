import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../tests/virtual-clock.ts';
import { createPace } from './pace.ts';

/** Calls one after the other, each with the outcome that the time gives it; the rate after each. */
async function rates(calls: number, refuses: (call: number, perS: number) => boolean, signal?: AbortSignal) {
  const clock = new VirtualClock(0);
  const pace = createPace(clock, signal);
  const seen: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    await pace.take();
    pace.note(refuses(call, pace.perS) ? 'throttled' : 'through');
    seen.push(pace.perS);
  }
  return { seen, elapsedS: clock.now() / 1000 };
}

describe('createPace', () => {
  it('begins at ten a second, and goes up to fifty where nothing is refused', async () => {
    expect((await rates(10, () => false)).elapsedS).toBeCloseTo(9 / 10, 1);
    const { seen } = await rates(2000, () => false);
    expect(Math.max(...seen)).toBe(50);
    expect(seen.at(-1)).toBe(50);
  });

  it('does not slow down for what is refused at any rate', async () => {
    const { seen } = await rates(2000, (call) => call % 4 === 3);
    expect(seen.at(-1)).toBeGreaterThan(30);
  });

  it('goes down to one a second and no further where everything is refused, and comes back', async () => {
    const { seen } = await rates(3000, (call) => call < 1000);
    expect(seen[900]).toBe(1);
    expect(seen.at(-1)).toBeGreaterThan(10);
  });

  it('lets go at once when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    expect((await rates(1000, () => true, controller.signal)).elapsedS).toBe(0);
  });
});
