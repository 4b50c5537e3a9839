import { pid } from 'node:process';
import { describe, expect, it } from 'vitest';
import type { GeneratorSample } from '../../analyzers/contract.ts';
import { type Probes, watchGenerator } from './generator.ts';

/** Resolves with the first sample. */
const firstSample = async (probes?: Probes, enginePid?: number): Promise<GeneratorSample> => {
  const { promise, resolve } = Promise.withResolvers<GeneratorSample>();
  const watch = watchGenerator(
    async (sample) => resolve(sample),
    () => 5_000,
    probes,
  );
  if (enginePid !== undefined) watch.watchEngine(enginePid);
  try {
    return await promise;
  } finally {
    await watch.stop();
  }
};

const readings = [
  { busyMs: 1000, totalMs: 8000 },
  { busyMs: 1600, totalMs: 10_000 },
];
const probes = (engine: Probes['engine']): Probes => {
  let calls = 0;
  return { engine, machine: () => readings[calls++] ?? expect.unreachable(), ownMemoryBytes: () => 7 };
};

describe('watchGenerator', () => {
  it('measures engine, machine and itself', async () => {
    const sample = await firstSample(
      probes(async (engine) => ({ cpuCores: engine / 10, memoryBytes: 3 })),
      15,
    );
    expect(sample).toEqual({
      timeS: 5,
      engineCpuCores: 1.5,
      engineMemoryBytes: 3,
      machineCpu: 0.3,
      eventLoopLagMsP99: expect.any(Number),
      ownMemoryBytes: 7,
    });
    expect(sample.eventLoopLagMsP99).toBeGreaterThanOrEqual(0);
  });

  it('has nothing to say of an engine that is not there or gone', async () => {
    const gone = { engineCpuCores: null, engineMemoryBytes: null, ownMemoryBytes: 7 };
    expect(
      await firstSample(
        probes(async () => Promise.reject(new Error('no such process'))),
        15,
      ),
    ).toMatchObject(gone);
    expect(await firstSample(probes(async () => expect.unreachable('no engine to ask for')))).toMatchObject(gone);
  });

  it('reads a real process', async () => {
    const sample = await firstSample(undefined, pid);
    expect(sample.engineMemoryBytes).toBeGreaterThan(1e6);
    expect(sample.ownMemoryBytes).toBeGreaterThan(1e6);
    expect(sample.machineCpu).toBeGreaterThanOrEqual(0);
    expect(sample.machineCpu).toBeLessThanOrEqual(1);
  });
});
