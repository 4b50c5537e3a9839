import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING } from '../../tests/judged.ts';
import { foundIn, traceAt, withHours, withoutResource, withPlatform, withSeries, withTraces } from '../../tests/platform.ts';
import type { FoundArtifacts } from '../contract.ts';
import { judge } from '../judge.ts';

const id = 'lambda-cold-starts';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));
/** Every n-th of so many invocations within the window starts cold. */
const storm = (every: number, traces = 60) =>
  withTraces(
    run,
    Array.from({ length: traces }, (_, i) => traceAt(i, run.client.startS + 15 + (30 * i) / traces, { initS: i % every === 0 ? 1.2 : 0 })),
  );

describe('lambda-cold-starts', () => {
  it('has nothing to say of warm functions, of a single cold start, of no function, and where nobody asked for traces', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, storm(60))).toEqual([]);
    expect(findingsOf(id, foundIn(storm(4), { traces: { notAsked: 'no traces' } }))).toEqual([]);
    expect(findingsOf(id, withoutResource(storm(4), node))).toEqual([]);
  });

  it('warns where cold starts make the 95th percentile, with their share and length', () => {
    const [finding] = findingsOf(id, storm(4));
    expect(finding).toMatchObject({
      verdict: 'warn',
      title: 'lambda:character: 25 % of its invocations started cold, each 1,200 ms longer',
      // Some 200 invocations/s of 18 ms keep 3.7 busy, and seldom more than 10.
      next: expect.stringMatching(/^Set a provisioned concurrency of \d+ \(.* for lambda:character, so that/),
    });
    expect(finding?.evidence[0]).toMatchObject({ value: 0.25, limit: 0.05, interval: [expect.any(Number), expect.any(Number)] });
    expect(finding?.evidence).toContainEqual({ what: 'cold starts among the slowest 5 % of its traces', value: 1, unit: 'ratio' });
  });

  it('says so where they are too few to be sure', () => {
    expect(findingsOf(id, storm(8, 16))).toEqual([
      expect.objectContaining({ verdict: 'pass', title: expect.stringContaining('seen in 2 of 16: too few to be sure') }),
    ]);
  });

  it('goes by a count of them where there is one', () => {
    const counted = withSeries(run, node, 'ColdStart', 'Sum', (requests) => (requests === 0 ? null : requests / 5));
    expect(findingsOf(id, counted)).toEqual([
      expect.objectContaining({ verdict: 'warn', title: expect.stringMatching(/^lambda:character: 20 % of its/) }),
    ]);
    expect(findingsOf(id, withSeries(storm(4), node, 'ColdStart', 'Sum', 0))).toEqual([]);
  });

  it('says since when, by a count or by the first trace within the window', () => {
    const at = run.client.startS + 30;
    const counted = withSeries(run, node, 'ColdStarts', 'Sum', (requests, timeS) => (timeS >= at ? requests / 5 : 0));
    expect(findingsOf(id, counted)[0]?.limiter?.since).toBe(at);
    expect(findingsOf(id, storm(4))[0]?.limiter?.since).toBe(run.client.startS + 15);
  });

  it('takes short initializations for no concern', () => {
    const quick = Array.from({ length: 60 }, (_, i) => traceAt(i, run.client.startS + 15 + i / 2, { initS: 0.05 }));
    expect(findingsOf(id, withTraces(run, quick))).toEqual([]);
  });

  it('is inconclusive where neither a count nor traces tell, and goes by a count alone', () => {
    const questions = (traces: FoundArtifacts['traces'], of = run) =>
      judge(foundIn(of, { traces })).findings.flatMap(({ evidence }) => evidence.map(({ what }) => what));
    const question = 'How many invocations started cold, and do they make the tail?';
    expect(questions(MISSING)).toContain(question);
    expect(questions({ ...run.traces, traces: [] })).toContain(question);
    expect(questions(MISSING, withSeries(run, node, 'ColdStarts', 'Sum', 0))).not.toContain(question);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
