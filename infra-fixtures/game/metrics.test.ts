import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { count, observe, publish, publishIfDue } from './metrics.ts';

interface Line {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
  [metric: string]: unknown;
}

const lines: Line[] = [];
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000_000 });
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'guilds');
  lines.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(JSON.parse(String(line)) as Line) > 0);
});
afterEach(() => {
  publish();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('adds up for a second and then writes one line with the time at which it began', () => {
  for (let request = 0; request < 50; request++) {
    count('Requests');
    publishIfDue();
  }
  observe('TaskDuration', 12.5);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(lines).toHaveLength(1);
  const [line] = lines;
  expect(line).toMatchObject({ service: 'guilds', Requests: 50, TaskDuration: 12.5 });
  expect(line?._aws.Timestamp).toBe(1_000_000_000_000);
  expect(line?._aws.CloudWatchMetrics).toMatchObject([
    {
      Namespace: 'Game',
      Dimensions: [['service']],
      Metrics: [
        { Name: 'Requests', Unit: 'Count' },
        { Name: 'TaskDuration', Unit: 'Milliseconds' },
        { Name: 'HeapUsed', Unit: 'Megabytes' },
      ],
    },
  ]);
});

it('writes at the end of an invocation when timers were frozen, and nothing when there is nothing', () => {
  count('Requests');
  vi.setSystemTime(1_000_000_060_000);
  count('Requests');
  publishIfDue();
  expect(lines.map((line) => [line['Requests'], line._aws.Timestamp])).toEqual([[2, 1_000_000_000_000]]);
  publishIfDue();
  publish();
  vi.advanceTimersByTime(5000);
  expect(lines).toHaveLength(1);
});

it('loses none of more values than a line takes', () => {
  for (let task = 1; task <= 250; task++) observe('TaskWait', task);
  publish();
  const seen = lines.flatMap((line) => line['TaskWait'] as number[]);
  expect(seen).toHaveLength(250);
  expect(Math.max(...lines.map((line) => (line['TaskWait'] as number[]).length))).toBe(99);
  expect(seen.reduce((sum, value) => sum + value, 0)).toBe((250 * 251) / 2);
});
