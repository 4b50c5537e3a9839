import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What to answer for a path: a body, or a function that answers by itself. */
export type Answer = string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void);

/** A server on loopback that knows the given paths, answers 404 elsewhere, counts, and ends with the test. */
export async function fileServer(answers: Readonly<Record<string, Answer>>): Promise<{ baseUrl: URL; requested: string[] }> {
  const requested: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    requested.push(name);
    const answer = answers[name];
    if (answer === undefined) response.writeHead(404).end();
    else if (typeof answer === 'function') answer(request, response);
    else response.writeHead(200, { 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), requested };
}

/** A port of loopback that nobody listens at: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
