import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';
import { withHours, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';
import { histogramOf } from '../models/histogram.ts';

const id = 'fargate-task-queue';
const node = 'fargate:engine';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const { startS } = run.client;
const untold = withSeries(withSeries(run, node, 'QueueLength', 'Maximum', null), node, 'TaskWait', 'p95', null);

describe('fargate-task-queue', () => {
  it('has nothing to say of a short queue, of none, and of a service without', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, untold)).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns of long waits, in the unit of whoever tells', () => {
    expect(findingsOf(id, withSeries(run, node, 'TaskWait', 'p95', 2500))).toEqual([
      expect.objectContaining({ verdict: 'warn', severity: 'medium', title: 'Tasks wait up to 2.5 s in the queue of fargate:engine' }),
    ]);
    expect(findingsOf(id, withSeries(run, node, 'ApproximateAgeOfOldestMessage', 'Maximum', 4))[0]?.title).toContain('4 s');
  });

  it('names the service as what limits only where the wait lasts', () => {
    const momentary = withSeries(run, node, 'TaskWait', 'p95', (_, timeS) => (timeS < startS + 15 ? 2500 : 40));
    const [lasting, moment] = [withSeries(run, node, 'TaskWait', 'p95', 2500), momentary].map((each) => findingsOf(id, each)[0]);
    expect(lasting?.limiter).toMatchObject({ node, resource: 'tasks' });
    expect(moment?.title ?? 'none').not.toContain('grows');
    expect(moment?.limiter).toBeUndefined();
  });

  it('names it also where a third of the time of tasks is waiting, by all tasks and not by all periods', () => {
    const isBusy = (timeS: number): boolean => timeS >= startS + 30 && timeS < startS + 40;
    const worked = (busy: number) =>
      withSeries(
        withSeries(run, node, 'TasksProcessed', 'Sum', (_, timeS) => (isBusy(timeS) ? busy : 10)),
        node,
        'TaskDuration',
        'Average',
        500,
      );
    const waiting = (busy: number) =>
      ['p95', 'Average'].reduce(
        (made, stat) => withSeries(made, node, 'TaskWait', stat, (_, timeS) => (isBusy(timeS) ? 1500 : 0)),
        worked(busy),
      );
    // In 2 periods of 7 to 12: of 8 tasks of 58 to 108, 110 to 210 ms in the mean beside 500; of 80 tasks of 130 to 180, 670 to 920 ms.
    expect(findingsOf(id, waiting(4))[0]?.limiter).toBeUndefined();
    expect(findingsOf(id, waiting(40))[0]?.limiter).toMatchObject({ node, resource: 'tasks', harm: 'waits' });
  });

  it('names it where no task waits for long, and all of them for as long as a third of what they take', () => {
    const waiting = (waitMs: number) =>
      [
        ['TasksProcessed', 'Sum', 20],
        ['TaskDuration', 'Average', 400],
        ['TaskWait', 'Average', waitMs],
        ['TaskWait', 'p95', 900],
      ].reduce((made, [metric, stat, value]) => withSeries(made, node, String(metric), String(stat), Number(value)), run);
    const [finding] = findingsOf(id, waiting(250));
    expect(finding).toMatchObject({
      title: expect.stringMatching(/^Tasks wait 250 ms in the queue of .*, and take 400 ms then, in the mean$/),
    });
    expect(finding?.limiter).toMatchObject({ node, resource: 'tasks', harm: 'waits' });
    expect(findingsOf(id, waiting(150))).toEqual([]);
  });

  it('warns of a queue that grows', () => {
    const growing = withSeries(run, node, 'QueueLength', 'Maximum', (_, timeS) => Math.max(0, timeS - startS));
    expect(findingsOf(id, growing)).toEqual([expect.objectContaining({ severity: 'high', title: expect.stringContaining('grows') })]);
  });

  it('warns of tasks that are retried again and again', () => {
    const retried = withSeries(withSeries(run, node, 'TasksRetried', 'Sum', 20), node, 'TasksProcessed', 'Sum', 60);
    expect(findingsOf(id, retried)).toEqual([
      expect.objectContaining({ verdict: 'warn', title: expect.stringMatching(/were retried \d+ times, for \d+ that were worked$/) }),
    ]);
    expect(findingsOf(id, withSeries(retried, node, 'TasksRetried', 'Sum', 1))).toEqual([]);
    const later = withSeries(retried, node, 'TasksRetried', 'Sum', (_, timeS) => (timeS >= startS + 30 ? 20 : 1));
    expect(findingsOf(id, later)[0]?.limiter).toMatchObject({ resource: 'retries', since: startS + 30 });
  });

  it('tells what players saw where no queue told of itself', () => {
    const slots = run.client.users.map(() => histogramOf([3, 3.5, 4]));
    const seen = { ...untold, client: withClient(untold as never, { trends: [{ name: 'task_latency', unit: 's', slots }] }).client };
    expect(findingsOf(id, seen)).toEqual([
      expect.objectContaining({
        verdict: 'inconclusive',
        title: expect.stringMatching(/take .* s at the 95th percentile as players see it/),
      }),
    ]);
    expect(findingsOf(id, { ...seen, platform: run.platform })).toEqual([]);
  });

  it('is inconclusive where a queue is named and tells nothing, and keeps what is known besides', () => {
    const metrics = [{ namespace: 'Game', name: 'QueueLength', dimensions: {}, stats: ['Maximum'] }];
    const resources = untold.inventory.resources.map((each) => (each.node === node ? { ...each, metrics } : each));
    const named = { ...untold, inventory: { ...untold.inventory, resources } };
    expect(findingsOf(id, named)).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('no datapoints of the queue of fargate:engine') }),
    ]);
    expect(findingsOf(id, withSeries(named, node, 'TasksRetried', 'Sum', 20)).map(({ verdict }) => verdict)).toEqual([
      'warn',
      'inconclusive',
    ]);
    expect(findingsOf(id, { ...named, platform: run.platform })).toEqual([]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
