import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withHours, withLimits, withSeries } from '../../tests/platform.ts';
import { judgedRun, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import type { TargetId } from '../contract.ts';
import { breaks } from './effects.ts';
import { RULES, rightSizing } from './index.ts';

const HELPERS = [
  'cache-nodes.ts',
  'effects.ts',
  'fargate-use.ts',
  'guard.ts',
  'index.ts',
  'pricing.ts',
  'rule.ts',
  'shared-concurrency.ts',
  'strategies.ts',
];

describe('RULES', () => {
  it('lists every file of the folder that asks something, under its own name', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts') && !HELPERS.includes(file));
    expect(RULES.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted());
  });

  it('has a test for each', () => {
    const tests = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts'));
    expect(tests).toEqual(expect.arrayContaining(RULES.map(({ id }) => `${id}.test.ts`)));
  });

  it('has a row for each in docs/cost.md', () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/cost.md'), 'utf8');
    expect([...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id)).toEqual(RULES.map(({ id }) => id));
  });
});

describe('rightSizing', () => {
  it('says of every target what a recommendation does to it', () => {
    const run = sizedRun();
    const { recommendations } = sizesOf(run);
    expect(recommendations.length).toBeGreaterThan(1);
    for (const { effects } of recommendations) expect(effects.map(({ target }) => target)).toEqual(run.plan.limits.map(({ id }) => id));
  });

  it('takes nothing away from what AWS did not say all of', () => {
    const run = sizedRun();
    const of = (sizes: ReturnType<typeof sizesOf>) => sizes.recommendations.filter(({ node }) => node === 'dynamodb:guilds');
    expect(of(sizesOf(run))).not.toEqual([]);
    const series = [{ node: 'dynamodb:guilds', metric: 'ReadThrottleEvents' }];
    const gap = { source: 'cloudwatch' as const, reason: 'it may not be read', next: 'allow it', series };
    const unread = sizesOf({ ...run, inventory: { ...run.inventory, gaps: [gap] } });
    expect(of(unread)).toEqual([]);
    expect(unread.withheld).toContainEqual(expect.objectContaining({ node: 'dynamodb:guilds', to: null, reason: 'it may not be read' }));
  });

  it('has an answer whichever metric could not be read', () => {
    const run = sizedRun();
    for (const { node, metric } of run.platform.series) {
      const gap = { source: 'cloudwatch' as const, reason: `no ${metric}`, next: 'allow it', series: [{ node, metric }] };
      const { recommendations, withheld } = sizesOf({ ...run, inventory: { ...run.inventory, gaps: [gap] } });
      expect(recommendations.length + withheld.length).toBeGreaterThan(0);
    }
  });

  it('changes one thing of a node at a time', () => {
    const nodes = sizesOf(sizedRun()).recommendations.map(({ node }) => node);
    expect(new Set(nodes).size).toBe(nodes.length);
  });

  it('sizes for the target of throughput where the run by its plan could not reach it, and for no more than twice its load', () => {
    const judged = judgedRun(sizedRun());
    const skipped = (limit: number) => {
      const targets = judged.report.targets.map((each) =>
        each.id === 'throughput' ? { ...each, limit, verdict: 'skipped' as const, reason: 'out of reach' } : each,
      );
      return rightSizing({ ...judged, report: { ...judged.report, targets } });
    };
    const tasks = (sizes: ReturnType<typeof skipped>) => sizes.recommendations.find(({ rule }) => rule === 'fargate-size')?.to;
    expect(tasks(skipped(800))).toBe('2 × 0.5 vCPU and 2 GB');
    expect(tasks(skipped(1200))).toBe('2 × 1 vCPU and 2 GB');
    const far = skipped(1600);
    expect(tasks(far)).toBeUndefined();
    expect(far.withheld).toContainEqual(
      expect.objectContaining({
        rule: 'fargate-size',
        reason: expect.stringContaining('more than 2 times the tested load'),
        settledBy: 'A run at 800 requests/s or more.',
      }),
    );
  });

  it('recommends nothing of any platform that breaks a target or leaves something unsafe, and takes nothing away where a target does not hold', () => {
    const base = sizedRun();
    const judged = judgedRun(base);
    let recommended = 0;
    fc.assert(
      fc.property(anyPlatform, anyLimits, ({ cpu, memory, tasks, units, reads, executions, reserved, cache }, { limits, verdict }) => {
        const platform = [
          ['fargate:engine', 'CPUUtilization', 'Average', cpu],
          ['fargate:engine', 'MemoryUtilization', 'Maximum', memory],
          ['fargate:engine', 'RunningTaskCount', 'Average', tasks],
          ['dynamodb:guilds', 'ProvisionedReadCapacityUnits', 'Average', units],
          ['dynamodb:guilds', 'ConsumedReadCapacityUnits', 'Sum', 5 * reads],
          ['lambda:character', 'ConcurrentExecutions', 'Maximum', executions],
          ['elasticache:cache', 'DatabaseMemoryUsagePercentage', 'Maximum', cache],
        ].reduce((run, [node, metric, stat, value]) => withSeries(run, String(node), String(metric), String(stat), Number(value)), base);
        const run = withLimits(platform, 'lambda:character', { reservedConcurrency: reserved });
        const targets = judged.report.targets.map((each) => ({ ...each, limit: limits[each.id as TargetId], verdict }));
        const { recommendations } = rightSizing({ ...run, report: { ...judged.report, targets } });
        expect(recommendations.flatMap(({ effects }) => effects.filter(breaks))).toEqual([]);
        for (const { used, capacity, safe } of recommendations.flatMap(({ uses }) => uses))
          expect(used).toBeLessThanOrEqual(safe * capacity + 1e-6);
        if (verdict !== 'pass') expect(recommendations.filter(({ reduces }) => reduces)).toEqual([]);
        recommended += recommendations.length;
      }),
      { numRuns: 200 },
    );
    expect(recommended).toBeGreaterThan(100);
  });

  it('says that nothing is known where no period of the metrics lies within the window', () => {
    expect(sizesOf(withHours(sizedRun()))).toMatchObject({
      recommendations: [],
      withheld: [{ rule: 'platform-data', reason: expect.stringContaining('no period'), to: null }],
    });
  });
});

const anyPlatform = fc.record({
  cpu: fc.double({ min: 0, max: 100, noNaN: true }),
  memory: fc.double({ min: 0, max: 100, noNaN: true }),
  tasks: fc.integer({ min: 1, max: 8 }),
  units: fc.integer({ min: 1, max: 1000 }),
  reads: fc.double({ min: 0, max: 1000, noNaN: true }),
  executions: fc.integer({ min: 1, max: 200 }),
  reserved: fc.option(fc.integer({ min: 1, max: 900 })),
  cache: fc.double({ min: 0, max: 100, noNaN: true }),
});
/** Near to what was measured, so that a change may well break them. */
const anyLimits = fc.record({
  verdict: fc.constantFrom('pass' as const, 'pass' as const, 'fail' as const, 'inconclusive' as const),
  limits: fc.record<Record<TargetId, number>>({
    'latency-avg': fc.double({ min: 28.2, max: 40, noNaN: true }),
    'latency-p95': fc.double({ min: 63, max: 400, noNaN: true }),
    'error-rate': fc.double({ min: 0.0001, max: 0.01, noNaN: true }),
    throughput: fc.double({ min: 100, max: 779, noNaN: true }),
    availability: fc.double({ min: 0.99, max: 0.9999, noNaN: true }),
  }),
});
