import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { withLimits, withoutResource, withPlatform, withSeries, withUnread } from '../../tests/platform.ts';
import { judge } from '../judge.ts';
import { runCost } from './run-cost.ts';

const run = withLimits(withPlatform(syntheticRun({ durationS: 120, users: 800 })), 'fargate:engine', { cpuUnits: 512, memoryMb: 1024 });
const { window, targets } = judge(run);
const rate = targets.find(({ id }) => id === 'throughput')?.value ?? 0;
const whole = { fromS: run.client.startS, toS: run.client.startS + 120 };
const costOf = (of = run) => runCost(of, { run: whole, window: window ?? whole, users: 800 });
const quantity = (of: ReturnType<typeof costOf>['month'], what: string) =>
  of.lines.filter((line) => line.what === what).reduce((sum, each) => sum + each.quantity, 0);
const MONTH_S = 730 * 3600;

describe('runCost', () => {
  it('prices a month at the load of the window, and the run itself', () => {
    const { month, run: used, perThousandUserHours } = costOf();
    expect(quantity(month, 'REST API requests') / (rate * MONTH_S)).toBeCloseTo(1, 1);
    expect(quantity(month, 'requests') / (rate * MONTH_S)).toBeCloseTo(1, 1);
    // 18 ms at 512 MB.
    expect(quantity(month, 'duration, x86_64') / (rate * MONTH_S * 0.018 * 0.5)).toBeCloseTo(1, 1);
    expect(quantity(month, 'vCPU, x86_64')).toBeCloseTo(2 * 0.5 * 730, 6);
    expect(quantity(month, 'reads, provisioned')).toBe(200 * 730);
    expect(quantity(month, 'reads, on-demand') / (0.5 * rate * MONTH_S)).toBeCloseTo(1, 1);
    expect(quantity(month, 'cache.t3.micro')).toBe(730);
    expect(perThousandUserHours).toBeCloseTo(((month.total ?? 0) / 730 / 800) * 1000, 9);
    // Two minutes of tasks; the begun hour of a node and of provisioned units.
    expect(quantity(used, 'vCPU, x86_64')).toBeCloseTo((2 * 0.5 * 120) / 3600, 6);
    expect(quantity(used, 'reads, provisioned')).toBe(200);
    expect(quantity(used, 'cache.t3.micro')).toBe(1);
    expect(used.total ?? 0).toBeLessThan(month.total ?? 0);
  });

  it('prices a load balancer by the hour and by its capacity, where that is told', () => {
    const balanced = {
      ...run,
      inventory: {
        ...run.inventory,
        resources: [...run.inventory.resources, { node: 'alb:engine', kind: 'alb' as const, dimensions: {}, limits: {} }],
      },
    };
    const idle = costOf(balanced).month;
    expect(quantity(idle, 'ALB')).toBe(730);
    expect(quantity(idle, 'ALB capacity')).toBe(0);
    expect(idle.unpriced).toEqual(['apigateway:chat: connection-minutes']);
    const busy = withSeries(balanced, 'alb:engine', 'RequestCount', 'Sum', 100);
    expect(costOf(busy).month.unpriced).toContain('alb:engine: LCUs');
    // Half a unit all the time: 0.5 × 5 s in each period.
    const told = costOf(withSeries(busy, 'alb:engine', 'ConsumedLCUs', 'Sum', (0.5 * 5) / 3600)).month;
    expect(quantity(told, 'ALB capacity')).toBeCloseTo(0.5 * 730, 6);
    expect(told.lines.filter(({ what }) => what.startsWith('ALB')).map(({ cost }) => cost)).toEqual([
      expect.closeTo(730 * 0.0225, 6),
      expect.closeTo(0.5 * 730 * 0.008, 6),
    ]);
    expect(told.unpriced).toEqual(['apigateway:chat: connection-minutes']);
  });

  it('prices functions and tasks by their architecture, and names it where it is not known', () => {
    const of = (arch: 'arm64' | null) =>
      costOf(withLimits(withLimits(run, 'lambda:character', { arch }), 'fargate:engine', { arch })).month;
    const [x86, arm, unknown] = [costOf().month, of('arm64'), of(null)];
    const cost = ({ lines }: typeof x86, what: string) => lines.find((line) => line.what === what)?.cost ?? Number.NaN;
    expect(cost(arm, 'duration, arm64') / cost(x86, 'duration, x86_64')).toBeCloseTo(0.0000133334 / 0.0000166667, 6);
    expect(cost(arm, 'vCPU, arm64') / cost(x86, 'vCPU, x86_64')).toBeCloseTo(0.03238 / 0.04048, 6);
    expect(cost(arm, 'memory, arm64') / cost(x86, 'memory, x86_64')).toBeCloseTo(0.00356 / 0.004445, 6);
    expect(unknown.unpriced).toEqual([
      'Lambda: duration, of unknown architecture',
      'Fargate: vCPU, of unknown architecture',
      'Fargate: memory, of unknown architecture',
      'apigateway:chat: connection-minutes',
    ]);
    expect(cost(unknown, 'requests')).toBe(cost(x86, 'requests'));
  });

  it('names what it can not price', () => {
    expect(costOf().month.unpriced).toEqual(['apigateway:chat: connection-minutes']);
    const counters = [{ name: 'ws_sessions', slots: run.client.users.map((_, slot) => (slot === 0 ? 50 : 0)) }];
    const { month } = costOf({ ...run, client: { ...run.client, counters } });
    expect(month.unpriced).toEqual([]);
    expect(quantity(month, 'WebSocket connections')).toBeCloseTo(50 * 730 * 60, 6);
    expect(runCost({ ...run, client: null }, { run: whole, window: whole, users: 800 }).month.unpriced).toContain(
      'apigateway:chat: connection-minutes',
    );
    const unread = withLimits(run, 'lambda:character', { memoryMb: null });
    expect(costOf(unread).month.unpriced).toContain('lambda:character');
    const forbidden = withUnread(run, [{ node: 'lambda:character', metric: 'Invocations' }]);
    expect(costOf(forbidden).month.unpriced).toContain('lambda:character');
    const unknown = withSeries(run, 'fargate:engine', 'RunningTaskCount', 'Average', null);
    expect(costOf(unknown).month.unpriced).toContain('fargate:engine');
    expect(costOf(withoutResource(run, 'fargate:engine')).month.unpriced).not.toContain('fargate:engine');
    expect(runCost(run, { run: whole, window: whole, users: null }).perThousandUserHours).toBeNull();
  });
});
