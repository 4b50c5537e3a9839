import * as path from 'node:path';
import type { TargetLimit } from '../analyzers/contract.ts';
import { isObject, type Json } from '../analyzers/json.ts';
import type { ConfiguredResource } from '../analyzers/sources/inventory/configured.ts';
import { durationOf } from './duration.ts';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';
import { packageRoot } from './package.ts';
import {
  AWS_HINT,
  type AwsSettings,
  EDGES_HINT,
  type Edge,
  isAwsSettings,
  isEdges,
  isResources,
  RESOURCES_HINT,
} from './platform/settings.ts';
import { exists } from './store.ts';

/** What `ext.loadkit` of k6.config.json says, with the defaults of the file that ships with loadkit. */
export interface Config {
  /** The file, handed to k6 as it is. */
  path: string;
  limits: TargetLimit[];
  warmUpS: number;
  /** Hosts, besides loopback, that load may be sent to: `api.example.com`, or `*.example.com` for all below it. */
  allowedTargets: string[];
  usersMax: number;
  ratePerSMax: number;
  durationSMax: number;
  /** Null where the file says nothing of AWS. */
  aws: AwsSettings | null;
  resources: ConfiguredResource[];
  edges: Edge[];
}

/** `ext.loadkit` once every key has been checked against the table below. */
interface Settings {
  throughputPerS?: number;
  availability?: number;
  warmUp: string;
  allowedTargets: string[];
  usersMax: number;
  ratePerSMax: number;
  durationMax: string;
  aws?: AwsSettings;
  resources?: ConfiguredResource[];
  edges?: Edge[];
}

/** Every key of `ext.loadkit`, with what it has to be. A newcomer's typo should meet this table and not silence. */
const KEYS: Readonly<Record<string, { is: (value: unknown) => boolean; hint: string }>> = {
  throughputPerS: { is: isPositive, hint: 'requests per second, such as 150' },
  availability: { is: (value) => isPositive(value) && value < 1, hint: 'a share below 1, such as 0.999' },
  warmUp: { is: isString, hint: 'a duration, such as "10s"' },
  allowedTargets: {
    is: (value) => Array.isArray(value) && value.every(isString),
    hint: 'a list of host names, such as ["api.example.com"]',
  },
  usersMax: { is: isCount, hint: 'a whole number from 1 to 100000' },
  ratePerSMax: { is: isPositive, hint: 'arrivals per second, such as 1000' },
  durationMax: { is: isString, hint: 'a duration, such as "2h"' },
  aws: { is: isAwsSettings, hint: AWS_HINT },
  resources: { is: isResources, hint: RESOURCES_HINT },
  edges: { is: isEdges, hint: EDGES_HINT },
};

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
function isString(value: unknown): value is string {
  return typeof value === 'string';
}
function isCount(value: unknown): boolean {
  return Number.isInteger(value) && isPositive(value) && value <= 100_000;
}

/** The thresholds whose limits loadkit judges itself, on the steady window. Any other is left to k6 (`k6:<metric>:<expression>`). */
const STANDARD = [
  { id: 'latency-avg', metric: 'http_req_duration', aggregate: 'avg' },
  { id: 'latency-p95', metric: 'http_req_duration', aggregate: 'p(95)' },
  { id: 'error-rate', metric: 'http_req_failed', aggregate: 'rate' },
] as const;

/** @returns the limits of the standard targets among k6 thresholds `{metric: ["avg<500", {threshold: "p(95)<2000"}]}`. */
export function limitsOfThresholds(thresholds: unknown): TargetLimit[] {
  if (!isObject(thresholds)) return [];
  return STANDARD.flatMap(({ id, metric, aggregate }) => {
    const limits = expressionsOf(thresholds[metric]).flatMap((expression) => {
      const match = /^\s*(avg|p\(95(?:\.0+)?\)|rate)\s*<=?\s*(\d+(?:\.\d+)?)\s*$/.exec(expression);
      return match && match[1]?.replace(/\.0+/, '') === aggregate ? [Number(match[2])] : [];
    });
    return limits.length > 0 ? [{ id, limit: Math.min(...limits) }] : [];
  });
}

function expressionsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (isString(entry)) return [entry];
    return isObject(entry) && isString(entry['threshold']) ? [entry['threshold']] : [];
  });
}

/**
 * Reads the file given by `--config`, else `k6.config.json` in the working directory, else the one that ships with loadkit. Settings that a file
 * leaves out have the shipped file's values; targets it leaves out are no targets.
 *
 * @throws UserError 104 when the file is not there, not JSON, or holds an unknown or unfit setting.
 */
export async function loadConfig(host: Host, given: string | undefined): Promise<Config> {
  const shipped = path.join(packageRoot(), 'k6.config.json');
  const local = path.join(host.cwd, 'k6.config.json');
  const file = given !== undefined ? path.resolve(host.cwd, given) : (await exists(host, local)) ? local : shipped;
  const content = await readJson(host, file);
  // Defaults for how a run is made; but a target that a file doesn't name is no target.
  const { throughputPerS: _throughput, availability: _availability, ...defaults } = settingsOf(await readJson(host, shipped), shipped);
  const settings = { ...defaults, ...settingsOf(content, file) } as Settings;
  return {
    path: file,
    limits: [
      ...limitsOfThresholds(content['thresholds']),
      ...(settings.throughputPerS === undefined ? [] : [{ id: 'throughput' as const, limit: settings.throughputPerS }]),
      ...(settings.availability === undefined ? [] : [{ id: 'availability' as const, limit: settings.availability }]),
    ],
    warmUpS: durationOf('ext.loadkit.warmUp', settings.warmUp),
    allowedTargets: settings.allowedTargets,
    usersMax: settings.usersMax,
    ratePerSMax: settings.ratePerSMax,
    durationSMax: durationOf('ext.loadkit.durationMax', settings.durationMax),
    aws: settings.aws ?? null,
    resources: settings.resources ?? [],
    edges: settings.edges ?? [],
  };
}

async function readJson(host: Host, file: string): Promise<Json> {
  const text = await host.fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`cannot read the config file ${file}`, 'check the path given to --config', { cause });
  });
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw new UserError(
      `the config file ${file} is not JSON: ${(cause as Error).message}`,
      'it is a k6 config file, with our settings under ext.loadkit',
      { cause },
    );
  }
  throw new UserError(`the config file ${file} is not a JSON object`, 'it is a k6 config file, with our settings under ext.loadkit');
}

function settingsOf(content: Json, file: string): Partial<Settings> {
  const ext = content['ext'];
  const settings = isObject(ext) ? (ext['loadkit'] ?? {}) : {};
  if (!isObject(settings))
    throw new UserError(`ext.loadkit in ${file} is not an object`, `its settings are ${Object.keys(KEYS).join(', ')}`);
  for (const [key, value] of Object.entries(settings)) {
    const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (!known) throw new UserError(`unknown setting ext.loadkit.${key} in ${file}`, `the settings are ${Object.keys(KEYS).join(', ')}`);
    if (!known.is(value)) throw new UserError(`ext.loadkit.${key} in ${file} does not fit`, `it takes ${known.hint}`);
  }
  return settings as Partial<Settings>;
}
