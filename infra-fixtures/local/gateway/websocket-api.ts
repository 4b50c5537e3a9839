import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { answerJson, close, listen, rawRequest, readBody } from '../http.ts';
import type { Invoke } from '../lambda/function-host.ts';
import { InvocationError } from '../lambda/invocation-error.ts';
import { nowMs } from '../lambda/invocation-run.ts';
import { type Platform, startPlatform } from '../telemetry/platform.ts';
import { type Connection, connectEvent, connectionOf, disconnectEvent, messageEvent, splitUrl } from './gateway-events.ts';
import { type Route, type WebSocketTelemetry, webSocketTelemetry } from './websocket-telemetry.ts';

/** API Gateway's WebSocket API on this machine, with the `@connections` calls by which functions answer. */
export interface WebSocketApi {
  /** For players. */
  url: string;
  /** For functions: the endpoint of the management API. */
  managementUrl: string;
  stop(): Promise<void>;
}

export interface WebSocketApiOptions {
  invoke: Invoke;
  /** 128 KB a message, 10 minutes without one, 2 hours in all: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
  messageMaxBytes?: number;
  idleMaxMs?: number;
  lifeMaxMs?: number;
  /** What posting to a connection takes, over what this machine needs. */
  postMs?: number;
  /** Without it nothing is told. API Gateway doesn't trace WebSocket APIs: a trace begins at the function. */
  platform?: Platform;
}

interface Open {
  connection: Connection;
  socket: WebSocket;
  lastActiveAt: number;
}

const CLOSE = { goingAway: 1001, unsupported: 1003, tooLong: 1009 } as const;
/** How often idle and old connections are looked for, at most; a shorter limit is looked at as often as itself. */
const SWEEP_EVERY_MS = 10_000;
/** A client that doesn't read what it is sent gets no more when this much waits for it: who posts is told to slow down. Guess: tune. */
const BUFFERED_MAX_BYTES = 1024 * 1024;

export const startWebSocketApi = async (options: WebSocketApiOptions): Promise<WebSocketApi> => {
  const {
    messageMaxBytes = 128 * 1024,
    idleMaxMs = 600_000,
    lifeMaxMs = 7_200_000,
    postMs = 0,
    platform = startPlatform(undefined),
  } = options;
  const telemetry = webSocketTelemetry(platform);
  const integration: Integration = { invoke: options.invoke, telemetry };
  const open = new Map<string, Open>();
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: messageMaxBytes, perMessageDeflate: false, clientTracking: false });
  const { server, port } = await listen(
    (request, response) => void manage(request, response, { open, messageMaxBytes, postMs, telemetry }),
  );

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    // Or the function would learn of a connection that never comes to be.
    if (!isHandshake(request)) return void refuse(socket, 400);
    void (async () => {
      const raw = rawRequest(request, port);
      const connection = connectionOf(raw, Date.now());
      const status = await statusOf(integration, '$connect', connectEvent(connection, raw, Date.now()));
      if (status < 200 || status > 299) return refuse(socket, status);
      // The function knows the connection now; if the client has given up meanwhile, it is to learn that too.
      if (socket.destroyed) return void disconnected(integration, connection, 1006, 'Client-side close before the handshake was done');
      upgrades.handleUpgrade(request, socket, head, (accepted) => serve(accepted, connection, open, integration));
    })();
  });

  const sweep = setInterval(() => closeOverdue(open, idleMaxMs, lifeMaxMs, Date.now()), Math.min(SWEEP_EVERY_MS, idleMaxMs, lifeMaxMs));
  return {
    url: `ws://127.0.0.1:${port}`,
    managementUrl: `http://127.0.0.1:${port}`,
    stop: async () => {
      clearInterval(sweep);
      for (const { socket } of open.values()) socket.close(CLOSE.goingAway, 'Going away');
      await close(server);
      for (const { socket } of open.values()) socket.terminate();
    },
  };
};

/** https://datatracker.ietf.org/doc/html/rfc6455#section-4.2.1 */
const isHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
  headers['sec-websocket-version'] === '13';

/** The function behind the API, and what is told of calling it. */
interface Integration {
  invoke: Invoke;
  telemetry: WebSocketTelemetry;
}

/** Calls the function and notes how that went. @throws what `invoke` does */
const integrate = async ({ invoke, telemetry }: Integration, route: Route, event: object): Promise<number> => {
  const startedAtMs = nowMs();
  try {
    const { statusCode } = ((await invoke('chat', event)) ?? {}) as { statusCode?: unknown };
    const status = typeof statusCode === 'number' ? statusCode : 500;
    telemetry.integrated(route, nowMs() - startedAtMs, status);
    return status;
  } catch (error) {
    const latencyMs = nowMs() - startedAtMs;
    // Lambda itself answers 429 for one that is throttled; one that failed has no answer that could be read.
    if (error instanceof InvocationError && error.kind === 'throttled') telemetry.integrated(route, latencyMs, 429);
    else telemetry.executionFailed(route, latencyMs);
    throw error;
  }
};

const serve = (socket: WebSocket, connection: Connection, open: Map<string, Open>, integration: Integration): void => {
  const entry: Open = { connection, socket, lastActiveAt: Date.now() };
  open.set(connection.connectionId, entry);
  socket.on('message', (data, isBinary) => {
    entry.lastActiveAt = Date.now();
    if (isBinary) {
      integration.telemetry.clientError();
      socket.close(CLOSE.unsupported, 'Binary frames are not supported');
    } else void message(socket, connection, textOf(data), integration);
  });
  // ws tells the client by itself that its message was too long, but reports the end as one without a code.
  let tooLong = false;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    tooLong = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    if (tooLong) integration.telemetry.clientError();
  });
  socket.on('close', (code, reason) => {
    open.delete(connection.connectionId);
    void disconnected(integration, connection, tooLong ? CLOSE.tooLong : code, reason.toString());
  });
};

const textOf = (data: RawData): string => (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');

/** Frames of a connection may overtake each other on their way through the function, as they may behind API Gateway. */
const message = async (socket: WebSocket, connection: Connection, body: string, integration: Integration): Promise<void> => {
  integration.telemetry.message();
  const event = messageEvent(connection, body, Date.now());
  try {
    await integrate(integration, '$default', event);
  } catch {
    const { requestId } = (event as { requestContext: { requestId: string } }).requestContext;
    socket.send(JSON.stringify({ message: 'Internal server error', connectionId: connection.connectionId, requestId }), () => undefined);
  }
};

/** Best effort, as API Gateway says of it. */
const disconnected = async (integration: Integration, connection: Connection, code: number, reason: string): Promise<void> => {
  await statusOf(integration, '$disconnect', disconnectEvent(connection, code, reason, Date.now()));
};

/** What the function answered; 500 where it failed. */
const statusOf = async (integration: Integration, route: Route, event: object): Promise<number> => {
  try {
    return await integrate(integration, route, event);
  } catch {
    return 500;
  }
};

const refuse = (socket: Duplex, status: number): void => {
  const known = STATUS_CODES[status] === undefined ? 500 : status;
  socket.end(`HTTP/1.1 ${known} ${STATUS_CODES[known]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

const closeOverdue = (open: ReadonlyMap<string, Open>, idleMaxMs: number, lifeMaxMs: number, now: number): void => {
  for (const { socket, connection, lastActiveAt } of open.values()) {
    if (now - lastActiveAt >= idleMaxMs || now - connection.connectedAt >= lifeMaxMs) socket.close(CLOSE.goingAway, 'Going away');
  }
};

// ---------------------------------------------------------------------------------------------------------------- @connections

interface Managed {
  open: ReadonlyMap<string, Open>;
  messageMaxBytes: number;
  postMs: number;
  telemetry: WebSocketTelemetry;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
const manage = async (request: IncomingMessage, response: ServerResponse, managed: Managed): Promise<void> => {
  try {
    const id = /^\/@connections\/([^/]+)$/.exec(splitUrl(request.url ?? '').path)?.[1];
    // Signed by somebody with credentials for AWS, or refused: players reach this port too.
    if (id === undefined || !(request.headers.authorization ?? '').startsWith('AWS4-HMAC-SHA256 ')) {
      return answerJson(response, 403, { message: 'Missing Authentication Token' }, { 'x-amzn-ErrorType': 'ForbiddenException' });
    }
    const entry = managed.open.get(decodeURIComponent(id));
    if (entry === undefined) return answerJson(response, 410, { message: 'Gone' }, { 'x-amzn-ErrorType': 'GoneException' });
    await act(request, response, entry, managed);
  } catch {
    response.destroy();
  }
};

const act = async (request: IncomingMessage, response: ServerResponse, entry: Open, managed: Managed): Promise<void> => {
  switch (request.method) {
    case 'POST':
      return post(request, response, entry, managed);
    case 'GET':
      return answerJson(response, 200, {
        connectedAt: new Date(entry.connection.connectedAt).toISOString(),
        identity: { sourceIp: entry.connection.sourceIp, userAgent: entry.connection.userAgent },
        lastActiveAt: new Date(entry.lastActiveAt).toISOString(),
      });
    case 'DELETE':
      entry.socket.close(1000, 'Connection Closed Normally');
      return void response.writeHead(204).end();
    default:
      return answerJson(response, 403, { message: 'Missing Authentication Token' });
  }
};

const post = async (request: IncomingMessage, response: ServerResponse, entry: Open, managed: Managed): Promise<void> => {
  const data = await readBody(request, managed.messageMaxBytes);
  if (data === null) return answerJson(response, 413, { message: 'Payload too large' }, { 'x-amzn-ErrorType': 'PayloadTooLargeException' });
  if (entry.socket.bufferedAmount > BUFFERED_MAX_BYTES) {
    return answerJson(response, 429, { message: 'Limit exceeded' }, { 'x-amzn-ErrorType': 'LimitExceededException' });
  }
  if (managed.postMs > 0) await wait(managed.postMs);
  entry.lastActiveAt = Date.now();
  managed.telemetry.message();
  entry.socket.send(data, { binary: false }, (error) => {
    if (error == null) response.writeHead(200, { 'content-length': 0 }).end();
    else answerJson(response, 410, { message: 'Gone' }, { 'x-amzn-ErrorType': 'GoneException' });
  });
};
