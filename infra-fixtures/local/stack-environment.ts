import { randomBytes } from 'node:crypto';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableNames } from '../game/definition.ts';

/** What the user's environment says about the stack: a database and a Redis to use instead of our own. */
export interface ExternalServices {
  dynamodb: string | null;
  redis: string | null;
  notes: string[];
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Load stays on this machine: a service anywhere else is not used, since that could be somebody's production, and a note says so. */
export const externalServices = (env: Readonly<Record<string, string | undefined>>): ExternalServices => {
  const notes: string[] = [];
  const local = (variable: string, protocols: readonly string[]): string | null => {
    const value = env[variable];
    if (value === undefined || value === '') return null;
    const url = URL.parse(value);
    if (url !== null && protocols.includes(url.protocol) && LOOPBACK.has(url.hostname)) return value;
    notes.push(`${variable} is no ${protocols.join(' or ')} address on this machine and was not used`);
    return null;
  };
  return { dynamodb: local('LOADKIT_DYNAMODB_ENDPOINT', ['http:', 'https:']), redis: local('REDIS_URL', ['redis:']), notes };
};

/** What every process of the stack may see of the user's environment: enough to find programs and temporary files, and no credentials. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'PATHEXT', 'NODE_COMPILE_CACHE'];

export const baseEnvironment = (env: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  // A dozen processes load the same libraries; Node's compile cache halves that. Its place is Node's own default.
  const passed: Record<string, string> = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
  for (const name of PASSED_ON) {
    const value = env[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
};

/** Where everything of the game is on this machine. `id` keeps stacks apart that share a Redis or a database. */
export const gameEnvironment = (id: string, external: { dynamodb: boolean }): Record<string, string> => ({
  NODE_ENV: 'production',
  // Credentials that open nothing, and no files from which the user's own could come.
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  // Whatever service of AWS has no endpoint of its own below is refused on this machine (the discard port) rather than called on the internet.
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  ...Object.fromEntries(tableNames.map((table) => [`TABLE_${table.toUpperCase()}`, external.dynamodb ? `loadkit-${id}-${table}` : table])),
  REDIS_KEY_PREFIX: `loadkit:${id}:`,
  TOKEN_SECRET: randomBytes(32).toString('hex'),
  // A run's players sign in once; none of them is to be thrown out in the middle of it.
  TOKEN_TTL_S: '14400',
  // 2^8, some 2 ms of one core: a thousand players sign in within half a minute on the two cores that also make the load.
  PASSWORD_COST: '8',
  // The world of a long run has to stay within memory: what is over is cleared away after minutes, not days.
  AUCTION_DURATION_S: '900',
  SOLD_KEPT_S: '300',
  CHAT_KEPT_S: '300',
  TASK_KEPT_S: '600',
});

/** The endpoints, once they are known, in the words of the SDK and the game. */
export const endpointEnvironment = ({ dynamodb, redis }: { dynamodb: string; redis: string }): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
  REDIS_URL: redis,
});

/**
 * Where to tell and to ask: the platform's processes by TELEMETRY_ENDPOINT, the game by the words of the SDK, as on Lambda and ECS. Empty where telemetry
 * is off.
 */
export const telemetryEnvironment = (telemetry: { endpoint: string; daemon: string } | null): Record<string, string> =>
  telemetry === null
    ? {}
    : {
        TELEMETRY_ENDPOINT: telemetry.endpoint,
        AWS_ENDPOINT_URL_CLOUDWATCH: telemetry.endpoint,
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: telemetry.endpoint,
        AWS_ENDPOINT_URL_XRAY: telemetry.endpoint,
        AWS_XRAY_DAEMON_ADDRESS: telemetry.daemon,
      };

/** What the operations look back on, in compressed time: as many times shorter as they come more often, but never less than a few datapoints. */
export const compressedTime = (timeScale: number, periodS: number): Record<string, string> => {
  const window = (onAwsS: number): string => String(Math.max(DATAPOINTS_MIN * periodS, Math.round(onAwsS / timeScale)));
  return { METRIC_PERIOD_S: String(periodS), READINESS_WINDOW_S: window(900), OPTIMISATION_WINDOW_S: window(21_600) };
};

/** Guess: tune. */
const DATAPOINTS_MIN = 5;
