import * as path from 'node:path';
import type { Outcome, Plan } from '../analyzers/contract.ts';
import { type Collector, startCollector } from './collect/collector.ts';
import { pushTo, type RunArgs, runArgs, summaryFile } from './engines/k6/args.ts';
import { EngineLog } from './engines/k6/log.ts';
import { type EngineRun, startEngine, temporaryFolder } from './engines/k6/run.ts';
import { exactSummaryOf } from './engines/k6/summary.ts';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';
import type { Interrupts } from './interrupts.ts';
import { clock, type Progress } from './progress.ts';
import type { Redact } from './redact.ts';
import { FILES } from './store.ts';

/**
 * What k6 may take beyond its plan before it's asked to stop, and after that before its group is killed. Scripts of the user's own may have a setup and a
 * teardown, 60 s each by default; those that ship have none, but k6 2.2.0 waits for ever for a WebSocket whose server has gone silent.
 */
const OVERTIME_S = { shipped: 30, own: 150 };
const STOP_S_MAX = { shipped: 10, own: 70 };
const PROGRESS_INTERVAL_MS = 1000;

export interface Drive {
  directory: string;
  plan: Plan;
  k6: string;
  args: RunArgs;
  env: NodeJS.ProcessEnv;
  redact: Redact;
  interrupts: Interrupts;
  progress: Progress;
  /** Resolves when the embedded target ends, with the reason when it wasn't asked to; null where there is none. */
  targetGone: Promise<string | null> | null;
}

/** Runs the engine to its end, whatever ends it, with everything it says going to disk. @throws only when it can't be started */
export async function drive(host: Host, run: Drive): Promise<Outcome> {
  const { directory, plan, redact, interrupts, progress } = run;
  const kind = run.args.script.shipped ? 'shipped' : 'own';
  const stopping = new Stopping(progress, STOP_S_MAX[kind]);
  const onTrouble = (reason: string) => stopping.inTrouble(reason);
  const temporary = await temporaryFolder(host);
  const { collector, log } = await openRecords(host, directory, redact, onTrouble).catch(async (cause: Error) => {
    await host.fs.rm(temporary, { recursive: true, force: true });
    throw new UserError(`cannot write into ${directory}: ${cause.message}`, 'make room, or choose another place with --out', { cause });
  });
  const end = { exact: null, scriptErrors: { count: 0, messages: [] } } as Parameters<Collector['finish']>[0];
  let ticker: NodeJS.Timeout | undefined;
  let overtime: NodeJS.Timeout | undefined;
  try {
    const env = { ...run.env, ...pushTo(collector.url) };
    const engine = await startEngine(host, {
      k6: run.k6,
      args: runArgs(run.args, temporary),
      env,
      temporary,
      onLog: (text) => log.lines.feed(text),
    });
    stopping.watch(engine);
    collector.watchEngine(engine.pid);
    interrupts.listen((count) => stopping.interrupted(count));
    void run.targetGone?.then((reason) => reason !== null && onTrouble(`the reference stack ended: ${reason}`));
    overtime = setTimeout(
      () => onTrouble('k6 did not end when its plan was over'),
      (run.args.scriptPlan.totalDurationS + OVERTIME_S[kind]) * 1000,
    );
    const beganMs = host.now();
    ticker = setInterval(() => progress.show(liveLine(plan, (host.now() - beganMs) / 1000, collector)), PROGRESS_INTERVAL_MS);

    const { exitCode, signal } = await engine.ended;
    log.lines.end();
    end.exact = exactSummaryOf(await host.fs.readFile(summaryFile(temporary), 'utf8').catch(() => null), redact);
    end.scriptErrors = { count: log.lines.scriptErrors, messages: log.lines.topMessages };
    return { exitCode, signal, ...stopping.outcome, ...(log.lines.error === null ? {} : { engineError: log.lines.error }) };
  } finally {
    clearInterval(ticker);
    clearTimeout(overtime);
    stopping.over();
    interrupts.listen(null);
    await collector.finish(end);
    await log.close();
    await host.fs.rm(temporary, { recursive: true, force: true });
  }
}

/** Everything that can end a run before its plan does: the user, once or twice, or trouble that makes it pointless to go on. */
class Stopping {
  readonly outcome: Pick<Outcome, 'interrupted' | 'trouble'> = { interrupted: 'no', trouble: null };
  private engine: EngineRun | null = null;
  private ended = false;
  private killTimer: NodeJS.Timeout | undefined;
  private readonly progress: Progress;
  private readonly stopSMax: number;

  constructor(progress: Progress, stopSMax: number) {
    this.progress = progress;
    this.stopSMax = stopSMax;
  }

  watch(engine: EngineRun): void {
    this.engine = engine;
    // Trouble may have come before the engine did.
    if (this.outcome.trouble !== null) engine.interrupt();
  }

  interrupted(count: number): void {
    this.outcome.interrupted = count === 1 ? 'graceful' : 'killed';
    const once = 'stopping: waiting for k6 to finish its teardown (Ctrl-C again to kill it)';
    this.progress.note(count === 1 ? once : 'killing k6; what was collected is kept');
    if (count === 1) this.engine?.interrupt();
    else this.engine?.kill();
  }

  inTrouble(reason: string): void {
    if (this.ended || this.outcome.trouble !== null) return;
    this.outcome.trouble = reason;
    this.progress.note(`stopping the run: ${reason}`);
    this.engine?.interrupt();
    this.killTimer = setTimeout(() => this.engine?.kill(), this.stopSMax * 1000);
  }

  over(): void {
    this.ended = true;
    clearTimeout(this.killTimer);
  }
}

/** What takes down the run: both, or neither. */
async function openRecords(host: Host, directory: string, redact: Redact, onTrouble: (reason: string) => void) {
  const log = await openLog(host, path.join(directory, FILES.engineLog), redact, onTrouble);
  try {
    const journalPath = path.join(directory, FILES.journal);
    return { log, collector: await startCollector({ journalPath, now: host.now, redact, onTrouble }) };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** engine.log, written in order as lines come. */
async function openLog(host: Host, file: string, redact: Redact, onTrouble: (reason: string) => void) {
  const stream = (await host.fs.open(file, 'a')).createWriteStream();
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.on('error', (error) => onTrouble(`cannot write ${FILES.engineLog}: ${error.message}`));
  return {
    lines: new EngineLog((text) => void stream.write(text), redact),
    close: () => {
      stream.end();
      return closed;
    },
  };
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
