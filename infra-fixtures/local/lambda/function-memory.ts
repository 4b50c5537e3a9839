/** What a function's memory size gives it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */

/** "At 1,769 MB, a function has the equivalent of one vCPU", and less in proportion. */
const MB_PER_VCPU = 1769;

/**
 * What an invocation has to wait besides, so that its work takes as long as with the share of a CPU that its memory gives it: a handler is one thread, so
 * more than one CPU makes it no faster.
 *
 * @param cpuMs time that its thread was on a CPU of this machine
 */
export const cpuWaitMs = (cpuMs: number, memoryMb: number): number => cpuMs * Math.max(0, MB_PER_VCPU / memoryMb - 1);

/**
 * A thread of this machine has only its heap; an environment of Lambda has a runtime, an operating system's libraries and a log agent too. A function that
 * does nothing reports some 65 MB there, with 10 MB of heap. Guess: tune.
 */
export const RUNTIME_MB = 55;

/** V8 doesn't start with less. */
const HEAP_MIN_MB = 16;

/** What the heap may grow to before Lambda would end the environment. */
export const heapMaxMb = (memoryMb: number): number => Math.max(HEAP_MIN_MB, memoryMb - RUNTIME_MB);
