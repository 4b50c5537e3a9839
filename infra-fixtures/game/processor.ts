import { setTimeout as wait } from 'node:timers/promises';
import { environment } from './environment.ts';

/**
 * What a task of the game has to compute. Where the environment names a seeming share of a processor (`SEEMING_CPU_UNITS`), computing is waiting for as long
 * as it would take with that share, one computation after the other as on Node's one thread: a small machine can then stand for many busy ones.
 */

/** A vCPU: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size */
const VCPU_UNITS = 1024;

/** When the processor will be done with what it has been given, in milliseconds of `performance.now()`. */
let freeAt = 0;
let givenMs = 0;

/** @param cpuMs milliseconds of a whole vCPU */
export const compute = async (cpuMs: number): Promise<void> => {
  const units = environment().seemingCpuUnits;
  if (units === null) return burn(cpuMs);
  const now = performance.now();
  freeAt = Math.max(now, freeAt) + (cpuMs * VCPU_UNITS) / units;
  givenMs += cpuMs;
  await wait(freeAt - now);
};

/** Milliseconds of a whole vCPU that seem to have been used by now; what is still to be computed is not among them. */
export const seeminglyUsedMs = (): number => {
  const units = environment().seemingCpuUnits ?? VCPU_UNITS;
  return givenMs - (Math.max(0, freeAt - performance.now()) * units) / VCPU_UNITS;
};

const burn = (cpuMs: number): void => {
  const until = process.cpuUsage().user + cpuMs * 1000;
  while (process.cpuUsage().user < until);
};
