import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withLimit } from '../../tests/judged.ts';
import { type PlatformRun, withPlatform, withSeries, withUnread } from '../../tests/platform.ts';
import { judge } from '../judge.ts';
import { randomSource } from '../models/random.ts';

const EDGES = [
  { from: 'apigateway:api', to: 'lambda:character' },
  { from: 'lambda:character', to: 'dynamodb:characters' },
];
const run = syntheticRun({ durationS: 120, users: 800 });
const startS = run.client.startS;

/** Others play before the run and during it; from its beginning on the table takes so much longer. */
function withOthers(slowerMs: number, limitMs: number): PlatformRun {
  const random = randomSource(5);
  const noisy = (value: number, slower: number) => (_: number, timeS: number) =>
    (value + (timeS >= startS ? slower : 0)) * (1 + 0.05 * random.normal());
  const limited = withPlatform(withLimit(run, 'latency-avg', limitMs));
  const { platform } = limited;
  // Ten minutes more, so that there is something to compare with.
  const earlier = Array.from({ length: 120 }, (_, i) => (platform.times[0] ?? 0) - (120 - i) * platform.periodS);
  const series = platform.series.map((each) => ({ ...each, values: [...earlier.map(() => null), ...each.values] }));
  const longer: PlatformRun = {
    ...limited,
    inventory: { ...limited.inventory, edges: EDGES },
    platform: { ...platform, times: [...earlier, ...platform.times], series },
  };
  const parts: [node: string, latency: string, ms: number, requests: string][] = [
    ['apigateway:api', 'Latency', 40, 'Count'],
    ['lambda:character', 'Duration', 35, 'Invocations'],
    ['dynamodb:characters', 'SuccessfulRequestLatency', 5, 'SuccessfulRequestCount'],
  ];
  return parts.reduce(
    (made, [node, latency, ms, requests]) =>
      withSeries(
        withSeries(made, node, requests, 'Sum', (ours) => 100 + ours),
        node,
        latency,
        'Average',
        noisy(ms, slowerMs),
      ),
    longer,
  );
}

const found = (of: PlatformRun) => findingsOf('baseline-change', of);

describe('baseline-change', () => {
  it('names what changed since before the run where a target is missed, as a bottleneck', () => {
    const slow = withOthers(60, 1);
    expect(found(slow)).toMatchObject([
      {
        verdict: 'warn',
        title: expect.stringContaining('dynamodb:characters is what changed'),
        limiter: { node: 'dynamodb:characters', harm: 'slow' },
      },
    ]);
    expect(judge(slow).bottlenecks[0]).toMatchObject({ node: 'dynamodb:characters', score: 0.7 });
  });

  it('is inconclusive where some of the platform was not read: what is left would be blamed', () => {
    const table = { node: 'dynamodb:characters', metric: 'SuccessfulRequestLatency' };
    const unread = withUnread(withOthers(60, 1), [table]);
    expect(found(unread)).toEqual([]);
    const questions = (of: PlatformRun) => judge(of).findings.flatMap(({ evidence }) => evidence.map(({ what }) => what));
    expect(questions(unread)).toContain('Where a target is missed, what is otherwise than before the run?');
    expect(questions(withUnread(withOthers(60, 5000), [table]))).not.toContain(
      'Where a target is missed, what is otherwise than before the run?',
    );
  });

  it('has nothing to say where no target is missed, nothing changed, or nobody played before', () => {
    expect(found(withOthers(60, 5000))).toEqual([]);
    expect(found(withOthers(0, 1))).toEqual([]);
    const idle = withPlatform(withLimit(run, 'latency-avg', 1));
    expect(found({ ...idle, inventory: { ...idle.inventory, edges: EDGES } })).toEqual([]);
  });
});
