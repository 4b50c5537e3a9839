import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DecodeError } from './decode.ts';

/** guess: tune. 20,000 series of k6 come to about 1 MB compressed. */
const BODY_BYTES_MAX = 16 * 2 ** 20;

/** k6 gives up on a push after 5 s (remotewrite/config.go, `defaultTimeout`), so nothing that takes longer is worth waiting for. */
const PUSH_TIMEOUT_MS = 5_000;

export interface Receiver {
  /** Where the engine pushes to. Its path is a secret, so that no other process's metrics mix in. */
  url: string;
  /** Pushes that were not what they should be. The engine's next one covers them. */
  rejected(): number;
  /** Takes no more pushes; resolves when those under way have been answered. */
  close(): Promise<void>;
}

/**
 * Receives remote write on a free port of 127.0.0.1. The engine waits for each answer, which comes once `accept` is done.
 *
 * @param accept takes the body of a push; a DecodeError is answered 400, anything else it throws 503
 */
export const startReceiver = async (accept: (body: Uint8Array) => Promise<void>): Promise<Receiver> => {
  const path = `/${randomBytes(16).toString('hex')}`;
  let rejected = 0;

  const receive = async (request: IncomingMessage): Promise<number> => {
    if (request.method !== 'POST' || request.url !== path) return 404;
    const body = await readBody(request);
    if (body === null) return 413;
    try {
      await accept(body);
      return 204;
    } catch (error) {
      return error instanceof DecodeError ? 400 : 503;
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A push that breaks off rejects, and has nobody to answer to.
    const status = await receive(request).catch(() => 400);
    if (status !== 204) rejected++;
    // A connection that is kept alive would keep a closing server open.
    if (status === 413 || !server.listening) response.setHeader('connection', 'close');
    response.writeHead(status).end();
  };

  const server = createServer(
    { requestTimeout: PUSH_TIMEOUT_MS, headersTimeout: PUSH_TIMEOUT_MS },
    (request, response) => void answer(request, response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    rejected: () => rejected,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), PUSH_TIMEOUT_MS);
      await closed;
      clearTimeout(late);
    },
  };
};

/** Null when it's too large. */
const readBody = async (request: IncomingMessage): Promise<Buffer | null> => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
