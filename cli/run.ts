import * as path from 'node:path';
import type { Plan, Report } from '../analyzers/contract.ts';
import { analyzeRun } from './analyze.ts';
import { type Config, loadConfig } from './config.ts';
import { drive } from './drive.ts';
import { envArgs } from './engines/k6/args.ts';
import { findK6 } from './engines/k6/find.ts';
import { inspectScript } from './engines/k6/inspect.ts';
import { tellOn } from './engines/k6/k6.ts';
import { engineEnvironment } from './engines/k6/run.ts';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';
import { Interrupts } from './interrupts.ts';
import { checkCaps, makePlan, tracePrefixOf } from './plan.ts';
import { addressOf, awsAsk, type EmbeddedPlatform, embeddedAsk, type PlatformAsk } from './platform/ask.ts';
import { gatherInto, takeInto } from './platform/gather.ts';
import { clock, Progress } from './progress.ts';
import { isSecretName, makeRedact } from './redact.ts';
import { checkTarget, isLoopback } from './safety.ts';
import { findScript } from './scenarios.ts';
import { createRunDirectory, runIdOf, writePlan } from './store.ts';
import { readTelemetryFile } from './telemetry-file.ts';

/** What the user asked for, checked for form but not for sense. */
export interface RunOptions {
  scenario: string;
  users?: number;
  ratePerS?: number;
  durationS?: number;
  rampS?: number;
  seed: number;
  target?: string;
  wsTarget?: string;
  config?: string;
  out?: string;
  /** `NAME=VALUE`, for the script. */
  env: string[];
  /** `name=value`, on every sample. */
  tags: string[];
  /** Ask AWS what the platform did, though the config file says nothing of it. */
  aws: boolean;
  /** A telemetry file that stands for what AWS would say. */
  platform?: string;
  /** Handed to k6 as they are. */
  engineArgs: string[];
}

/** A stack that is up for the length of the run. */
export interface RunningStack extends EmbeddedPlatform {
  http: string;
  ws: string;
  notes: string[];
  /** Resolves when the stack is no more, with the reason: null when it was asked to stop. */
  gone: Promise<string | null>;
  stop(): Promise<void>;
}

/** Where load goes. */
interface Address {
  http: string;
  ws: string | null;
  loopback: boolean;
}

/** What a script is told while it is only asked what it would do and the embedded stack isn't up yet: nobody listens there (port 9 is for discarding, RFC 863). */
const NOWHERE: Address = { http: 'http://127.0.0.1:9', ws: 'ws://127.0.0.1:9', loopback: true };

/**
 * Plays the scenario, collects, judges, and writes the report. The verdict is in the report; only what prevents one is thrown.
 *
 * @param startStack how the embedded stack is started, when no target is given
 */
export async function run(
  host: Host,
  options: RunOptions,
  startStack: () => Promise<RunningStack>,
): Promise<{ report: Report; directory: string; unwritten: string[] }> {
  const progress = new Progress(host.stderr, host.now);
  const config = await loadConfig(host, options.config);
  const script = await findScript(host, options.scenario);
  const given = targetOf(options, config.allowedTargets);
  const redact = makeRedact([...secretsIn(options.env), ...secretsOf(host.env)]);
  const held = given?.loopback ?? true;
  if (options.platform !== undefined) await readTelemetryFile(host, options.platform);
  const env = engineEnvironment(host.env, held);

  const interrupts = new Interrupts(host);
  let stack: RunningStack | null = null;
  /** The run directory as long as nothing is in it. */
  let unused: string | null = null;
  try {
    const engine = await interrupts.during(findK6(host, { onProgress: tellOn(progress) }));
    progress.note(`k6 ${engine.version} (${engine.from})`);

    const startMs = host.now();
    const tracePrefix = tracePrefixOf(startMs);
    const scriptEnv = (to: Address) => envArgs(variables(options, to, tracePrefix), options.env);
    // The script says what it would do before anything is started or sent.
    const scriptPlan = await interrupts.during(
      inspectScript(host, engine.path, script, {
        args: ['--config', config.path, ...scriptEnv(given ?? NOWHERE)],
        env,
        redact,
      }),
    );
    checkCaps(scriptPlan, config);
    const runId = runIdOf(startMs, script.name, scriptPlan.load);
    const directory = await createRunDirectory(host, runId, options.out);
    unused = directory;

    if (given === null) {
      progress.note('no --target: starting the reference game stack on this machine');
      stack = await startStack();
      for (const note of stack.notes) progress.note(`  ${note}`);
    }
    interrupts.check();
    const address = given ?? { http: stack?.http ?? '', ws: stack?.ws ?? null, loopback: true };
    const ask = whomToAsk(host, options, config, stack);
    const plan = await makePlan(host, {
      runId: options.out === undefined ? path.basename(directory) : runId,
      script,
      scriptPlan,
      config,
      seed: options.seed,
      target: {
        http: redact(address.http),
        ws: address.ws === null ? null : redact(address.ws),
        embedded: stack !== null,
        notes: stack?.notes ?? [],
      },
      aws: ask === null ? null : await addressOf(host, ask),
      engine: { name: 'k6', version: engine.version, from: engine.from },
      tracePrefix,
      startMs,
    });
    await writePlan(host, directory, plan).catch((cause: Error) => {
      throw new UserError(`cannot write into ${directory}: ${cause.message}`, 'make room, or choose another place with --out', { cause });
    });
    unused = null;
    progress.note(describe(plan, directory));

    const outcome = await drive(host, {
      directory,
      plan,
      k6: engine.path,
      args: { configPath: config.path, script, scriptPlan, held, env: scriptEnv(address), tags: options.tags, more: options.engineArgs },
      env,
      redact,
      interrupts,
      progress,
      targetGone: stack?.gone ?? null,
    });
    const ended = { ...plan, endedAt: new Date(host.now()).toISOString(), outcome };
    // On disk before AWS is asked: that may take minutes, and whatever ends them, the run has been.
    await writePlan(host, directory, ended).catch(() => {});
    if (options.platform !== undefined) await takeInto(host, { platform: options.platform }, { directory, progress });
    // Who asks twice wants to leave.
    if (ask !== null && outcome.interrupted !== 'killed')
      await gatherInto(host, ask, { directory, plan: ended, onStop: (stop) => interrupts.onNext(stop), progress });
    progress.show('writing the report');
    return { ...(await analyzeRun(host, directory, ended)), directory };
  } finally {
    progress.clear();
    interrupts.end();
    await stack?.stop();
    if (unused !== null) await host.fs.rmdir(unused).catch(() => {});
  }
}

/** Null: nobody. A file that is given stands for the answer. */
function whomToAsk(host: Host, { platform, aws }: RunOptions, config: Config, stack: RunningStack | null): PlatformAsk | null {
  if (platform !== undefined) return null;
  return stack === null ? awsAsk(host, config, { asked: aws }) : embeddedAsk(stack);
}

function secretsIn(env: readonly string[]): string[] {
  return env.flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && isSecretName(pair.slice(0, at)) ? [pair.slice(at + 1)] : [];
  });
}

/** A script sees the environment, too. Shorter values are hardly secrets, and hiding each `true` would tell nobody anything. Guess: tune. */
const SECRET_LENGTH_MIN = 8;

const secretsOf = (env: Host['env']): string[] =>
  Object.entries(env).flatMap(([name, value = '']) => (value.length >= SECRET_LENGTH_MIN && isSecretName(name) ? [value] : []));

/** The target that the user gave, checked; null when there is none and the embedded stack is to be it. */
function targetOf({ target, wsTarget }: RunOptions, allowed: readonly string[]): Address | null {
  if (target === undefined) {
    if (wsTarget === undefined) return null;
    throw new UserError('--ws-target is given without --target', 'give both, or neither for the reference stack on this machine');
  }
  const http = checkTarget(target, ['http:', 'https:'], allowed);
  const ws = wsTarget === undefined ? null : checkTarget(wsTarget, ['ws:', 'wss:'], allowed);
  // As the parser understood them, so that what was checked is what k6 gets.
  return { http: http.href.replace(/\/+$/, ''), ws: ws?.href ?? null, loopback: isLoopback(http) && (ws === null || isLoopback(ws)) };
}

/** What scenarios read: scenarios/lib/settings.ts. */
const variables = (options: RunOptions, to: Address, tracePrefix: string): Record<string, string | number | null | undefined> => ({
  LOADKIT_TARGET: to.http,
  LOADKIT_WS_TARGET: to.ws,
  LOADKIT_USERS: options.users,
  LOADKIT_RATE: options.ratePerS,
  LOADKIT_DURATION_S: options.durationS,
  LOADKIT_RAMP_S: options.rampS,
  LOADKIT_SEED: options.seed,
  LOADKIT_TRACE_PREFIX: tracePrefix,
});

function describe(plan: Plan, directory: string): string {
  const load = plan.load.model === 'closed' ? `${plan.load.usersMax} users` : `${plan.load.ratePerS} arrivals/s`;
  return `${plan.scenario}: ${load} for ${clock(plan.durationS)} against ${plan.target.http}\nrun directory: ${directory}`;
}
