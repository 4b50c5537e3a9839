import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../contract.ts';
import { ALL_READ } from '../unread-series.ts';
import { breaks } from './effects.ts';
import { type Guarded, guard, type Question } from './guard.ts';
import { pricingOf } from './pricing.ts';
import type { Asked, Change, RightSizingInput } from './rule.ts';

const stretch = {
  file: { schemaVersion: 1 as const, periodS: 60, times: [], nodes: [], edges: [], series: [] },
  periods: [],
  unread: ALL_READ,
};
const target = (id: string, limit: number, value: number, interval: Target['interval'] = null): Target => ({
  id,
  limit,
  value,
  unit: '',
  interval,
  verdict: 'pass',
});
const TARGETS = [
  target('latency-avg', 500, 100, [90, 110]),
  target('latency-p95', 2000, 300, [280, 320]),
  target('error-rate', 0.01, 0.001, [0, 0.002]),
  target('throughput', 150, 200, [190, 210]),
  target('availability', 0.999, 1, [0.9995, 1]),
];
const input = (over: Partial<RightSizingInput> = {}): RightSizingInput => ({
  inventory: { schemaVersion: 1, region: 'us-east-1', resources: [], edges: [], gaps: [] },
  ...{ stretch, whole: stretch, history: stretch },
  window: { fromS: 0, toS: 60, steady: true, reason: 'steady' },
  targets: TARGETS,
  load: { users: 1000, requestsPerS: 200, factor: 1, latencyMsP99: 600, latencyMsMax: 900, generatorSaturated: false },
  prices: pricingOf('us-east-1'),
  others: [],
  strategy: 'cost',
  ...over,
});

const change = (over: Partial<Change> = {}): Change => ({
  from: '2',
  to: '1',
  savingPerMonth: { amount: 10, currency: 'USD' },
  unpriced: null,
  reduces: true,
  impact: { latencyMs: 0, refused: 0, why: 'as measured' },
  uses: [{ what: 'processor', unit: 'vCPU', used: 0.5, capacity: 1, safe: 0.7 }],
  risk: { level: 'low', why: 'none' },
  why: 'half of it was used',
  ...over,
});
const asked = (node: string, ...changes: Change[]): Asked & Question => ({
  ...{ rule: 'rule', setting: 'size', buys: false },
  ...{ node, answer: { changes } },
});
const impact = (latencyMs: Change['impact']['latencyMs'], refused: Change['impact']['refused'] = 0) => ({
  impact: { latencyMs, refused, why: 'as measured' },
});
const reasonOf = ({ withheld }: Guarded) => withheld[0]?.reason;

describe('guard', () => {
  it('lets through what breaks nothing, and says what it does to each target', () => {
    const { recommendations, withheld } = guard([asked('a', change(impact(10)))], input());
    expect(withheld).toEqual([]);
    expect(recommendations[0]?.effects).toMatchObject([
      { target: 'latency-avg', effect: 'worse', estimate: 120, limit: 500 },
      // p99 of 600 ms, and 25 times 10 ms.
      { target: 'latency-p95', effect: 'worse', estimate: 850 },
      { target: 'error-rate', effect: 'none', estimate: null },
      // 1,000 users at 200/s wait 5 s for each request, and 10 ms more.
      { target: 'throughput', effect: 'worse', estimate: expect.closeTo(190 / 1.002, 9) },
      { target: 'availability', effect: 'none' },
    ]);
  });

  it.each([
    ['latency-avg', change(impact(390))],
    ['latency-p95', change(impact(56))],
    ['error-rate', change(impact(0, 0.0081))],
    ['availability', change(impact(0, 0.0006))],
  ])('withholds what could bring %s to its limit', (id, broken) => {
    expect(reasonOf(guard([asked('a', broken)], input()))).toContain(`it could bring ${id} to`);
  });

  it('withholds what would slow users down below the throughput that is asked for', () => {
    const targets = [target('throughput', 189.2, 200, [190, 210])];
    expect(reasonOf(guard([asked('a', change(impact(30)))], input({ targets })))).toContain(
      'it could bring throughput to 189, and the limit is 189',
    );
    expect(guard([asked('a', change(impact(20)))], input({ targets })).recommendations).toHaveLength(1);
  });

  it('counts changes together, the largest saving first', () => {
    const dear = change({ ...impact(30), savingPerMonth: { amount: 50, currency: 'USD' } });
    const { recommendations, withheld } = guard([asked('a', change(impact(30))), asked('b', dear)], input());
    expect(recommendations.map(({ node }) => node)).toEqual(['b']);
    expect(withheld).toMatchObject([{ node: 'a', reason: expect.stringContaining('latency-p95 to 2,100') }]);
  });

  it('sizes before it buys, whatever is saved by that, and buys nothing of which the size is to change', () => {
    const dear = change({ savingPerMonth: { amount: 50, currency: 'USD' }, reduces: false });
    const buying = (node: string, ...of: string[]) => ({ ...asked(node, dear), buys: true, setting: 'reservation', of });
    const { recommendations, withheld } = guard(
      [buying('tables', 'a', 'b'), buying('c', 'c'), asked('b', change()), asked('d', change())],
      input(),
    );
    expect(recommendations.map(({ node }) => node)).toEqual(['b', 'd', 'c']);
    expect(withheld).toMatchObject([{ node: 'tables', reason: expect.stringMatching(/^another change of b comes first \(size\)/) }]);
  });

  it('buys nothing after a run that leaves a doubt, since that says too little of the size', () => {
    const buying = { ...asked('a', change({ reduces: false })), buys: true, setting: 'reservation' };
    const load = { ...input().load, generatorSaturated: null };
    expect(reasonOf(guard([buying], input({ load })))).toContain('the load generator was the limit');
    expect(guard([{ ...buying, buys: false }], input({ load })).recommendations).toHaveLength(1);
    expect(guard([buying], input()).recommendations).toHaveLength(1);
  });

  it('takes the next one where the one that is wanted most breaks something', () => {
    const { recommendations } = guard([asked('a', change({ to: '1', ...impact(500) }), change({ to: '1.5', ...impact(5) }))], input());
    expect(recommendations).toMatchObject([{ to: '1.5' }]);
  });

  it('withholds what leaves something used beyond what is safe', () => {
    const uses = [{ what: 'processor', unit: 'vCPU', used: 0.71, capacity: 1, safe: 0.7 }];
    expect(reasonOf(guard([asked('a', change({ uses }))], input()))).toContain('it would leave processor at 0.71 of 1 vCPU');
    expect(reasonOf(guard([asked('a', change({ uses, reduces: false }))], input()))).toContain('it would leave processor');
  });

  it('takes nothing away for an effect that nobody knows, and mends all the same', () => {
    expect(reasonOf(guard([asked('a', change(impact('unknown')))], input()))).toContain('what it does to latency-avg is not known');
    expect(guard([asked('a', change({ reduces: false, ...impact('unknown', 'less') }))], input()).recommendations).toHaveLength(1);
    const own = [...TARGETS, target('k6:chat_round_trip:p(95)<500', 500, 0)];
    expect(reasonOf(guard([asked('a', change(impact(1)))], input({ targets: own })))).toContain('k6:chat_round_trip');
    expect(guard([asked('a', change())], input({ targets: own })).recommendations).toHaveLength(1);
  });

  it.each([
    ['a target is missed', { targets: [{ ...target('latency-avg', 50, 100), verdict: 'fail' as const }] }, 'the run missed latency-avg'],
    [
      'a target is not known to hold',
      { targets: [{ ...target('availability', 0.999, 1), verdict: 'inconclusive' as const, reason: 'too few requests' }] },
      'availability is not known to hold: too few requests',
    ],
    ['there is no target', { targets: [] }, 'held to no target'],
    ['the run was not steady', { window: { fromS: 0, toS: 60, steady: false, reason: 'it grew' } }, 'the run was not steady: it grew'],
    ['the generator was the limit', { load: { ...input().load, generatorSaturated: true } }, 'generator'],
    ['nobody watched the generator', { load: { ...input().load, generatorSaturated: null } }, 'generator'],
    ['nobody counted the requests', { load: { ...input().load, requestsPerS: null } }, 'how many requests'],
    ['the load was far from what is asked for', { load: { ...input().load, factor: 2.1 } }, 'more than 2 times the tested load'],
  ])('takes nothing away where %s', (_, over, reason) => {
    const more = change({ reduces: false, ...impact('less', 'less') });
    const { recommendations, withheld } = guard([asked('a', change()), asked('b', more)], input(over));
    expect(recommendations.map(({ node }) => node)).toEqual(['b']);
    expect(withheld[0]?.reason).toContain(reason);
  });

  it('never recommends what could break a target, and takes nothing away after a run that did not hold', () => {
    let recommended = 0;
    fc.assert(
      fc.property(anyAnswers, fc.array(anyTarget, { maxLength: 4 }), fc.boolean(), (answers, targets, steady) => {
        const of = input({ targets, window: { fromS: 0, toS: 60, steady, reason: '' } });
        const { recommendations, withheld } = guard(
          answers.map((changes, i) => asked(`node-${i}`, ...changes)),
          of,
        );
        const made = recommendations.flatMap(({ to }) => answers.flat().filter((each) => each.to === to));
        const holds = steady && targets.length > 0 && targets.every(({ verdict }) => verdict === 'pass' || verdict === 'skipped');
        for (const { effects } of recommendations) {
          expect(effects).toHaveLength(targets.length);
          expect(effects.filter(breaks)).toEqual([]);
        }
        for (const { reduces, uses } of made) {
          if (reduces) expect(holds).toBe(true);
          for (const { used, capacity, safe } of uses) expect(used).toBeLessThanOrEqual(safe * capacity + 1e-3);
        }
        expectTargetsHold(targets, made);
        expect(recommendations.length + withheld.length).toBe(answers.length);
        recommended += recommendations.length;
      }),
      { numRuns: 2000 },
    );
    expect(recommended).toBeGreaterThan(1000);
  });
});

const number = fc.double({ min: -1e4, max: 1e4 });
const shift = fc.oneof(
  fc.constantFrom('less' as const, 'unknown' as const, Number.NaN, 0),
  number,
  fc.double({ min: 0, max: 0.02, noNaN: true }),
);
const anyChange = fc
  .record({
    reduces: fc.boolean(),
    latencyMs: shift,
    refused: shift,
    used: number,
    capacity: number,
    amount: fc.option(fc.double({ min: -1e3, max: 1e3, noNaN: true })),
  })
  .map(({ reduces, latencyMs, refused, used, capacity, amount }) =>
    change({
      reduces,
      ...impact(latencyMs, refused),
      uses: [{ what: 'it', unit: '', used, capacity, safe: 0.7 }],
      savingPerMonth: amount === null ? null : { amount, currency: 'USD' },
    }),
  );
/** Each change has a name of its own. */
const anyAnswers = fc
  .array(fc.array(anyChange, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
  .map((answers) => answers.map((changes, i) => changes.map((each, j) => ({ ...each, to: `${i}.${j}` }))));
const anyTarget = fc
  .record({
    id: fc.constantFrom('latency-avg', 'latency-p95', 'error-rate', 'throughput', 'availability', 'k6:own:p(95)<1'),
    limit: fc.double({ min: 0, max: 1000, noNaN: true }),
    value: fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
    verdict: fc.constantFrom<Target['verdict'][]>('pass', 'pass', 'pass', 'skipped', 'inconclusive', 'fail'),
  })
  .map((each): Target => ({ ...each, unit: '', interval: null }));

/** All changes together, reckoned anew. */
function expectTargetsHold(targets: readonly Target[], changes: readonly Change[]): void {
  const sum = (of: (each: Change['impact']) => Change['impact']['refused']): number =>
    changes.map((each) => of(each.impact)).reduce<number>((total, each) => total + (typeof each === 'number' && each > 0 ? each : 0), 0);
  const [delay, refused] = [sum(({ latencyMs }) => latencyMs), sum((each) => each.refused)];
  for (const { id, limit, value } of targets) {
    if (value === null || limit === null) continue;
    if (id === 'latency-avg' && delay > 0) expect(value + delay).toBeLessThan(limit + 1e-6);
    if (id === 'latency-p95' && delay > 0) expect(600 + 25 * delay).toBeLessThan(limit + 1e-6);
    if (id === 'error-rate' && refused > 1e-6) expect(value + refused).toBeLessThan(limit + 1e-6);
    if (id === 'availability' && refused > 1e-6) expect(value - refused).toBeGreaterThan(limit - 1e-6);
  }
}
