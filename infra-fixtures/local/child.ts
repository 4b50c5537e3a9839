import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Processes of the stack, from both ends. A child lives no longer than the IPC channel to its parent: when the channel closes, whether the parent
 * asked or was killed, the child stops. So killing any process takes everything below it along, on every platform.
 */

// ---------------------------------------------------------------------------------------------------------------- the parent's end

export interface Child {
  readonly module: string;
  readonly pid: number;
  /** The first message of this type; rejects when the child fails or exits before it comes. */
  message<T extends object>(type: string): Promise<T>;
  /** Asks the child for something (`onRequest` there), and resolves with its answer. Rejects with what it threw, or when it ends before. */
  request<T>(request: Request): Promise<T>;
  /** Resolves with how it ended: one lowercase clause. */
  readonly exited: Promise<string>;
  /** Lets go of the child, waits for its end, and kills it when that doesn't come. */
  stop(): Promise<void>;
}

/** What a child can be asked for; the rest of it is between the two. */
export interface Request {
  type: string;
  [field: string]: unknown;
}

export interface ChildOptions {
  env: Readonly<Record<string, string>>;
  args?: readonly string[];
  /** Limits the child's heap. */
  memoryMb?: number;
  /** Receives what the child prints; without it the child prints where its parent does. */
  onOutput?: (line: string) => void;
}

/** A child that hasn't ended of its own accord by then is killed. Longer than its own `STOP_MS`. */
const KILL_AFTER_MS = 4000;

/** The path of a sibling module, in the source as in the compiled program. `name` has no extension. */
export const modulePath = (name: string): string => fileURLToPath(new URL(name + extname(import.meta.url), import.meta.url));

/** Starts a module of this folder as a child process. */
export const startChild = (module: string, options: ChildOptions): Child => {
  const process = forkModule(module, options);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const exited = once(process, 'exit').then(([code, signal]) => {
    const how = signal === null ? `exited with code ${String(code)}` : `was ended by ${String(signal)}`;
    failure.reject(new Error(`${module} ${how}`));
    return `${module} ${how}`;
  });
  // Messages are kept by type, so that it doesn't matter whether one is asked for before or after it came.
  const messages = new Map<string, PromiseWithResolvers<object>>();
  const first = (type: string): PromiseWithResolvers<object> => {
    const known = messages.get(type) ?? Promise.withResolvers<object>();
    messages.set(type, known);
    return known;
  };
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  process.on('message', (message: { type: string; reason?: string } | Answer) => {
    if ('ask' in message) {
      const { ask, value, error } = message;
      if (error === undefined) asked.get(ask)?.resolve(value);
      else asked.get(ask)?.reject(new Error(error));
      asked.delete(ask);
    } else if (message.type === 'failed') failure.reject(new Error(`${module}: ${message.reason ?? 'no reason given'}`));
    else first(message.type).resolve(message);
  });
  process.on('error', (error) => failure.reject(error));
  return {
    module,
    pid: process.pid ?? -1,
    exited,
    message: <T extends object>(type: string) => Promise.race([first(type).promise as Promise<T>, failure.promise]),
    request: <T>(request: Request) => {
      const answer = Promise.withResolvers<unknown>();
      const ask = asks++;
      asked.set(ask, answer);
      process.send({ ...request, ask }, (error) => {
        if (error !== null) answer.reject(error);
      });
      return Promise.race([answer.promise as Promise<T>, failure.promise]);
    },
    stop: () => stopChild(process, exited),
  };
};

let asks = 0;

/** What travels back for a request. */
interface Answer {
  ask: number;
  value?: unknown;
  error?: string;
}

const forkModule = (module: string, options: ChildOptions): ChildProcess => {
  const piped = options.onOutput !== undefined;
  const child = fork(modulePath(`./${module}`), [...(options.args ?? [])], {
    env: { ...options.env },
    execArgv: options.memoryMb === undefined ? [] : [`--max-old-space-size=${options.memoryMb}`],
    stdio: ['ignore', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit', 'ipc'],
  });
  if (options.onOutput !== undefined) {
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) forEachLine(stream, options.onOutput);
  }
  return child;
};

const stopChild = async (process: ChildProcess, exited: Promise<string>): Promise<void> => {
  if (process.connected) process.disconnect();
  const kill = setTimeout(() => process.kill('SIGKILL'), KILL_AFTER_MS);
  await exited;
  clearTimeout(kill);
};

const LINE_MAX = 10_000;

/** Calls back for each line; one without an end is cut at 10,000 characters. */
export const forEachLine = (stream: NodeJS.ReadableStream, onLine: (line: string) => void): void => {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_MAX);
    for (const line of lines) onLine(line.slice(0, LINE_MAX));
  });
};

// ---------------------------------------------------------------------------------------------------------------- the child's end

/** How long a child has to put things in order when its parent is gone. */
const STOP_MS = 3000;

/**
 * Runs this process as a child: `start` brings up what it is there for, `stop` takes it down once the parent lets go (or is gone) or asks with SIGTERM.
 * The process ends in either case within `STOP_MS`. Ctrl-C is the parent's to handle.
 */
export const runChild = async (start: (send: (message: object) => void) => Promise<{ stop(): Promise<void> }>): Promise<void> => {
  process.on('SIGINT', () => undefined);
  let running: { stop(): Promise<void> } | undefined;
  let stopping = false;
  const end = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    try {
      await running?.stop();
      process.exit(0);
    } catch (error) {
      process.stderr.write(`could not stop in order: ${String(error)}\n`);
      process.exit(1);
    }
  };
  process.on('disconnect', () => void end());
  process.on('SIGTERM', () => void end());
  try {
    running = await start(send);
    send({ type: 'ready' });
  } catch (error) {
    send({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
};

/** To the parent; a parent that is gone gets no message, and its absence is noticed by itself. */
export const send = (message: object): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

/** Answers the parent's requests, several at a time. What `answer` throws rejects the parent's promise. */
export const onRequest = (answer: (request: Request) => Promise<unknown>): void => {
  process.on('message', (message: Request & { ask?: number }) => {
    const { ask } = message;
    if (ask === undefined) return;
    void answer(message).then(
      (value) => send({ ask, value } satisfies Answer),
      (error: unknown) => send({ ask, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
    );
  });
};
