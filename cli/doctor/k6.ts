import { probe } from '../engines/k6/download.ts';
import { locateK6 } from '../engines/k6/find.ts';
import { findGo, GO_MIN } from '../engines/k6/go-build.ts';
import { type K6, OWN_K6_HINT, VERIFIED_BY } from '../engines/k6/k6.ts';
import { OFFICIAL_RELEASE, type Release } from '../engines/k6/release.ts';
import { K6_VERSION } from '../engines/k6/version.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Answer, Check } from './check.ts';

/** Someone waits for the answer, and it is only a head. Guess: tune. */
const PROBE_MS_MAX = 5_000;

export const k6: Check = {
  id: 'k6',
  question: 'Is there a k6, and where does it come from?',
  check: (host) => checkK6(host, OFFICIAL_RELEASE),
};

/** @param release where a first run would get it from; a test's own in tests */
export async function checkK6(host: Host, release: Release): Promise<Answer> {
  const notes: string[] = [];
  try {
    const located = await locateK6(host, (text) => notes.push(text));
    if (located !== null) return { status: 'ok', found: [describe(located), ...notes].join('; '), details: { ...located } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { status: 'missing', found: error.message, fix: error.hint };
  }
  const answer = await firstRun(host, release);
  return { ...answer, found: [answer.found, ...notes].join('; ') };
}

const describe = ({ version, from, path, sha256, verifiedBy }: K6): string =>
  `k6 ${version} (${from}) at ${path}${sha256 === null ? '' : `, SHA-256 ${sha256}`}: ${VERIFIED_BY[verifiedBy]}`;

/** What a first run would do to get one. */
async function firstRun(host: Host, release: Release): Promise<Answer> {
  const asset = release.assets[`${host.platform}-${host.arch}`];
  const fix = 'run `loadkit engine install`, or let the first run do it';
  let why = `k6's release has no archive for ${host.platform} on ${host.arch}`;
  if (asset !== undefined) {
    const url = new URL(asset.name, release.baseUrl);
    const problem = await probe({
      url,
      limits: { connectMs: PROBE_MS_MAX, stallMs: PROBE_MS_MAX, totalMs: PROBE_MS_MAX },
      signal: new AbortController().signal,
    });
    const verifiedBy = asset.sha256 === null ? 'release-checksums' : 'pinned-sha256';
    if (problem === null) {
      const against = verifiedBy === 'pinned-sha256' ? 'the SHA-256 pinned in loadkit' : "the release's own checksum file";
      const found = `not installed yet; the first run downloads k6 ${K6_VERSION} from ${url.href} and checks it against ${against}`;
      return { status: 'ok', found, fix, details: { path: null, version: K6_VERSION, from: 'release', sha256: asset.sha256, verifiedBy } };
    }
    why = `k6's release can't be had: ${problem}`;
  }
  const go = await findGo(host);
  if ('missing' in go) {
    return {
      status: 'missing',
      found: `not installed; ${why}, and ${go.missing}`,
      fix: `${OWN_K6_HINT}, or install Go ${GO_MIN} or newer`,
    };
  }
  return {
    status: 'warn',
    found: `not installed yet; ${why}, so the first run builds k6 ${K6_VERSION} with Go ${go.version} (not tried here)`,
    fix,
    details: { path: null, version: K6_VERSION, from: 'go build', sha256: null, verifiedBy: 'go-sum' },
  };
}
