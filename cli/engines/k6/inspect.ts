import type { Load, Stage } from '../../../analyzers/contract.ts';
import { capture } from '../../capture.ts';
import { parseDuration } from '../../duration.ts';
import { UserError } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import type { Host } from '../../host.ts';
import type { Redact } from '../../redact.ts';
import type { Script } from '../../scenarios.ts';
import { firstError } from './log.ts';

/** What `k6 inspect --execution-requirements` says a script will do, in loadkit's terms. */
export interface ScriptPlan {
  load: Load;
  stages: Stage[];
  durationS: number;
  plateau: { fromS: number; toS: number } | null;
  usersMax: number;
  ratePerSMax: number;
  /** k6's own bound on the run's length, graceful stops included, in seconds. */
  totalDurationS: number;
  /** The consolidated thresholds: the script's own where it has some, else the config file's. */
  thresholds: unknown;
  systemTags: string[];
  /** Ranges that the script or the config file forbids k6 to dial. */
  blacklistIPs: string[];
  thinkTimeS: number | null;
}

/** The part of k6's options that loadkit reads: https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/ */
interface Options {
  scenarios?: Record<string, ScenarioOptions> | null;
  thresholds?: unknown;
  systemTags?: string[] | null;
  blacklistIPs?: string[] | null;
  ext?: { loadkit?: { thinkTimeS?: unknown } } | null;
  totalDuration?: string;
  maxVUs?: number;
}
interface ScenarioOptions {
  executor: string;
  startTime?: string | null;
  vus?: number | null;
  startVUs?: number | null;
  rate?: number | null;
  startRate?: number | null;
  timeUnit?: string | null;
  duration?: string | null;
  maxDuration?: string | null;
  stages?: { duration: string; target: number }[] | null;
}

/** k6 gives a script's setup 60 s by default; loading it should take less. guess: tune. */
const LOAD_MS_MAX = 60_000;

/** What scenarios call the options of `loadkit run` (scenarios/lib/settings.ts). */
const OPTION_OF: Readonly<Record<string, string>> = {
  LOADKIT_TARGET: '--target',
  LOADKIT_WS_TARGET: '--ws-target',
  LOADKIT_USERS: '--users',
  LOADKIT_RATE: '--rate',
  LOADKIT_DURATION_S: '--duration',
  LOADKIT_RAMP_S: '--ramp',
  LOADKIT_SEED: '--seed',
};

/**
 * Asks k6 what the script would do, without sending anything.
 *
 * @param args of `k6 inspect`, besides the script
 * @throws UserError with k6's own words when the script does not load: 104, or 107 where a script of the user's own threw
 */
export async function inspectScript(
  host: Host,
  k6: string,
  script: Script,
  { args, env, redact }: { args: readonly string[]; env: NodeJS.ProcessEnv; redact: Redact },
): Promise<ScriptPlan> {
  // The script sees the environment as it will in the run; `inspect` by itself would keep it from it.
  const inspect = ['inspect', '--execution-requirements', '--include-system-env-vars', '--log-format', 'json', ...args, script.path];
  const { stdout, stderr, problem, exitCode } = await capture(host, k6, inspect, { env, timeoutMs: LOAD_MS_MAX });
  if (problem !== null) {
    const reason = redact(firstError(stderr) ?? (stderr.trim().split('\n').at(-1) || problem));
    if (script.shipped) {
      const inOptions = reason.replace(/^Error: /, '').replace(/LOADKIT_\w+/g, (name) => OPTION_OF[name] ?? name);
      throw new UserError(
        `the scenario ${script.name} cannot be played like that: ${inOptions}`,
        'see `loadkit run --help` for its options',
      );
    }
    throw new UserError(`k6 cannot load ${script.path}: ${reason}`, 'mend the script; nothing has been sent', {
      exitCode: exitCode === EXIT.scriptThrew ? EXIT.scriptThrew : EXIT.badInput,
    });
  }
  return planOf(JSON.parse(stdout) as Options);
}

const seconds = (text: string | null | undefined, otherwise: number): number => (text ? (parseDuration(text) ?? otherwise) : otherwise);

/** k6's defaults: 10 minutes at most for iteration counts, 1 s as the unit of rates. https://grafana.com/docs/k6/latest/using-k6/scenarios/executors/ */
const MAX_DURATION_DEFAULT_S = 600;

function stagesOf(scenario: ScenarioOptions): { model: Load['model']; stages: Stage[] } {
  const start = seconds(scenario.startTime, 0);
  const perS = seconds(scenario.timeUnit, 1);
  const flat = (level: number, durationS: number): Stage[] => [{ fromS: start, toS: start + durationS, fromLevel: level, toLevel: level }];
  const ramp = (first: number, unit: number): Stage[] => {
    let fromS = start;
    let fromLevel = first / unit;
    return (scenario.stages ?? []).map((stage) => {
      const toS = fromS + seconds(stage.duration, 0);
      const made = { fromS, toS, fromLevel, toLevel: stage.target / unit };
      fromS = toS;
      fromLevel = made.toLevel;
      return made;
    });
  };
  switch (scenario.executor) {
    case 'constant-arrival-rate':
      return { model: 'open', stages: flat((scenario.rate ?? 0) / perS, seconds(scenario.duration, 0)) };
    case 'ramping-arrival-rate':
      return { model: 'open', stages: ramp(scenario.startRate ?? 0, perS) };
    case 'ramping-vus':
      return { model: 'closed', stages: ramp(scenario.startVUs ?? 1, 1) };
    case 'constant-vus':
      return { model: 'closed', stages: flat(scenario.vus ?? 1, seconds(scenario.duration, 0)) };
    default:
      return { model: 'closed', stages: flat(scenario.vus ?? 1, seconds(scenario.maxDuration, MAX_DURATION_DEFAULT_S)) };
  }
}

/** Level at time t within a stage: k6 ramps linearly. */
const levelAt = (stage: Stage, t: number): number =>
  stage.toS === stage.fromS
    ? stage.toLevel
    : stage.fromLevel + ((stage.toLevel - stage.fromLevel) * (t - stage.fromS)) / (stage.toS - stage.fromS);

/** The planned load of several scenarios that overlap: their sum, stage by stage. */
function sumOf(parts: readonly Stage[]): Stage[] {
  const times = [...new Set(parts.flatMap((part) => [part.fromS, part.toS]))].sort((a, b) => a - b);
  return times.slice(1).map((toS, i) => {
    const fromS = times[i] ?? 0;
    const active = parts.filter((part) => part.fromS <= fromS && part.toS >= toS && part.toS > part.fromS);
    const total = (t: number) => active.reduce((sum, part) => sum + levelAt(part, t), 0);
    return { fromS, toS, fromLevel: total(fromS), toLevel: total(toS) };
  });
}

/** The longest stretch at the highest level, or null when that level is only touched. */
export function plateauOf(stages: readonly Stage[]): { fromS: number; toS: number } | null {
  const top = Math.max(0, ...stages.flatMap((stage) => [stage.fromLevel, stage.toLevel]));
  const runs: { fromS: number; toS: number }[] = [];
  for (const stage of stages) {
    if (top === 0 || stage.fromLevel !== top || stage.toLevel !== top || stage.toS <= stage.fromS) continue;
    const last = runs.at(-1);
    if (last && last.toS === stage.fromS) last.toS = stage.toS;
    else runs.push({ fromS: stage.fromS, toS: stage.toS });
  }
  return runs.reduce<{ fromS: number; toS: number } | null>(
    (best, run) => (best && best.toS - best.fromS >= run.toS - run.fromS ? best : run),
    null,
  );
}

/** @param options k6's consolidated options, as `inspect` prints them */
export function planOf(options: Options): ScriptPlan {
  const parts = Object.values(options.scenarios ?? {}).map(stagesOf);
  const open = parts.filter((part) => part.model === 'open').flatMap((part) => part.stages);
  const closed = parts.filter((part) => part.model === 'closed').flatMap((part) => part.stages);
  // A script that mixes both is judged by its users: its arrivals then come on top of them, as background load does.
  const model: Load['model'] = closed.length > 0 || open.length === 0 ? 'closed' : 'open';
  const stages = sumOf(model === 'closed' ? closed : open);
  const peak = (of: readonly Stage[]) => Math.max(0, ...of.flatMap((stage) => [stage.fromLevel, stage.toLevel]));
  const ratePerSMax = peak(sumOf(open));
  const usersMax = Math.max(options.maxVUs ?? 0, peak(stages));
  const thinkTimeS = options.ext?.loadkit?.thinkTimeS;
  const durationS = Math.max(0, ...parts.flatMap((part) => part.stages).map((stage) => stage.toS));
  return {
    load: model === 'open' ? { model, ratePerS: ratePerSMax } : { model, usersMax: peak(stages) },
    stages,
    durationS,
    plateau: plateauOf(stages),
    usersMax,
    ratePerSMax,
    totalDurationS: seconds(options.totalDuration, durationS),
    thresholds: options.thresholds ?? {},
    systemTags: options.systemTags ?? [],
    blacklistIPs: options.blacklistIPs ?? [],
    thinkTimeS: typeof thinkTimeS === 'number' && thinkTimeS > 0 ? thinkTimeS : null,
  };
}
