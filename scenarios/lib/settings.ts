/** What a run asks of a scenario, read from the environment that loadkit gives to k6 (`-e`) and checked before the first request. */
export interface Settings {
  /** Base URL of the game's HTTP API, without a slash at its end. */
  httpUrl: string;
  /** URL of the chat; null when none was given. */
  wsUrl: string | null;
  /** Closed: players who wait for their answers. Open: arrivals per second, whatever the answers. */
  load: { model: 'closed'; users: number } | { model: 'open'; ratePerS: number };
  /** Planned length, ramps included, in seconds. */
  durationS: number;
  /** Length of the ramp up, and of the ramp down, in seconds. */
  rampS: number;
  seed: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The most users that loadkit accepts (its command line says the same). */
const USERS_MAX = 100_000;
/** Guess: tune. Ten thousand journeys a second are far beyond what one k6 process sends. */
const RATE_MAX_PER_S = 10_000;
/** k6 takes whole targets per time unit: rates are counted per 100 s (see profile.ts), so a hundredth is the finest. */
const RATE_STEP_PER_S = 0.01;
/** A week: guess. Anything longer is a slip of the unit. */
const DURATION_MAX_S = 7 * 24 * 3600;

/** Few enough users to harm nobody by a slip; long enough for a verdict (a steady window, and the 2,995 requests that 99.9 % take, from 50 users on). */
const DEFAULTS = { users: 10, durationS: 300, seed: 1 };

/** Unless asked otherwise, a tenth of the run goes to each ramp, and no more than this: players who all sign in at once are a test of its own. Guess: tune. */
const RAMP_S_MAX = 30;

/**
 * @param env k6's `__ENV`
 * @throws Error naming the variable, its value and what it takes
 */
export function readSettings(env: Env): Settings {
  const durationS = numberIn(env, 'LOADKIT_DURATION_S', 1, DURATION_MAX_S, DEFAULTS.durationS);
  const rampS = numberIn(env, 'LOADKIT_RAMP_S', 0, DURATION_MAX_S, Math.min(RAMP_S_MAX, durationS / 10));
  if (2 * rampS > durationS) {
    throw new Error(`LOADKIT_RAMP_S is ${rampS}: ramps up and down don't fit into LOADKIT_DURATION_S, which is ${durationS}`);
  }
  return {
    httpUrl: urlOf(env, 'LOADKIT_TARGET', 'http').replace(/\/+$/, ''),
    wsUrl: given(env, 'LOADKIT_WS_TARGET') === undefined ? null : urlOf(env, 'LOADKIT_WS_TARGET', 'ws'),
    load: loadOf(env),
    durationS,
    rampS,
    seed: wholeNumberIn(env, 'LOADKIT_SEED', 0, Number.MAX_SAFE_INTEGER, DEFAULTS.seed),
  };
}

function loadOf(env: Env): Settings['load'] {
  if (given(env, 'LOADKIT_RATE') === undefined) {
    return { model: 'closed', users: wholeNumberIn(env, 'LOADKIT_USERS', 1, USERS_MAX, DEFAULTS.users) };
  }
  if (given(env, 'LOADKIT_USERS') !== undefined) {
    throw new Error(
      'LOADKIT_USERS and LOADKIT_RATE are both set: players and arrivals per second are different questions, ask one of them',
    );
  }
  return { model: 'open', ratePerS: numberIn(env, 'LOADKIT_RATE', RATE_STEP_PER_S, RATE_MAX_PER_S, 1) };
}

/** An empty variable counts as one that isn't set. */
const given = (env: Env, name: string): string | undefined => env[name]?.trim() || undefined;

function numberIn(env: Env, name: string, min: number, max: number, otherwise: number): number {
  const text = given(env, name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value >= min && value <= max)) throw new Error(`${name} is "${text}": it takes a number from ${min} to ${max}`);
  return value;
}

function wholeNumberIn(env: Env, name: string, min: number, max: number, otherwise: number): number {
  const value = numberIn(env, name, min, max, otherwise);
  if (!Number.isInteger(value)) throw new Error(`${name} is ${value}: it takes a whole number`);
  return value;
}

/** @param scheme `http` or `ws`; the `s` of TLS may follow it */
function urlOf(env: Env, name: string, scheme: 'http' | 'ws'): string {
  const text = given(env, name);
  if (text === undefined) throw new Error(`${name} is not set: it takes the URL to load, such as ${scheme}://127.0.0.1:8080`);
  // k6 has no URL class. User names and passwords in a URL would end up in logs, so the host must follow the slashes directly.
  if (!new RegExp(`^${scheme}s?://[^/?#@\\s]+(/[^?#\\s]*)?$`).test(text)) {
    throw new Error(`${name} is not a plain ${scheme} URL: it takes ${scheme}://host[:port][/path], without user name, query or fragment`);
  }
  return text;
}
