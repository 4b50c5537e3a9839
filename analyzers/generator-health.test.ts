import { describe, expect, it } from 'vitest';
import { type SyntheticRun, syntheticRun } from '../tests/artifacts.ts';
import { withClient, withPlan, withSamples } from '../tests/judged.ts';
import type { GeneratorSummary } from './contract.ts';
import { summarizeGenerator } from './generator-health.ts';
import { runSeries } from './series.ts';
import { findWindow } from './window.ts';

const run = syntheticRun({ durationS: 90 });
const healthOf = ({ plan, client, generator }: SyntheticRun): GeneratorSummary =>
  summarizeGenerator(plan, client, generator, findWindow(plan, client, runSeries(client)));

describe('summarizeGenerator', () => {
  it('finds a healthy generator healthy, with its figures', () => {
    const health = healthOf(run);
    expect(health).toMatchObject({ saturated: false, droppedIterations: 0 });
    expect(health.engineCpuCoresP50).toBeCloseTo(0.4, 1);
    expect(health.machineCpuP50).toBeCloseTo(0.35, 1);
    expect(health.ownMemoryBytesMax).toBeGreaterThan(90e6);
  });

  it.each<[string, SyntheticRun, RegExp]>([
    ['k6 on more than 80 % of two cores', withSamples(run, { engineCpuCores: 1.7 }), /k6 kept 85 % of 2 cores busy/],
    ['a machine at its end', withSamples(run, { machineCpu: 0.96 }), /the machine was 96 % busy$/],
    ['an event loop late by a second', withSamples(run, { eventLoopLagMsP99: 1200 }), /loadkit itself was held up for 1,200 ms/],
    [
      'dropped iterations',
      withClient(run, { droppedIterations: run.client.droppedIterations.map((_, slot) => (slot === 40 ? 3 : 0)) }),
      /3 iterations could not be started/,
    ],
    [
      'pushes that stayed away',
      withClient(run, { gaps: [{ fromS: run.client.startS + 40, toS: run.client.startS + 44 }] }),
      /no measurements came from k6 for 4 s/,
    ],
  ])('sees %s', (_, strained, reason) => {
    expect(healthOf(strained)).toMatchObject({ saturated: true, reason: expect.stringMatching(reason) });
  });

  it('says that an embedded target runs on the same machine', () => {
    const embedded = withPlan(withSamples(run, { machineCpu: 1 }), { target: { ...run.plan.target, embedded: true } });
    expect(healthOf(embedded).reason).toContain('the embedded target runs on it too');
  });

  it('looks at the window: a busy ramp and a gap before it do no harm', () => {
    const samples = run.generator.samples.map((sample, index) =>
      index < 8 ? { ...sample, machineCpu: 1, eventLoopLagMsP99: 2000 } : sample,
    );
    const gaps = [{ fromS: run.client.startS + 1, toS: run.client.startS + 6 }];
    expect(healthOf({ ...withClient(run, { gaps }), generator: { samples } }).saturated).toBe(false);
  });

  it('does not know what could not be read', () => {
    expect(healthOf({ ...run, generator: { samples: [] } })).toMatchObject({ saturated: null, engineCpuCoresP50: null });
    expect(healthOf(withSamples(run, { engineCpuCores: null, machineCpu: null })).saturated).toBeNull();
    expect(healthOf(withSamples(run, { engineCpuCores: null })).saturated).toBe(false);
  });
});
