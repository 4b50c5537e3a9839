import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type FunctionName, functionDefinition, functionNames } from '../game/definition.ts';
import { modulePath } from './child.ts';

/**
 * Lambda on this machine: each function in a process of its own. The seam to the gateway is `invoke`, so concurrency limits, cold starts and
 * throttling have one place to go.
 */
export interface FunctionHost {
  /** Resolves with what the handler returned. @throws InvocationError */
  invoke: Invoke;
  /** Resolves when every function has loaded its handler once. @throws Error when one can't */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export type Invoke = (name: FunctionName, event: object) => Promise<unknown>;

/** `failed`: the handler threw, or its process ended under it. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly kind: 'failed' | 'timed-out' | 'throttled';

  constructor(kind: InvocationError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What travels to the process, and back. */
export interface Invocation {
  id: number;
  requestId: string;
  deadlineMs: number;
  event: object;
}
export type Outcome = { id: number; value: unknown } | { id: number; error: string };

/** Lambda's default for an account: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const CONCURRENT_MAX = 1000;
/** A process that keeps ending is started again ever later. Guess: tune. */
const RESTART_MS = { min: 50, max: 5000 };
/** One that has lived this long counts as having started well. */
const SETTLED_MS = 10_000;

/** Starts the functions. `timeoutMs` instead of the definition's is for tests. */
export const startFunctionHost = (
  env: Readonly<Record<string, string>>,
  { names = functionNames, timeoutMs }: { names?: readonly FunctionName[]; timeoutMs?: number } = {},
): FunctionHost => {
  const pools = new Map(names.map((name) => [name, new FunctionPool(name, env, timeoutMs ?? functionDefinition(name).timeoutS * 1000)]));
  return {
    invoke: async (name, event) => {
      const pool = pools.get(name);
      if (pool === undefined) throw new Error(`no function ${name}`);
      return pool.invoke(event);
    },
    ready: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.firstReady));
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: InvocationError): void;
  timer: NodeJS.Timeout;
}

interface Worker {
  process: ChildProcess;
  /** Rejects when the process ends before it has loaded its handler. */
  ready: Promise<void>;
  exited: Promise<void>;
  pending: Map<number, Pending>;
  startedAt: number;
  /** Takes no new invocations, and ends with its last one. */
  retired: boolean;
}

/** The processes of one function: one that takes invocations, and retired ones that finish theirs. */
class FunctionPool {
  readonly firstReady: Promise<void>;
  readonly #name: FunctionName;
  readonly #env: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #workers = new Set<Worker>();
  #current: Promise<Worker>;
  #restartMs = RESTART_MS.min;
  #inFlight = 0;
  #nextId = 0;
  #stopping = false;

  constructor(name: FunctionName, env: Readonly<Record<string, string>>, timeoutMs: number) {
    this.#name = name;
    this.#env = { ...env, AWS_LAMBDA_FUNCTION_NAME: name };
    this.#timeoutMs = timeoutMs;
    const first = this.#start();
    this.#current = Promise.resolve(first);
    this.firstReady = first.ready;
  }

  async invoke(event: object): Promise<unknown> {
    if (this.#inFlight >= CONCURRENT_MAX) throw new InvocationError('throttled', `${this.#name} has ${CONCURRENT_MAX} invocations`);
    this.#inFlight++;
    try {
      const worker = await this.#current;
      await worker.ready.catch(() => {
        throw new InvocationError('failed', `${this.#name} did not start`);
      });
      return await this.#send(worker, event);
    } finally {
      this.#inFlight--;
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const workers = [...this.#workers];
    for (const { process } of workers) if (process.connected) process.disconnect();
    await Promise.all(workers.map((worker) => worker.exited));
  }

  #start(): Worker {
    const process = fork(modulePath('./function-process'), [this.#name], {
      env: this.#env,
      execArgv: [`--max-old-space-size=${functionDefinition(this.#name).memoryMb}`],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ready = Promise.withResolvers<void>();
    const exited = Promise.withResolvers<void>();
    ready.promise.catch(() => undefined);
    const worker: Worker = {
      process,
      ready: ready.promise,
      exited: exited.promise,
      pending: new Map(),
      startedAt: Date.now(),
      retired: false,
    };
    process.on('message', (message: Outcome | { type: string; reason?: string }) => {
      if ('id' in message) this.#settle(worker, message);
      else if (message.type === 'ready') ready.resolve();
      else ready.reject(new Error(`function ${this.#name}: ${message.reason ?? message.type}`));
    });
    process.on('error', (error) => ready.reject(error));
    process.once('exit', () => {
      ready.reject(new Error(`function ${this.#name} ended before it was ready`));
      this.#ended(worker);
      exited.resolve();
    });
    this.#workers.add(worker);
    return worker;
  }

  #send(worker: Worker, event: object): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#timedOut(worker, id), this.#timeoutMs);
      worker.pending.set(id, { resolve, reject, timer });
      const invocation: Invocation = { id, requestId: randomUUID(), deadlineMs: Date.now() + this.#timeoutMs, event };
      worker.process.send(invocation, (error) => {
        if (error !== null) this.#fail(worker, id, new InvocationError('failed', `${this.#name} can't be reached`));
      });
    });
  }

  #settle(worker: Worker, outcome: Outcome): void {
    if ('error' in outcome) this.#fail(worker, outcome.id, new InvocationError('failed', `${this.#name} threw: ${outcome.error}`));
    else this.#take(worker, outcome.id)?.resolve(outcome.value);
  }

  #fail(worker: Worker, id: number, error: InvocationError): void {
    this.#take(worker, id)?.reject(error);
  }

  #take(worker: Worker, id: number): Pending | undefined {
    const pending = worker.pending.get(id);
    if (pending === undefined) return undefined; // answered after its time was up
    clearTimeout(pending.timer);
    worker.pending.delete(id);
    if (worker.retired && worker.pending.size === 0) worker.process.kill('SIGKILL');
    return pending;
  }

  /** Lambda ends the environment of an invocation that runs out of time. Here others may share it, so it takes no new ones and ends with the last. */
  #timedOut(worker: Worker, id: number): void {
    if (!worker.retired) {
      worker.retired = true;
      this.#current = Promise.resolve(this.#start());
    }
    this.#fail(worker, id, new InvocationError('timed-out', `${this.#name} took longer than ${this.#timeoutMs} ms`));
  }

  #ended(worker: Worker): void {
    this.#workers.delete(worker);
    for (const id of [...worker.pending.keys()]) this.#fail(worker, id, new InvocationError('failed', `${this.#name} ended`));
    if (worker.retired || this.#stopping) return;
    const settled = Date.now() - worker.startedAt >= SETTLED_MS;
    const delayMs = settled ? RESTART_MS.min : this.#restartMs;
    this.#restartMs = settled ? RESTART_MS.min : Math.min(RESTART_MS.max, this.#restartMs * 2);
    this.#current = new Promise((resolve) => {
      setTimeout(() => resolve(this.#start()), delayMs);
    });
  }
}
