import { fork } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { modulePath } from './child.ts';
import type { ControlAddress } from './control.ts';
import type { StackEdge, StackResource } from './resources.ts';
import { healthySettings, type StackSettings, settingsEnvironment } from './settings.ts';
import type { SupervisorReady } from './supervisor.ts';

/** A running reference stack. It ends with this process, however this process ends, unless it was detached. */
export interface Stack {
  /** Base of the REST API, without a slash at its end. */
  http: string;
  /** The WebSocket API, to which `?token=` is appended. */
  ws: string;
  /** Where it answers for CloudWatch, X-Ray and CloudWatch Logs: the value for AWS_ENDPOINT_URL. Null where telemetry is off. */
  aws: string | null;
  /** What it consists of for AWS, in the form of `ext.loadkit.resources`, and who calls whom. */
  resources: StackResource[];
  edges: StackEdge[];
  /** What the stack is made of, and what is wrong with it, for the report: one line each. */
  notes: string[];
  /** The supervisor's process. */
  pid: number;
  /** Where the supervisor can be asked and stopped by other processes. */
  control: ControlAddress;
  /** Resolves when the stack is no more, with the reason: null when it was asked to stop. */
  gone: Promise<string | null>;
  /** Takes the stack down; resolves when its last process has ended. */
  stop(): Promise<void>;
  /** Lets it go on after this process. */
  detach(): Promise<void>;
}

export interface StackOptions {
  /** Read for PATH, REDIS_URL and LOADKIT_DYNAMODB_ENDPOINT. */
  env: Readonly<Record<string, string | undefined>>;
  /** Receives what the stack's processes log, 5 MB at most; replaced if it exists. */
  logFile?: string;
  /** Without them the stack is healthy. */
  settings?: StackSettings;
}

/** A supervisor that hasn't stopped by then is killed; everything below it follows. */
const STOP_WITHIN_MS = 15_000;

/**
 * Starts the reference game stack on this machine and waits until it is healthy. It is out of reach of the terminal's Ctrl-C: the caller decides.
 * @throws Error saying why it did not come up
 */
export const startStack = async ({ env, logFile, settings = healthySettings() }: StackOptions): Promise<Stack> => {
  const log = logFile === undefined ? null : await open(logFile, 'w', 0o600);
  const output = log?.fd ?? 'ignore';
  const child = fork(modulePath('./supervisor'), [], {
    detached: true,
    env: { ...env, ...settingsEnvironment(settings) },
    execArgv: [],
    stdio: ['ignore', output, output, 'ipc'],
  });
  await log?.close();

  const ready = Promise.withResolvers<SupervisorReady>();
  let failure: string | null = null;
  child.on('message', (message: { type: string; reason?: string }) => {
    if (message.type === 'ready') ready.resolve(message as unknown as SupervisorReady);
    if (message.type === 'failed') failure = message.reason ?? 'no reason given';
  });
  child.once('error', (error) => ready.reject(error));
  let asked = false;
  const gone = once(child, 'exit').then(([code, signal]) => {
    const reason = asked ? null : (failure ?? `the supervisor ended (${String(signal ?? code)})`);
    ready.reject(new Error(reason ?? 'stopped while it came up'));
    return reason;
  });

  const stop = async (): Promise<void> => {
    asked = true;
    if (child.connected) child.send({ type: 'stop' }, () => undefined);
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(kill);
  };
  const detach = async (): Promise<void> => {
    const confirmed = once(child, 'message');
    child.send({ type: 'detach' });
    await confirmed;
    child.disconnect();
    child.unref();
  };
  const { http, ws, aws, resources, edges, notes, pid, control } = await ready.promise;
  return { http, ws, aws, resources, edges, notes, pid, control, gone, stop, detach };
};
