import { expect, it, vi } from 'vitest';
import { publish } from './metrics.ts';
import { asTask, queueSeen, taskDone, taskFailed } from './task-telemetry.ts';
import { traced } from './tracing.ts';

it("counts tasks, keeps their times, and hands on the task's result or error", async () => {
  const lines: object[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(JSON.parse(String(line)) as object) > 0);
  expect(await asTask('t-1', async () => traced())).toBe(true); // the first of a second is sampled
  await expect(asTask('t-2', () => Promise.reject(new Error('poison')))).rejects.toThrow('poison');
  taskDone({ durationMs: 250, waitedMs: 10 });
  taskDone({ durationMs: 350, waitedMs: 20 });
  taskFailed();
  queueSeen(7);
  publish();
  expect(lines).toMatchObject([
    { service: 'engine', TasksProcessed: 2, TasksFailed: 1, TaskDuration: [250, 350], TaskWait: [10, 20], QueueLength: 7 },
  ]);
  vi.restoreAllMocks();
});
