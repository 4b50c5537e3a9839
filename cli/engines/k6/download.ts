import { createHash } from 'node:crypto';
import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { OWN_K6_HINT } from './k6.ts';

/** The server could not be reached, or did not deliver. Another source may be tried; nothing that arrived was wrong. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Limits {
  /** From a request to its response's head. */
  connectMs: number;
  /** Without a byte. */
  stallMs: number;
  /** For the whole of it, however steadily it trickles. */
  totalMs: number;
}

/** Guess: tune. 10 s is also what undici gives a TCP connection. */
export const DOWNLOAD_LIMITS: Limits = { connectMs: 10_000, stallMs: 20_000, totalMs: 30 * 60_000 };

/** GitHub needs one, to where the files lie. */
const REDIRECTS_MAX = 5;

const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

interface Destination {
  url: URL;
  limits: Limits;
  /** Aborts when the user wants to stop; its reason is what is thrown then. */
  signal: AbortSignal;
}

export interface Request extends Destination {
  bytesMax: number;
}

/**
 * Whether a request for `from` may go to `to`: only by https, or, for a test's server on loopback, to that same server.
 */
export function isHopAllowed(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (from.protocol === 'http:' && isLoopback(from) && to.origin === from.origin);
}

const isLoopback = (url: URL): boolean => url.hostname === '127.0.0.1' || url.hostname === '[::1]';

/**
 * Fetches `url` into `file`, which must not exist yet.
 * @returns the SHA-256 of what was written, in hex
 * @throws Unreachable when it can't be had (no network, an error status, a stall, a connection that broke off)
 * @throws UserError when what came is not to be trusted (a redirect to plain http, more bytes than expected)
 */
export async function download(
  host: Host,
  file: string,
  request: Request,
  onBytes: (receivedBytes: number, totalBytes: number | null) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const handle = await host.fs.open(file, 'wx', 0o600);
  try {
    for await (const { chunk, receivedBytes, totalBytes } of fetchChunks(request)) {
      hash.update(chunk);
      await handle.writeFile(chunk);
      onBytes(receivedBytes, totalBytes);
    }
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/** As `download`, into a string. For short texts: the checksum file. */
export async function downloadText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of fetchChunks(request)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether the server has `url`, by its head alone. Null when it has, otherwise why not, as a clause. */
export async function probe(request: Destination): Promise<string | null> {
  const watchdog = watch(request);
  try {
    const response = await follow(request.url, watchdog.signal, 'HEAD');
    return response.ok ? null : `${request.url.host} answered ${response.status}`;
  } catch (error) {
    const reason = watchdog.explain(error);
    return reason instanceof Error ? reason.message : String(reason);
  } finally {
    watchdog.stop();
  }
}

interface Chunk {
  chunk: Uint8Array;
  receivedBytes: number;
  /** As announced; null where the server doesn't say. */
  totalBytes: number | null;
}

async function* fetchChunks(request: Request): AsyncGenerator<Chunk> {
  const watchdog = watch(request);
  try {
    const response = await follow(request.url, watchdog.signal, 'GET');
    if (response.status !== 200 || response.body === null) throw new Unreachable(`${request.url.host} answered ${response.status}`);
    const announced = response.headers.get('content-length');
    const totalBytes = announced === null ? null : Number(announced);
    assertSize(request, totalBytes ?? 0);
    let receivedBytes = 0;
    watchdog.heard();
    for await (const chunk of response.body) {
      receivedBytes += chunk.byteLength;
      assertSize(request, receivedBytes);
      yield { chunk, receivedBytes, totalBytes };
      // After the consumer is done with it: a slow disk here is no stall over there.
      watchdog.heard();
    }
  } catch (error) {
    throw watchdog.explain(error);
  } finally {
    watchdog.stop();
  }
}

async function follow(start: URL, signal: AbortSignal, method: 'GET' | 'HEAD'): Promise<Response> {
  if (!isHopAllowed(start, start)) throw refusal(`${start.href} is not https`);
  let url = start;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
    // Identity: a hash and a length are of the bytes as they are stored.
    const headers = { 'user-agent': 'loadkit', 'accept-encoding': 'identity' };
    const response = await fetch(url, { method, headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECT_STATUS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, url);
    if (!isHopAllowed(url, next)) throw refusal(`${url.host} redirects to ${next.origin}, which is not https`);
    url = next;
  }
  throw new Unreachable(`${start.host} redirects more than ${REDIRECTS_MAX} times`);
}

function assertSize({ url, bytesMax }: Request, bytes: number): void {
  if (bytes > bytesMax) throw refusal(`${url.host} sends more than the ${bytesMax} bytes that it may have`);
}

const refusal = (why: string): UserError =>
  new UserError(
    `the download of k6 was refused: ${why}`,
    `something between here and the release answers in its place (a proxy, a portal); mend that, or ${OWN_K6_HINT}`,
  );

/** Aborts a request that hears nothing for too long, or takes too long in all, and tells afterwards why it ended. */
function watch({ url, limits, signal }: Destination) {
  const silence = new AbortController();
  const total = AbortSignal.timeout(limits.totalMs);
  let timer = setTimeout(
    () => silence.abort(new Unreachable(`${url.host} gave no answer within ${limits.connectMs / 1000} s`)),
    limits.connectMs,
  );
  return {
    signal: AbortSignal.any([signal, silence.signal, total]),
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Unreachable(`${url.host} sent nothing for ${limits.stallMs / 1000} s`)), limits.stallMs);
    },
    stop: () => clearTimeout(timer),
    explain: (error: unknown): unknown => {
      if (signal.aborted) return signal.reason;
      if (silence.signal.aborted) return silence.signal.reason;
      if (total.aborted) return new Unreachable(`${url.host} took longer than ${limits.totalMs / 60_000} min`, { cause: error });
      if (error instanceof UserError || error instanceof Unreachable) return error;
      return new Unreachable(`${url.host} can't be reached (${innermost(error)})`, { cause: error });
    },
  };
}

/** `fetch failed` says nothing; its cause does (`ENOTFOUND`, `other side closed`). */
function innermost(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (!(at instanceof Error)) return String(at);
  return (at as NodeJS.ErrnoException).code ?? at.message;
}
