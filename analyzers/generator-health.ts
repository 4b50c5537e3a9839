import { median } from 'simple-statistics';
import type { Client, Generator, GeneratorSample, GeneratorSummary, Missing, Plan, Window } from './contract.ts';
import { isMissing } from './contract.ts';
import { total } from './series.ts';
import { figure, percent, plural } from './words.ts';

/** k6 asks for 20 % idle: https://grafana.com/docs/k6/latest/testing-guides/running-large-tests/#cpu */
const ENGINE_SHARE_MAX = 0.8;
/** A machine this busy makes every process wait its turn, whoever keeps it busy. Guess: tune. */
const MACHINE_SHARE_MAX = 0.95;
/** loadkit samples once a second: a loop that is late by as much has missed its turn. Guess: tune. */
const EVENT_LOOP_LAG_MS_MAX = 1000;
/** Pushes come once a second: three lost in a row are no accident. Guess: tune. */
const GAP_S_MAX = 3;
/** Half of the samples may be unreadable before the others stop to speak for all. Guess: tune. */
const READABLE_SHARE_MIN = 0.5;

/**
 * How the machine that made the load fared, over the window where there is one, else over all samples. `saturated` is null when neither
 * the engine's nor the machine's processor use could be read: then nobody knows.
 */
export function summarizeGenerator(plan: Plan, client: Client, generator: Generator, window: Window | Missing): GeneratorSummary {
  const inWindow = isMissing(window) ? [] : generator.samples.filter(({ timeS }) => timeS >= window.fromS && timeS <= window.toS);
  const samples = inWindow.length > 0 ? inWindow : generator.samples;
  const cores = readable(samples, (sample) => sample.engineCpuCores);
  const machine = readable(samples, (sample) => sample.machineCpu);
  const summary = {
    engineCpuCoresP50: medianOf(cores),
    engineCpuCoresMax: maxOf(cores),
    machineCpuP50: medianOf(machine),
    machineCpuMax: maxOf(machine),
    engineMemoryBytesMax: maxOf(readable(samples, (sample) => sample.engineMemoryBytes)),
    eventLoopLagMsMax: maxOf(readable(samples, (sample) => sample.eventLoopLagMsP99)),
    ownMemoryBytesMax: maxOf(readable(samples, (sample) => sample.ownMemoryBytes)),
    droppedIterations: total(client.droppedIterations),
  };
  const strains = strainsOf(plan, client, window, summary);
  if (strains.length > 0) return { ...summary, saturated: true, reason: strains.join('; ') };
  const enough = Math.max(cores.length, machine.length) >= READABLE_SHARE_MIN * samples.length && samples.length > 0;
  if (!enough) return { ...summary, saturated: null, reason: 'its processor use could not be read' };
  return { ...summary, saturated: false, reason: 'no sign of strain' };
}

type Measured = Omit<GeneratorSummary, 'saturated' | 'reason'>;

/** Every sign of strain, each a clause of one sentence. */
function strainsOf(plan: Plan, client: Client, window: Window | Missing, measured: Measured): string[] {
  const strains: string[] = [];
  const engineShare = measured.engineCpuCoresP50 === null ? null : measured.engineCpuCoresP50 / plan.machine.cpus;
  if (engineShare !== null && engineShare > ENGINE_SHARE_MAX) {
    strains.push(`k6 kept ${percent(engineShare)} of ${plural(plan.machine.cpus, 'core')} busy, ${percent(ENGINE_SHARE_MAX)} is its limit`);
  }
  if (measured.machineCpuP50 !== null && measured.machineCpuP50 >= MACHINE_SHARE_MAX) {
    const embedded = plan.target.embedded ? ' (the embedded target runs on it too)' : '';
    strains.push(`the machine was ${percent(measured.machineCpuP50)} busy${embedded}`);
  }
  if (measured.droppedIterations !== null && measured.droppedIterations > 0) {
    strains.push(`${plural(measured.droppedIterations, 'iteration')} could not be started for want of free users`);
  }
  if (measured.eventLoopLagMsMax !== null && measured.eventLoopLagMsMax >= EVENT_LOOP_LAG_MS_MAX) {
    strains.push(`loadkit itself was held up for ${figure(measured.eventLoopLagMsMax)} ms`);
  }
  const gapS = longestGapS(client, window);
  if (gapS > GAP_S_MAX) strains.push(`no measurements came from k6 for ${figure(gapS)} s`);
  return strains;
}

function longestGapS(client: Client, window: Window | Missing): number {
  const { fromS, toS } = isMissing(window) ? { fromS: Number.NEGATIVE_INFINITY, toS: Number.POSITIVE_INFINITY } : window;
  const touching = client.gaps.filter((gap) => gap.toS > fromS && gap.fromS < toS);
  return touching.reduce((longest, gap) => Math.max(longest, gap.toS - gap.fromS), 0);
}

function readable(samples: readonly GeneratorSample[], read: (sample: GeneratorSample) => number | null): number[] {
  return samples.map(read).filter((value): value is number => value !== null && Number.isFinite(value));
}

const medianOf = (values: number[]): number | null => (values.length === 0 ? null : median(values));
const maxOf = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b)));
