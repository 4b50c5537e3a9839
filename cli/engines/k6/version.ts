import { capture } from '../../capture.ts';
import type { Host } from '../../host.ts';

/** The k6 that loadkit installs. */
export const K6_VERSION = '2.2.0';

/** Versions that loadkit works with. A new major version may take away what it leans on, as 2.0 did with `externally-controlled`. */
const K6_SUPPORTED = '>=2.2.0 <3';

/** k6 answers in 15 ms here; the first start of a fresh binary under a virus scanner takes seconds. Guess: tune. */
const ANSWER_MS_MAX = 15_000;

/** No news home and no builds of its own, even for a question as small as its version. */
const K6_QUIET_ENV: Readonly<Record<string, string>> = { K6_NO_USAGE_REPORT: 'true', K6_AUTO_EXTENSION_RESOLUTION: 'false' };

/** The version in what `k6 version` prints (`k6 v2.2.0 (go1.26.8, linux/amd64)`), without its v; null when that isn't k6 speaking. */
export const parseVersion = (text: string): string | null =>
  /^k6(?:\.exe)? v(\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[\w.]+)?)(?:\s|$)/.exec(text)?.[1] ?? null;

/** Whether `version` is within `K6_SUPPORTED`. A pre-release of 2.2.0 comes before it, so it isn't. */
export function isSupported(version: string): boolean {
  const [numbers = '', preRelease] = version.split('-', 2);
  const [major = 0, minor = 0, patch = 0] = numbers.split('.').map(Number);
  if (major !== 2 || minor < 2) return false;
  return minor > 2 || patch > 0 || preRelease === undefined;
}

/** Asks a k6 for its version. A `problem` is one lowercase clause that goes on from the binary's name. */
export async function readVersion(host: Host, path: string): Promise<{ version: string } | { problem: string }> {
  const { stdout, problem } = await capture(host, path, ['version'], { timeoutMs: ANSWER_MS_MAX, env: { ...host.env, ...K6_QUIET_ENV } });
  if (problem !== null) return { problem: `${problem} when asked for its version` };
  const version = parseVersion(stdout);
  return version === null ? { problem: "doesn't answer as k6 does" } : { version };
}

/** As `readVersion`, and a version out of range is a problem too. */
export async function readSupportedVersion(host: Host, path: string): Promise<{ version: string } | { problem: string }> {
  const answer = await readVersion(host, path);
  if ('problem' in answer || isSupported(answer.version)) return answer;
  return { problem: `is k6 ${answer.version}, and loadkit needs ${K6_SUPPORTED}` };
}
