import * as path from 'node:path';
import { PUSH_INTERVAL_S } from '../../collect/series.ts';
import { blockedRanges } from '../../safety.ts';
import type { Script } from '../../scenarios.ts';
import type { ScriptPlan } from './inspect.ts';
import { TREND_STATS } from './summary.ts';

/** Tags that split a request into series of its own; `url` is never among them, since it carries ids and secrets. */
const SYSTEM_TAGS = ['name', 'method', 'status', 'expected_response', 'error_code'];

/** Variables as k6 arguments; those without a value are left out. @param more `NAME=VALUE` pairs that come last, and so win */
export function envArgs(variables: Readonly<Record<string, string | number | null | undefined>>, more: readonly string[]): string[] {
  const pairs = Object.entries(variables).flatMap(([name, value]) => (value === undefined || value === null ? [] : [`${name}=${value}`]));
  return [...pairs, ...more].flatMap((pair) => ['-e', pair]);
}

export interface RunArgs {
  configPath: string;
  script: Script;
  scriptPlan: ScriptPlan;
  /** Every target is on loopback, and so k6 may dial nothing else. */
  held: boolean;
  /** As `-e` arguments. */
  env: readonly string[];
  /** `name=value`, on every sample. */
  tags: readonly string[];
  /** The user's own, handed on as they are. */
  more: readonly string[];
}

/** Where k6 leaves its own summary. */
export const summaryFile = (temporary: string): string => path.join(temporary, 'summary.json');

/** The arguments of `k6 run`: https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/ */
export function runArgs({ configPath, script, scriptPlan, held, env, tags, more }: RunArgs, temporary: string): string[] {
  // A user's thresholds may refer to tags that our own scenarios do without.
  const systemTags = script.shipped ? SYSTEM_TAGS : [...new Set([...SYSTEM_TAGS, ...scriptPlan.systemTags])].filter((tag) => tag !== 'url');
  return [
    'run',
    ...['--config', configPath],
    ...['--log-format', 'json', '--no-color', '--quiet'],
    ...['--out', 'experimental-prometheus-rw', '--features', 'native-histograms'],
    ...['--summary-export', summaryFile(temporary), '--summary-trend-stats', TREND_STATS],
    ...['--system-tags', systemTags.join(',')],
    // The option takes the place of the script's own, which therefore stand here, too.
    ...[...blockedRanges(held), ...scriptPlan.blacklistIPs].flatMap((range) => ['--blacklist-ip', range]),
    ...env,
    ...tags.flatMap((tag) => ['--tag', tag]),
    ...more,
    script.path,
  ];
}

/** k6's Prometheus output: https://grafana.com/docs/k6/latest/results-output/real-time/prometheus-remote-write/ */
export const pushTo = (url: string): NodeJS.ProcessEnv => ({
  K6_PROMETHEUS_RW_SERVER_URL: url,
  K6_PROMETHEUS_RW_PUSH_INTERVAL: `${PUSH_INTERVAL_S}s`,
  // Each histogram comes once more at the end: k6 leaves out an update whose time is not newer than the one before it.
  K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
});
