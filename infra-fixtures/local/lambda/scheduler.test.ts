import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startScheduler } from './scheduler.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 4, 9, 0, 0) }));
afterEach(() => void vi.useRealTimers());

it('invokes each function at its own pace, with the event of a schedule', () => {
  const invoked: [string, object][] = [];
  const schedules = [
    { name: 'health', everyS: 300 },
    { name: 'guilds', everyS: 900 },
  ] as const;
  const scheduler = startScheduler(schedules, 60, (name, event) => invoked.push([name, event]));
  vi.advanceTimersByTime(4999);
  expect(invoked).toEqual([]);
  vi.advanceTimersByTime(10_001);
  expect(invoked.map(([name]) => name).sort()).toEqual(['guilds', 'health', 'health', 'health']);
  expect(invoked[0]?.[1]).toMatchObject({
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    time: '2026-11-04T09:00:05Z',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/health'],
    detail: {},
  });
  scheduler.stop();
  vi.advanceTimersByTime(60_000);
  expect(invoked).toHaveLength(4);
});
