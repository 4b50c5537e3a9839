import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
import { saidOf, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import { FARGATE_SIZES } from '../models/cost/index.ts';

const NODE = 'fargate:engine';
/** Within the ramp. */
const BEGUN_S = Date.parse('2026-11-24T10:00:10Z') / 1000;
interface Shape {
  cpuUnits?: number;
  memoryMb?: number;
  tasks?: number;
  cpu?: number;
  memory?: number;
}
function service({ cpuUnits = 1024, memoryMb = 4096, tasks = 2, cpu = 30, memory = 25 }: Shape): PlatformRun {
  const sized = withLimits(sizedRun(), NODE, { cpuUnits, memoryMb });
  return [
    ['RunningTaskCount', 'Average', tasks],
    ['CPUUtilization', 'Average', cpu],
    ['MemoryUtilization', 'Maximum', memory],
  ].reduce((run, [metric, stat, value]) => withSeries(run, NODE, String(metric), String(stat), Number(value)), sized);
}
const said = (run: PlatformRun) => saidOf(sizesOf(run), 'fargate-size', NODE);

describe('fargate-size', () => {
  it('takes the cheapest pair that Fargate has and the load leaves safe', () => {
    // 0.6 vCPU of 2, and 1 GB of 4 in each.
    const { recommended } = said(service({}));
    expect(recommended).toMatchObject({
      from: '2 × 1 vCPU and 4 GB',
      to: '2 × 0.5 vCPU and 2 GB',
      uses: [
        { unit: 'vCPU', used: 0.6, capacity: 1, safe: 0.7 },
        { unit: 'GB', used: 1, capacity: 2, safe: 0.8 },
      ],
    });
    expect(recommended?.savingPerMonth?.amount).toBeCloseTo(730 * 2 * (0.5 * 0.04048 + 2 * 0.004445), 6);
  });

  it('reckons with longer waits, and withholds what could bring a target to its limit', () => {
    const { recommended } = said(service({}));
    // 0.6 vCPU for 784 requests/s are 0.76 ms of one vCPU; 3.8 ms at half of one and 60 % busy, and 1.1 ms now.
    const [avg] = recommended?.effects ?? [];
    expect(avg?.estimate).toBeCloseTo(28.13 + 0.000765 * 1000 * (1 / 0.5 / 0.4 - 1 / 0.7), 1);
    const tight = service({});
    const limits = tight.plan.limits.map((each) => (each.id === 'latency-avg' ? { ...each, limit: 30 } : each));
    // k6's own threshold would be one that only k6 can judge.
    const client = { ...tight.client, exact: null };
    const held = said({ ...tight, client, plan: { ...tight.plan, limits } });
    // The smaller ones wait too long; a task of 1 vCPU with less memory does not.
    expect(held.recommended).toMatchObject({ to: '2 × 1 vCPU and 2 GB' });
  });

  it('never has fewer tasks than two, or than its scaling has at least', () => {
    expect(said(service({ tasks: 6, cpu: 1, memory: 5 })).recommended?.to).toBe('2 × 0.25 vCPU and 1 GB');
    const four = withLimits(service({ tasks: 6, cpu: 1, memory: 5 }), NODE, { tasksMin: 4 });
    expect(said(four).recommended?.to).toMatch(/^4 × /);
    const byQueue = withLimits(service({ tasks: 6, cpu: 1, memory: 5 }), NODE, { scaling: [{ metric: 'ActiveTasks', target: 100 }] });
    expect(said(byQueue).recommended?.to).toMatch(/^6 × /);
    expect(said(service({ tasks: 1, cpu: 5, memory: 5 })).recommended?.to).toMatch(/^1 × /);
  });

  it('keeps to the target of its scaling', () => {
    const at50 = withLimits(service({}), NODE, { scaling: [{ metric: 'ECSServiceAverageCPUUtilization', target: 50 }] });
    // 0.6 vCPU are more than half of 1.
    expect(said(at50).recommended?.to).toBe('2 × 1 vCPU and 2 GB');
  });

  it('counts the busiest period of all the run', () => {
    const rush = withSeries(service({}), NODE, 'CPUUtilization', 'Average', (_, timeS) =>
      timeS > Date.parse('2026-11-24T10:00:00Z') / 1000 && timeS < BEGUN_S ? 60 : 30,
    );
    expect(said(rush).recommended?.to).toBe('2 × 1 vCPU and 2 GB');
    // 40 % of three tasks that there were then are 60 % of two.
    const three = withSeries(service({}), NODE, 'RunningTaskCount', 'Average', (_, timeS) => (timeS < BEGUN_S ? 3 : 2));
    const busy = withSeries(three, NODE, 'CPUUtilization', 'Average', (_, timeS) => (timeS < BEGUN_S ? 40 : 30));
    expect(said(busy).recommended?.to).toBe('2 × 1 vCPU and 2 GB');
  });

  it('gives more to a service that is busy or full, by what Fargate has', () => {
    const busy = said(service({ cpuUnits: 512, memoryMb: 1024, cpu: 90, memory: 20 })).recommended;
    expect(busy).toMatchObject({ to: '3 × 0.5 vCPU and 1 GB', risk: { level: 'low' } });
    expect(busy?.savingPerMonth?.amount).toBeLessThan(0);
    expect(busy?.effects.map(({ effect }) => effect)).not.toContain('worse');
    const full = said(service({ cpuUnits: 512, memoryMb: 1024, cpu: 30, memory: 95 })).recommended;
    expect(full?.to).toBe('2 × 0.5 vCPU and 2 GB');
  });

  it('says so where its tasks changed, or what it is or uses is not known', () => {
    const scaled = withSeries(service({}), NODE, 'RunningTaskCount', 'Average', (_, timeS) => (timeS % 60 < 30 ? 2 : 3));
    expect(said(scaled).withheld?.reason).toContain('from 2 to 3 tasks');
    expect(said(withLimits(service({}), NODE, { cpuUnits: 1000 })).withheld?.reason).toContain("none of Fargate's");
    expect(said(withSeries(service({}), NODE, 'CPUUtilization', 'Average', null)).withheld?.reason).toContain('no CPUUtilization');
    const uncounted = withLimits(withSeries(service({}), NODE, 'RunningTaskCount', 'Average', null), NODE, { tasksDesired: null });
    expect(said(uncounted).withheld?.settledBy).toContain('Container Insights');
  });

  it('makes up for tasks with no more processors than one of them has: whether its program uses them nobody measured', () => {
    // 5 × 1 vCPU with 5 GB each need 3.6 vCPU: 2 × 2 vCPU with 5 GB would cost less than 4 × 1 vCPU with 3 GB.
    expect(said(service({ tasks: 5, cpu: 54, memory: 32, memoryMb: 5120 })).recommended?.to).toBe('4 × 1 vCPU and 3 GB');
    const shapes = FARGATE_SIZES.flatMap(({ vcpu, memoryGb }) => memoryGb.map((gb) => ({ cpuUnits: 1024 * vcpu, memoryMb: 1024 * gb })));
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 80 }),
        (shape, tasks, cpu, memory) => {
          const { recommended } = said(service({ ...shape, tasks, cpu, memory }));
          if (!recommended?.reduces) return;
          const [, , vcpu] = /^(\d+) × ([\d.]+) vCPU/.exec(recommended.to) ?? [];
          expect(Number(vcpu)).toBeLessThanOrEqual(Math.max(1, shape.cpuUnits / 1024));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('has the saving of its architecture, and the same size without a price', () => {
    const [x86, arm, unknown] = (['x86_64', 'arm64', null] as const).map(
      (arch) => said(withLimits(service({}), NODE, { arch })).recommended,
    );
    // 2 × 1 vCPU and 4 GB become 2 × 0.5 vCPU and 2 GB.
    expect(x86?.savingPerMonth?.amount).toBeCloseTo(730 * 2 * (0.5 * 0.04048 + 2 * 0.004445), 6);
    expect(arm?.savingPerMonth?.amount).toBeCloseTo(730 * 2 * (0.5 * 0.03238 + 2 * 0.00356), 6);
    expect(unknown).toMatchObject({ to: x86?.to, savingPerMonth: null, unpriced: expect.stringContaining('architecture') });
  });

  it('leaves the smallest alone', () => {
    const [smallest] = FARGATE_SIZES;
    expect(smallest).toMatchObject({ vcpu: 0.25 });
    expect(said(service({ cpuUnits: 256, memoryMb: 512 }))).toEqual({ recommended: null, withheld: null });
  });
});
