import type { Progress } from '../../progress.ts';

/** Where a k6 was found or had from, in the order in which loadkit looks. */
type From = 'LOADKIT_K6' | 'PATH' | 'cache' | 'release' | 'go build';

/** What stands behind a binary's hash. A contract: `engine path --json` and `doctor --json` print it. */
export type VerifiedBy = 'pinned-sha256' | 'release-checksums' | 'go-sum' | 'none';

/** A k6 that may be run. */
export interface K6 {
  /** Absolute. */
  path: string;
  /** Without a leading v. */
  version: string;
  from: From;
  /** SHA-256 of the binary in hex, checked just now; null for the user's own (`LOADKIT_K6`, PATH), which is not ours to check. */
  sha256: string | null;
  verifiedBy: VerifiedBy;
}

/** `VerifiedBy` in words, for people. */
export const VERIFIED_BY: Readonly<Record<VerifiedBy, string>> = {
  'pinned-sha256': 'its release archive has the SHA-256 that is pinned in loadkit',
  'release-checksums': "its release archive has the SHA-256 of the release's own checksum file, which comes from the same place",
  'go-sum': "its sources have the hashes of loadkit's go.sum",
  none: 'your own, not checked by loadkit',
};

/** Hears how finding and installing k6 goes: a `note` happened once and stays, a `state` is replaced by the next one. */
export type OnProgress = (text: string, kind: 'note' | 'state') => void;

/** Tells it on the live line. */
export const tellOn =
  (progress: Progress): OnProgress =>
  (text, kind) =>
    kind === 'note' ? progress.note(text) : progress.show(text);

/** Every way to a k6 that needs no help from loadkit, for hints. */
export const OWN_K6_HINT =
  'install k6 2.2.0 or newer so that it is on PATH (https://grafana.com/docs/k6/latest/set-up/install-k6/), or set LOADKIT_K6 to its path';
