import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { format } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import type { FromWorker, FunctionError, Invocation, WorkerInput } from './execution-environment.ts';
import { RUNTIME_MB } from './function-memory.ts';

/**
 * The thread of one execution environment, in the part of Lambda's runtime for Node: loads its handler and answers one invocation after the other. It is
 * not frozen between them, as one on Lambda is.
 */

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html : 6 MB of payload, with some room for what is around it. */
const RESPONSE_MAX_BYTES = 6_291_556;
const BYTES_PER_MB = 2 ** 20;

const { name, codeUrl, initMs, context: settings } = workerData as WorkerInput;
const send = (message: FromWorker): void => parentPort?.postMessage(message);

/** Null between invocations. */
let current: Invocation | null = null;

// What is printed goes to the host at once and in the order of the outcome: the streams that Node gives a thread are slower than its messages.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    send({ type: 'printed', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
    const written = rest.at(-1);
    if (typeof written === 'function') queueMicrotask(() => (written as () => void)());
    return true;
  };
}

/** As Lambda's runtime does: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html . A line break in it would make two lines of one. */
const print = (level: string, message: string): void => {
  const text = message.replaceAll('\n', '\r');
  process.stdout.write(`${new Date().toISOString()}\t${current?.requestId ?? 'undefined'}\t${level}\t${text}\n`);
};
const LEVELS = { log: 'INFO', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR', trace: 'TRACE' } as const;
for (const [method, level] of Object.entries(LEVELS)) {
  Object.assign(globalThis.console, { [method]: (...args: unknown[]) => print(level, format(...args)) });
}

/** What Lambda hands to a handler: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
const contextOf = ({ requestId, deadlineMs }: Invocation): Context => ({
  ...settings,
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  done: notSupported,
  fail: notSupported,
  succeed: notSupported,
});

const notSupported = (): never => {
  throw new Error('callbacks are gone from Lambda since nodejs24.x: return a promise');
};

const errorOf = (error: unknown): FunctionError =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

/** Time of this thread on a CPU. Before Node 23.9 that can't be asked for, and the time that its event loop was busy stands for it. */
const cpuMs = (): number => {
  if (typeof process.threadCpuUsage !== 'function') return performance.eventLoopUtilization().active;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** What V8 has taken for this thread's heap and its buffers, beside the runtime's own: it isn't given back at once, so it is close to the peak. */
const memoryMb = (): number => {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
  return RUNTIME_MB + (heap + external) / BYTES_PER_MB;
};

const answer = async (handler: Handler, invocation: Invocation): Promise<void> => {
  current = invocation;
  process.env['_X_AMZN_TRACE_ID'] = invocation.traceHeader;
  const before = cpuMs();
  let result: { json: string } | { error: FunctionError };
  try {
    // A result is JSON on Lambda, so what JSON does not have is lost here too.
    const json = JSON.stringify(await handler(invocation.event, contextOf(invocation))) ?? 'null';
    result = Buffer.byteLength(json) <= RESPONSE_MAX_BYTES ? { json } : { error: tooLarge(json) };
  } catch (error) {
    result = { error: errorOf(error) };
  }
  if ('error' in result)
    print('ERROR', `Invoke Error \t${JSON.stringify({ ...result.error, trace: undefined, stack: result.error.trace })}`);
  current = null;
  send({ type: 'outcome', ...result, cpuMs: cpuMs() - before, memoryMb: memoryMb() });
};

const tooLarge = (json: string): FunctionError => ({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size (${Buffer.byteLength(json)} bytes) exceeded maximum allowed payload size (${RESPONSE_MAX_BYTES} bytes).`,
  trace: [],
});

try {
  if (initMs > 0) await wait(initMs);
  const { handler } = (await import(codeUrl)) as { handler?: Handler };
  if (typeof handler !== 'function') throw new TypeError(`${name}.handler is undefined or not exported`);
  parentPort?.on('message', (invocation: Invocation) => void answer(handler, invocation));
  send({ type: 'ready', memoryMb: memoryMb() });
} catch (error) {
  send({ type: 'failed', error: errorOf(error) });
}
