import * as path from 'node:path';
import type { Outcome, Plan, Report } from '../analyzers/contract.ts';
import { analyzeRun } from './analyze.ts';
import { type Collector, startCollector } from './collect/collector.ts';
import { PUSH_INTERVAL_S } from './collect/series.ts';
import { loadConfig } from './config.ts';
import { findK6 } from './engines/k6/find.ts';
import { inspectScript, type ScriptPlan } from './engines/k6/inspect.ts';
import { tellOn } from './engines/k6/k6.ts';
import { EngineLog } from './engines/k6/log.ts';
import { type EngineRun, engineEnvironment, startEngine, temporaryFolder } from './engines/k6/run.ts';
import { exactSummaryOf, TREND_STATS } from './engines/k6/summary.ts';
import { UserError } from './errors.ts';
import { EXIT } from './exit-code.ts';
import type { Host } from './host.ts';
import { checkCaps, makePlan, tracePrefixOf } from './plan.ts';
import { clock, Progress } from './progress.ts';
import { isSecretName, makeRedact, type Redact } from './redact.ts';
import { blockedRanges, checkTarget, isLoopback } from './safety.ts';
import { findScript, type Script } from './scenarios.ts';
import { createRunDirectory, FILES, runIdOf, writePlan } from './store.ts';

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
  /** Handed to k6 as they are. */
  engineArgs: string[];
}

/** A stack that runs for the length of the run. */
export interface RunningStack {
  http: string;
  ws: string;
  notes: string[];
  stop(): Promise<void>;
}

/** The steps of a run that tests stand in for. */
export interface RunParts {
  startStack(): Promise<RunningStack>;
}

/** After a graceful stop was asked for because of trouble, k6 gets this long before its group is killed. k6's own default for teardown is 60 s. */
const STOP_S_MAX = 90;
/** What k6 may take beyond the plan: setup and teardown have 60 s each by default, and it has to load the script. */
const OVERTIME_S = 180;
const PROGRESS_INTERVAL_MS = 1000;
/** Tags that split a request into series of its own; `url` is never among them, since it carries ids and secrets. */
const SYSTEM_TAGS = ['name', 'method', 'status', 'expected_response', 'error_code'];

/** Plays the scenario, collects, judges, and writes the report. The verdict is in the report; only what prevents one is thrown. */
export async function run(
  host: Host,
  options: RunOptions,
  parts: RunParts,
): Promise<{ report: Report; directory: string; unwritten: string[] }> {
  const progress = new Progress(host.stderr, host.now);
  const config = await loadConfig(host, options.config);
  const script = await findScript(host, options.scenario);
  const given = targetsOf(options, config.allowedTargets);
  const redact = makeRedact(secretsIn(options.env));

  const stopped = new Interrupts(host);
  let stack: RunningStack | null = null;
  try {
    const engine = await findK6(host, { onProgress: tellOn(progress) });
    progress.note(`k6 ${engine.version} (${engine.from})`);
    stopped.check();
    // The script says what it would do before anything is started or sent; it needs some target to load, so that it gets one that nobody listens at.
    const startMs = host.now();
    const tracePrefix = tracePrefixOf(startMs);
    const envFor = (http: string, ws: string | null) => scriptEnv(options, { http, ws, tracePrefix });
    const held = given === null || given.loopback;
    const env = engineEnvironment(host.env, held);
    const scriptPlan = await inspectScript(
      host,
      engine.path,
      script.path,
      ['--config', config.path, ...envFor(given?.http ?? 'http://127.0.0.1:9', given?.ws ?? 'ws://127.0.0.1:9')],
      env,
      redact,
    );
    checkCaps(scriptPlan, config);
    stopped.check();

    if (given === null) {
      progress.note('no --target: starting the reference game stack on this machine');
      stack = await parts.startStack();
      for (const note of stack.notes) progress.note(`  ${note}`);
    }
    stopped.check();
    const target: Plan['target'] = stack
      ? { http: stack.http, ws: stack.ws, embedded: true, notes: stack.notes }
      : { http: redact(given?.http ?? ''), ws: given?.ws === undefined ? null : redact(given.ws), embedded: false, notes: [] };
    const plan = await makePlan(host, {
      script,
      scriptPlan,
      config,
      seed: options.seed,
      target,
      engine: { name: 'k6', version: engine.version, from: engine.from },
      tracePrefix,
      startMs,
    });
    const directory = await createRunDirectory(host, runIdOf(startMs, script.name, scriptPlan.load), options.out);
    plan.runId = options.out === undefined ? path.basename(directory) : plan.runId;
    await writePlan(host, directory, plan).catch((cause: Error) => {
      throw new UserError(`cannot write into ${directory}: ${cause.message}`, 'make room, or choose another place with --out', { cause });
    });
    progress.note(describe(plan, directory));

    const outcome = await drive(host, {
      directory,
      plan,
      scriptPlan,
      k6: engine.path,
      env,
      redact,
      stopped,
      progress,
      args: (temporary) =>
        engineArgs({
          configPath: config.path,
          script,
          scriptPlan,
          held,
          temporary,
          env: envFor(stack?.http ?? given?.http ?? '', stack?.ws ?? given?.ws ?? null),
          options,
        }),
    });
    progress.show('writing the report');
    const ended = { ...plan, endedAt: new Date(host.now()).toISOString(), outcome };
    return { ...(await analyzeRun(host, directory, ended)), directory };
  } finally {
    progress.clear();
    stopped.end();
    await stack?.stop();
  }
}

/** Ctrl-C, counted. Before the engine runs, one is enough to leave. */
class Interrupts {
  count = 0;
  private listener: (count: number) => void = () => {};
  readonly end: () => void;

  constructor(host: Host) {
    this.end = host.onInterrupt(() => {
      this.count += 1;
      this.listener(this.count);
    });
  }

  check(): void {
    if (this.count > 0)
      throw new UserError('interrupted before anything was sent', 'nothing is left behind', { exitCode: EXIT.interrupted });
  }

  listen(listener: (count: number) => void): void {
    this.listener = listener;
  }
}

function secretsIn(env: readonly string[]): string[] {
  return env.flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && isSecretName(pair.slice(0, at)) ? [pair.slice(at + 1)] : [];
  });
}

/** The targets that the user gave, checked; null when there are none and the embedded stack is to be the target. */
function targetsOf(options: RunOptions, allowed: readonly string[]): { http: string; ws?: string; loopback: boolean } | null {
  if (options.target === undefined) {
    if (options.wsTarget === undefined) return null;
    throw new UserError('--ws-target is given without --target', 'give both, or neither for the reference stack on this machine');
  }
  const http = checkTarget(options.target, ['http:', 'https:'], allowed);
  const ws = options.wsTarget === undefined ? undefined : checkTarget(options.wsTarget, ['ws:', 'wss:'], allowed);
  return {
    http: options.target.replace(/\/+$/, ''),
    ...(options.wsTarget === undefined ? {} : { ws: options.wsTarget }),
    loopback: isLoopback(http) && (!ws || isLoopback(ws)),
  };
}

/** The variables that scenarios read (scenarios/lib/settings.ts) and those of the user, as k6 arguments. */
function scriptEnv(options: RunOptions, { http, ws, tracePrefix }: { http: string; ws: string | null; tracePrefix: string }): string[] {
  const ours: Record<string, string | number | undefined> = {
    LOADKIT_TARGET: http,
    LOADKIT_WS_TARGET: ws ?? undefined,
    LOADKIT_USERS: options.users,
    LOADKIT_RATE: options.ratePerS,
    LOADKIT_DURATION_S: options.durationS,
    LOADKIT_RAMP_S: options.rampS,
    LOADKIT_SEED: options.seed,
    LOADKIT_TRACE_PREFIX: tracePrefix,
  };
  const pairs = Object.entries(ours).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return [...pairs, ...options.env].flatMap((pair) => ['-e', pair]);
}

function engineArgs({
  configPath,
  script,
  scriptPlan,
  held,
  temporary,
  env,
  options,
}: {
  configPath: string;
  script: Script;
  scriptPlan: ScriptPlan;
  held: boolean;
  temporary: string;
  env: string[];
  options: RunOptions;
}): string[] {
  // A user's thresholds may refer to tags that our own scenarios do without.
  const tags = script.shipped ? SYSTEM_TAGS : [...new Set([...SYSTEM_TAGS, ...scriptPlan.systemTags])].filter((tag) => tag !== 'url');
  return [
    'run',
    ...['--config', configPath],
    ...['--log-format', 'json', '--no-color', '--quiet'],
    ...['--out', 'experimental-prometheus-rw', '--features', 'native-histograms'],
    ...['--summary-export', path.join(temporary, 'summary.json'), '--summary-trend-stats', TREND_STATS],
    ...['--system-tags', tags.join(',')],
    ...blockedRanges(held).flatMap((range) => ['--blacklist-ip', range]),
    ...env,
    ...options.tags.flatMap((tag) => ['--tag', tag]),
    ...options.engineArgs,
    script.path,
  ];
}

interface Drive {
  directory: string;
  plan: Plan;
  scriptPlan: ScriptPlan;
  k6: string;
  env: NodeJS.ProcessEnv;
  redact: Redact;
  stopped: Interrupts;
  progress: Progress;
  args: (temporary: string) => string[];
}

/** k6's Prometheus output: https://grafana.com/docs/k6/latest/results-output/real-time/prometheus-remote-write/ */
const pushTo = (url: string): NodeJS.ProcessEnv => ({
  K6_PROMETHEUS_RW_SERVER_URL: url,
  K6_PROMETHEUS_RW_PUSH_INTERVAL: `${PUSH_INTERVAL_S}s`,
  // Each histogram comes once more at the end: k6 leaves out an update whose time is not newer than the one before it.
  K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
});

/** Runs the engine to its end, whatever ends it, with everything it says going to disk. */
async function drive(host: Host, { directory, plan, scriptPlan, k6, env, redact, stopped, progress, args }: Drive): Promise<Outcome> {
  const temporary = await temporaryFolder(host);
  let trouble: string | null = null;
  let engine: EngineRun | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  const inTrouble = (reason: string) => {
    if (trouble !== null) return;
    trouble = reason;
    progress.note(`stopping the run: ${reason}`);
    engine?.interrupt();
    killTimer = setTimeout(() => engine?.kill(), STOP_S_MAX * 1000);
  };

  const collector = await startCollector({ journalPath: path.join(directory, FILES.journal), now: host.now, redact, onTrouble: inTrouble });
  const log = await openLog(host, path.join(directory, FILES.engineLog), redact, inTrouble);
  const overtime = setTimeout(() => inTrouble('k6 did not end when its plan was over'), (scriptPlan.totalDurationS + OVERTIME_S) * 1000);
  let interrupted: Outcome['interrupted'] = 'no';
  let ticker: NodeJS.Timeout | undefined;
  try {
    engine = await startEngine(host, {
      k6,
      args: args(temporary),
      env: { ...env, ...pushTo(collector.url) },
      temporary,
      onLog: (text) => log.lines.feed(text),
    });
    const running = engine;
    collector.watchEngine(running.pid);
    const onInterrupt = (count: number) => {
      interrupted = count === 1 ? 'graceful' : 'killed';
      progress.note(
        count === 1
          ? 'stopping: waiting for k6 to finish its teardown (Ctrl-C again to kill it)'
          : 'killing k6; what was collected is kept',
      );
      if (count === 1) running.interrupt();
      else running.kill();
    };
    stopped.listen(onInterrupt);
    // A Ctrl-C between the last check and this line must not be lost.
    if (stopped.count > 0) onInterrupt(stopped.count);
    const beganMs = host.now();
    ticker = setInterval(() => progress.show(liveLine(plan, (host.now() - beganMs) / 1000, collector)), PROGRESS_INTERVAL_MS);
    const { exitCode, signal } = await running.ended;
    log.lines.end();
    const exact = exactSummaryOf(await host.fs.readFile(path.join(temporary, 'summary.json'), 'utf8').catch(() => null), redact);
    await collector.finish({ exact, scriptErrors: { count: log.lines.scriptErrors, messages: log.lines.topMessages } });
    return { exitCode, signal, interrupted, trouble, ...(log.lines.error === null ? {} : { engineError: log.lines.error }) };
  } finally {
    clearInterval(ticker);
    clearTimeout(overtime);
    clearTimeout(killTimer);
    stopped.listen(() => {});
    await log.close();
    await host.fs.rm(temporary, { recursive: true, force: true });
  }
}

/** engine.log, written in order as lines come. */
async function openLog(host: Host, file: string, redact: Redact, onTrouble: (reason: string) => void) {
  const stream = (await host.fs.open(file, 'a')).createWriteStream();
  const failed = (error: Error) => onTrouble(`cannot write ${FILES.engineLog}: ${error.message}`);
  stream.on('error', failed);
  const lines = new EngineLog((text) => void stream.write(text), redact);
  const close = () =>
    new Promise<void>((resolve) =>
      stream
        .end(resolve)
        .once('error', () => resolve())
        .once('close', () => resolve()),
    );
  return { lines, close };
}

function describe(plan: Plan, directory: string): string {
  const load = plan.load.model === 'closed' ? `${plan.load.usersMax} users` : `${plan.load.ratePerS} arrivals/s`;
  return `${plan.scenario}: ${load} for ${clock(plan.durationS)} against ${plan.target.http}\nrun directory: ${directory}`;
}

function liveLine(plan: Plan, elapsedS: number, collector: Collector): string {
  const live = collector.live();
  const cells = [
    `${plan.scenario} ${clock(elapsedS)}/${clock(plan.durationS)}`,
    `${live.users ?? '–'} users`,
    `${live.requestsPerS === null ? '–' : live.requestsPerS.toFixed(0)} req/s`,
    `p95 ${live.latencyMsP95 === null ? '–' : `${live.latencyMsP95.toFixed(0)} ms`}`,
    `${live.errors} errors of ${live.requests}`,
  ];
  return cells.join(' │ ');
}
