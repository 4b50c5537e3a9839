import { expect, it } from 'vitest';
import { clockWords, createClockWatch, isClockOff } from './clock-watch.ts';

type Answer = { response?: { headers: Record<string, string> } };

/** A client whose answers take so long, by a clock that only they move. */
function watched() {
  let nowMs = 1_800_000_000_000;
  let send = async (_args: unknown): Promise<Answer> => ({});
  const clock = createClockWatch(() => nowMs);
  let answer = async (): Promise<Answer> => ({});
  clock.watch({
    middlewareStack: {
      add: (middleware: (next: () => Promise<Answer>) => typeof send) => {
        send = middleware(() => answer());
      },
    },
  });
  return {
    aheadMs: clock.aheadMs,
    async answered(aheadMs: number, tookMs: number, date = true) {
      answer = async () => {
        nowMs += tookMs / 2;
        const headers: Record<string, string> = date ? { date: new Date(nowMs + aheadMs).toUTCString() } : {};
        nowMs += tookMs / 2;
        return { response: { headers } };
      };
      await send({});
    },
  };
}

it('tells how far the clocks are apart, by the quickest answer', async () => {
  const { aheadMs, answered } = watched();
  expect(aheadMs()).toBeNull();
  await answered(600_000, 100, false);
  expect(aheadMs()).toBeNull();
  await answered(600_000, 4000);
  expect(Math.abs((aheadMs() ?? 0) - 600_000)).toBeLessThanOrEqual(500);
  await answered(300_000, 200);
  await answered(0, 5000);
  expect(Math.abs((aheadMs() ?? 0) - 300_000)).toBeLessThanOrEqual(500);
});

it.each([
  [600, "10 min behind AWS's"],
  [-90, "90 s ahead of AWS's"],
])('words %d s', (aheadS, words) => {
  expect(clockWords(aheadS)).toBe(words);
  expect([isClockOff(aheadS * 1000), isClockOff(900)]).toEqual([true, false]);
});
