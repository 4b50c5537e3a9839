import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import pidusage from 'pidusage';
import type { GeneratorSample } from '../../analyzers/contract.ts';

/** Watches the machine and the processes that make the load: if they are the bottleneck, latencies say nothing about the target. */

const SAMPLE_INTERVAL_MS = 1_000;

/** How often the event loop is looked at. A delay is what comes on top of it. */
const LOOP_RESOLUTION_MS = 20;

/** What can be read about the machine. Tests bring their own. */
export interface Probes {
  /** Processor use in cores since the last call, resident memory in bytes. Rejects when the process is gone. */
  engine(pid: number): Promise<{ cpuCores: number; memoryBytes: number }>;
  /** Busy and total time of all cores since boot, in milliseconds. */
  machine(): { busyMs: number; totalMs: number };
  ownMemoryBytes(): number;
}

export interface GeneratorWatch {
  /** From now on, samples hold the engine's processor use and memory. */
  watchEngine(pid: number): void;
  /** Resolves when the sample under way has been kept. */
  stop(): Promise<void>;
}

/** Takes a sample every second until stopped. */
export const watchGenerator = (
  keep: (sample: GeneratorSample) => Promise<void>,
  now: () => number,
  probes: Probes = realProbes,
): GeneratorWatch => {
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  let pid: number | null = null;
  let machineBefore = probes.machine();
  let underWay: Promise<void> | null = null;

  const sample = async (): Promise<void> => {
    const engine = pid === null ? null : await probes.engine(pid).catch(() => null);
    const machine = probes.machine();
    const totalMs = machine.totalMs - machineBefore.totalMs;
    const machineCpu = totalMs > 0 ? (machine.busyMs - machineBefore.busyMs) / totalMs : null;
    machineBefore = machine;
    const eventLoopLagMsP99 = loop.count > 0 ? Math.max(0, loop.percentile(99) / 1e6 - LOOP_RESOLUTION_MS) : 0;
    loop.reset();
    await keep({
      timeS: now() / 1000,
      engineCpuCores: rounded(engine?.cpuCores ?? null, 3),
      engineMemoryBytes: engine?.memoryBytes ?? null,
      machineCpu: rounded(machineCpu, 3),
      eventLoopLagMsP99: rounded(eventLoopLagMsP99, 1) ?? 0,
      ownMemoryBytes: probes.ownMemoryBytes(),
    });
  };
  const timer = setInterval(() => {
    // A slow probe (on macOS and Windows it starts a process) skips a beat rather than pile up. What can't be kept, the journal has reported.
    underWay ??= sample()
      .catch(() => undefined)
      .finally(() => {
        underWay = null;
      });
  }, SAMPLE_INTERVAL_MS);
  timer.unref();

  return {
    watchEngine: (engine) => {
      pid = engine;
    },
    stop: async () => {
      clearInterval(timer);
      await underWay;
      loop.disable();
      if (pid !== null) pidusage.clear();
    },
  };
};

const realProbes: Probes = {
  engine: async (pid) => {
    const { cpu, memory } = await pidusage(pid);
    return { cpuCores: cpu / 100, memoryBytes: memory };
  },
  machine: () => {
    let busyMs = 0;
    let totalMs = 0;
    for (const { times } of cpus()) {
      const busy = times.user + times.nice + times.sys + times.irq;
      busyMs += busy;
      totalMs += busy + times.idle;
    }
    return { busyMs, totalMs };
  },
  ownMemoryBytes: () => memoryUsage.rss(),
};

const rounded = (value: number | null, digits: number): number | null => (value === null ? null : Number(value.toFixed(digits)));
