import { randomBytes } from 'node:crypto';
import * as os from 'node:os';
import type { Plan, TargetLimit } from '../analyzers/contract.ts';
import { SCHEMA_VERSION } from '../analyzers/contract.ts';
import { capture } from './capture.ts';
import { type Config, limitsOfThresholds } from './config.ts';
import type { ScriptPlan } from './engines/k6/inspect.ts';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';
import { packageVersion } from './package.ts';
import type { Script } from './scenarios.ts';

/** `1-` + start of the run in 8 hex digits + `-` + 8 random ones: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids */
export const tracePrefixOf = (startMs: number): string =>
  `1-${Math.floor(startMs / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(4).toString('hex')}`;

/** @throws UserError 104 when the script would go past what the config file allows */
export function checkCaps(script: ScriptPlan, config: Config): void {
  const over = (what: string, value: number, max: number, setting: string): void => {
    if (value > max)
      throw new UserError(
        `${what} ${value} is over the limit of ${max}`,
        `ask for less, or raise ext.loadkit.${setting} in ${config.path}`,
      );
  };
  over('a load of users', script.usersMax, config.usersMax, 'usersMax');
  over('a rate of arrivals per second', script.ratePerSMax, config.ratePerSMax, 'ratePerSMax');
  over('a duration in seconds of', script.durationS, config.durationSMax, 'durationMax');
}

/** The limits of the config file, each replaced by the script's own threshold where it has one. */
function limitsOf(config: Config, script: ScriptPlan): TargetLimit[] {
  const own = limitsOfThresholds(script.thresholds);
  const inherited = config.limits.filter((limit) => !own.some((other) => other.id === limit.id));
  const order = ['latency-avg', 'latency-p95', 'error-rate', 'throughput', 'availability'];
  return [...own, ...inherited].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
}

/** The commit of the working directory, for the report; null outside of a repository. */
async function commitOf(host: Host): Promise<string | null> {
  const { stdout, problem } = await capture(host, 'git', ['rev-parse', 'HEAD'], { timeoutMs: 5_000 });
  const commit = problem === null ? stdout.trim() : (host.env['GITHUB_SHA'] ?? '');
  return /^[0-9a-f]{7,64}$/.test(commit) ? commit : null;
}

export async function makePlan(
  host: Host,
  {
    runId,
    script,
    scriptPlan,
    config,
    seed,
    target,
    aws,
    engine,
    tracePrefix,
    startMs,
  }: {
    runId: string;
    script: Script;
    scriptPlan: ScriptPlan;
    config: Config;
    seed: number;
    target: Plan['target'];
    /** Null where nobody is asked what the platform does. */
    aws: Plan['aws'] | null;
    engine: Plan['engine'];
    tracePrefix: string;
    startMs: number;
  },
): Promise<Plan> {
  return {
    schemaVersion: SCHEMA_VERSION,
    runId,
    scenario: script.name,
    shipped: script.shipped,
    load: scriptPlan.load,
    durationS: scriptPlan.durationS,
    stages: scriptPlan.stages,
    plateau: scriptPlan.plateau,
    warmUpS: config.warmUpS,
    thinkTimeS: scriptPlan.thinkTimeS,
    seed,
    tracePrefix,
    target,
    limits: limitsOf(config, scriptPlan),
    ...(aws && { aws }),
    engine,
    versions: { loadkit: packageVersion(), node: host.nodeVersion, commit: await commitOf(host) },
    machine: { os: `${host.platform} ${os.release()}`, arch: host.arch, cpus: os.availableParallelism(), memoryBytes: os.totalmem() },
    startedAt: new Date(startMs).toISOString(),
    endedAt: null,
    outcome: null,
  };
}
