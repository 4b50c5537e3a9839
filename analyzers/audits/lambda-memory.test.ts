import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { traceAt, withHours, withLimits, withoutResource, withPlatform, withSeries, withTraces } from '../../tests/platform.ts';

const id = 'lambda-memory';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const using = (percent: number) => withSeries(run, node, 'memory_utilization', 'Maximum', percent);
const computing = (ownS: number) =>
  withTraces(
    run,
    Array.from({ length: 20 }, (_, i) => traceAt(i, run.client.startS + 15 + i, { ownS, callS: 0.02 })),
  );

describe('lambda-memory', () => {
  it('has nothing to say where there is room, and of no function', () => {
    expect(findingsOf(id, using(40))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns near to the limit, by whatever metric there is', () => {
    const warning = expect.objectContaining({
      verdict: 'warn',
      title: expect.stringMatching(/^lambda:character used 4\d\d of 512 MB/),
      next: expect.stringMatching(/to 6\d\d MB \(now 512\)/),
    });
    expect(findingsOf(id, using(95))).toEqual([warning]);
    for (const metric of ['used_memory_max', 'MaxMemoryUsed'])
      expect(findingsOf(id, withSeries(run, node, metric, 'Maximum', 480))).toContainEqual(warning);
  });

  it('says since when it was full, by whatever metric there is', () => {
    const at = run.client.startS + 30;
    const from = (full: number) => (_: number, timeS: number) => (timeS >= at ? full : full / 2);
    const filling = [
      withSeries(run, node, 'memory_utilization', 'Maximum', from(100)),
      withSeries(run, node, 'MaxMemoryUsed', 'Maximum', from(512)),
    ];
    for (const each of filling) expect(findingsOf(id, each)[0]?.limiter).toEqual({ node, resource: 'memory', harm: 'refuses', since: at });
  });

  it('notes that nobody measured it', () => {
    const unmeasured = withSeries(run, node, 'memory_utilization', 'Maximum', null);
    expect(findingsOf(id, unmeasured)).toEqual([
      expect.objectContaining({ verdict: 'pass', severity: 'info', next: expect.stringContaining('Lambda Insights') }),
    ]);
    expect(findingsOf(id, withSeries(unmeasured, node, 'Errors', 'Sum', 1))).toEqual([
      expect.objectContaining({
        severity: 'medium',
        evidence: [expect.objectContaining({ what: 'lambda:character failed, with 512 MB' })],
      }),
    ]);
  });

  it('advises on functions that spend their time in their own code, with less than a vCPU', () => {
    expect(findingsOf(id, computing(0.4))).toEqual([
      expect.objectContaining({
        verdict: 'pass',
        title: expect.stringMatching(
          /^lambda:character spends 400 ms of each invocation in its own code, 95 % of its time, with 28\.9 % of a vCPU/,
        ),
        next: expect.stringContaining('to 1,024 MB (now 512)'),
      }),
    ]);
    expect(findingsOf(id, computing(0.03))).toEqual([]);
    expect(findingsOf(id, withLimits(computing(0.4), node, { memoryMb: 2048 }))).toEqual([]);
    expect(findingsOf(id, withLimits(computing(0.4), node, { memoryMb: null }))).toEqual([]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
