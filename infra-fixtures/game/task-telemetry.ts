import { count, observe } from './metrics.ts';
import { inRootSpan } from './tracing.ts';

/** What the engine tells of its work. */

/** Does a task as a trace of its own, of which some are recorded: nobody waits for it, so that no request's trace covers it. */
export const asTask = <T>(taskId: string, work: () => Promise<T>): Promise<T> =>
  inRootSpan(
    { name: 'engine', kind: 'consumer', attributes: { 'messaging.system': 'redis', 'messaging.operation': 'process', 'task.id': taskId } },
    work,
  );

/** @param waitedMs from its arrival in the queue to its start */
export const taskDone = ({ durationMs, waitedMs }: { durationMs: number; waitedMs: number }): void => {
  count('TasksProcessed');
  observe('TaskDuration', durationMs);
  observe('TaskWait', waitedMs);
};

export const taskRetried = (): void => count('TasksRetried');

export const taskFailed = (): void => count('TasksFailed');

/** Tasks that wait, as seen whenever somebody looks. */
export const queueSeen = (length: number): void => observe('QueueLength', length);
