import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawRequest } from './gateway/gateway-events.ts';

/** The gateway must never be the first to close a connection that a client is about to use: k6's keep idle ones for 90 s. */
const KEEP_ALIVE_MS = 120_000;
/** Guess: ten connections for each of a thousand players. */
const CONNECTIONS_MAX = 10_000;

/** A server on a free port of 127.0.0.1, and on nothing else. */
export const listen = async (listener: RequestListener): Promise<{ server: Server; port: number }> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, listener);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
};

export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

export const rawRequest = (request: IncomingMessage, port: number): RawRequest => ({
  method: request.method ?? 'GET',
  url: request.url ?? '/',
  rawHeaders: request.rawHeaders,
  httpVersion: request.httpVersion,
  sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  port,
});

/** The whole body; null when it is longer than `maxBytes`, and the rest is not read then. @throws Error when the client goes away */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer | null> => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The request is left whole when reading ends early, so that it can still be answered; Node reads the rest away after that.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Answers with JSON. */
export const answerJson = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
};
