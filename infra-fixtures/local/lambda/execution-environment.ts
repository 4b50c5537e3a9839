import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { modulePath } from '../child.ts';
import { functionArn, functionLogGroup } from '../names.ts';
import type { FunctionSettings } from '../settings.ts';
import { heapMaxMb } from './function-memory.ts';

/** An environment of Lambda: a thread with a heap of its own that has loaded a function's handler and runs one invocation at a time. */
export interface ExecutionEnvironment {
  /** The name of its log stream. */
  readonly stream: string;
  /** Resolves when the handler is loaded. @throws EnvironmentError when it can't be, or the environment ended before */
  readonly ready: Promise<Initialization>;
  /** Resolves when there is no environment any more. */
  readonly ended: Promise<void>;
  /** Runs one. @throws EnvironmentError when the environment ended under it */
  run(invocation: Invocation): Promise<Outcome>;
  /** Ends it, whatever it is doing. */
  end(): void;
}

export interface Initialization {
  startedAtMs: number;
  readyAtMs: number;
  memoryMb: number;
}

export interface Invocation {
  requestId: string;
  deadlineMs: number;
  /** `_X_AMZN_TRACE_ID` while it runs. */
  traceHeader: string;
  event: object;
}

/** The handler's result as JSON, or what it threw. */
type Outcome = ({ json: string } | { error: FunctionError }) & {
  /** Time of its thread on a CPU. What Node's thread pool does for it (scrypt, for one) is not in it. */
  cpuMs: number;
  memoryMb: number;
};

/** As Lambda gives it to who invokes: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** The environment could not be started, or ended under an invocation. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  override readonly cause: FunctionError;

  constructor(cause: FunctionError) {
    super(cause.errorMessage);
    this.cause = cause;
  }
}

/** What the thread is started with. */
export interface WorkerInput {
  name: string;
  codeUrl: string;
  initMs: number;
  context: Pick<Context, 'functionName' | 'functionVersion' | 'invokedFunctionArn' | 'memoryLimitInMB' | 'logGroupName' | 'logStreamName'>;
}

export type FromWorker =
  | { type: 'ready'; memoryMb: number }
  | { type: 'failed'; error: FunctionError }
  | { type: 'printed'; text: string }
  | ({ type: 'outcome' } & Outcome);

export interface EnvironmentOptions {
  name: string;
  settings: FunctionSettings;
  /** What the handler sees, beside what Lambda itself sets. */
  env: Readonly<Record<string, string>>;
  /** The module that exports the handler. */
  codeUrl: string;
  /** Called for each line that the function prints, in order. */
  onLine(stream: string, line: string): void;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RUNTIME = 'nodejs24.x';
const VERSION = '$LATEST';

export const startEnvironment = (options: EnvironmentOptions): ExecutionEnvironment => {
  const { name, settings, codeUrl } = options;
  const stream = newLogStream(new Date());
  const startedAtMs = Date.now();
  const input: WorkerInput = {
    name,
    codeUrl,
    initMs: settings.initMs,
    context: {
      functionName: name,
      functionVersion: VERSION,
      invokedFunctionArn: functionArn(name),
      memoryLimitInMB: String(settings.memoryMb),
      logGroupName: functionLogGroup(name),
      logStreamName: stream,
    },
  };
  const onText = linesTo((line) => options.onLine(stream, line));
  try {
    const worker = new Worker(modulePath('./lambda/function-worker'), {
      name,
      workerData: input,
      env: environmentOf(options, stream),
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMaxMb(settings.memoryMb) },
      stdout: true,
      stderr: true,
    });
    return attend(worker, startedAtMs, stream, onText);
  } catch (error) {
    return stillborn(stream, new EnvironmentError(uncaught(error)));
  }
};

/** Where the machine gives no thread. */
const stillborn = (stream: string, error: EnvironmentError): ExecutionEnvironment => {
  const never = Promise.reject(error);
  never.catch(() => undefined);
  return { stream, ready: never, ended: Promise.resolve(), run: () => never, end: () => undefined };
};

/** `2026/11/04/[$LATEST]<32 hex digits>`, as Lambda names them. */
const newLogStream = (at: Date): string =>
  `${at.toISOString().slice(0, 10).replaceAll('-', '/')}/[${VERSION}]${randomBytes(16).toString('hex')}`;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const environmentOf = ({ name, settings, env, codeUrl }: EnvironmentOptions, stream: string): Record<string, string> => ({
  ...env,
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
  AWS_LAMBDA_FUNCTION_VERSION: VERSION,
  AWS_LAMBDA_LOG_GROUP_NAME: functionLogGroup(name),
  AWS_LAMBDA_LOG_STREAM_NAME: stream,
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_EXECUTION_ENV: `AWS_Lambda_${RUNTIME}`,
  LAMBDA_TASK_ROOT: decodeURIComponent(new URL('.', codeUrl).pathname),
  _HANDLER: `${name}.handler`,
});

/** Splits what is printed into lines; what has no end yet waits for it. */
const linesTo = (onLine: (line: string) => void): ((text: string) => void) => {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_MAX);
    for (const line of lines) if (line !== '') onLine(line.slice(0, LINE_MAX));
  };
};

/** What CloudWatch Logs took as one event for most of its life; guess: tune. */
const LINE_MAX = 256 * 1024;

/** What Lambda says of a process that ended: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
const exitError = (how: string): FunctionError => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `Error: Runtime exited with error: ${how}`,
  trace: [],
});

/** The kernel's way with a process that needs more memory than there is. */
export const outOfMemory = exitError('signal: killed');

const attend = (worker: Worker, startedAtMs: number, stream: string, onText: (text: string) => void): ExecutionEnvironment => {
  const ready = Promise.withResolvers<Initialization>();
  ready.promise.catch(() => undefined);
  const ended = Promise.withResolvers<void>();
  let running: PromiseWithResolvers<Outcome> | undefined;
  let crash: FunctionError | undefined;
  const fail = (cause: FunctionError): void => {
    ready.reject(new EnvironmentError(cause));
    running?.reject(new EnvironmentError(cause));
  };
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'printed') onText(message.text);
    else if (message.type === 'outcome') running?.resolve(message);
    else if (message.type === 'ready') ready.resolve({ startedAtMs, readyAtMs: Date.now(), memoryMb: message.memoryMb });
    else ready.reject(new EnvironmentError(message.error));
  });
  // What Node itself prints for the thread, such as a warning, comes this way.
  for (const output of [worker.stdout, worker.stderr]) output.setEncoding('utf8').on('data', onText);
  worker.on('error', (error: NodeJS.ErrnoException) => {
    crash = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory : uncaught(error);
    fail(crash);
  });
  worker.on('exit', (code) => {
    fail(crash ?? exitError(`exit status ${code}`));
    ended.resolve();
  });
  return {
    stream,
    ready: ready.promise,
    ended: ended.promise,
    run: (invocation) => {
      running = Promise.withResolvers<Outcome>();
      running.promise.catch(() => undefined);
      worker.postMessage(invocation);
      return running.promise;
    },
    end: () => void worker.terminate(),
  };
};

const uncaught = (error: unknown): FunctionError => ({
  errorType: error instanceof Error ? error.name : typeof error,
  errorMessage: error instanceof Error ? error.message : String(error),
  trace: error instanceof Error ? (error.stack ?? '').split('\n') : [],
});
