import { type CpuInfo, cpus } from 'node:os';

const EVERY_MS = 250;
/** A start takes most of a processor for a quarter of a second. Guess: tune. */
const SPARE_SHARE = 0.2;

/** Looks at the processors of this machine from now on. @returns whether enough of their time was idle when last looked at */
export const watchProcessors = (): (() => boolean) => {
  let before = cpus();
  let spare = true;
  setInterval(() => {
    const now = cpus();
    spare = idleShare(before, now) >= SPARE_SHARE;
    before = now;
  }, EVERY_MS).unref();
  return () => spare;
};

type Times = Pick<CpuInfo, 'times'>;

/** Of all processors' time between two looks; 1 where their counters stood still. */
export const idleShare = (before: readonly Times[], now: readonly Times[]): number => {
  const passed = sum(now, allOf) - sum(before, allOf);
  return passed > 0 ? (sum(now, idleOf) - sum(before, idleOf)) / passed : 1;
};

const sum = (processors: readonly Times[], of: (processor: Times) => number): number =>
  processors.reduce((total, processor) => total + of(processor), 0);
const idleOf = ({ times }: Times): number => times.idle;
const allOf = ({ times }: Times): number => Object.values(times).reduce((total, time) => total + time, 0);
