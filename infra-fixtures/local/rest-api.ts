import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvocationError, type Invoke } from './function-host.ts';
import { restEvent, splitUrl } from './gateway-events.ts';
import { answerJson, close, listen, rawRequest, readBody } from './http.ts';
import { type Match, routeTable } from './routes.ts';

/** API Gateway's REST API on this machine: requests in, proxy events to the functions, their results out. */
export interface RestApi {
  url: string;
  stop(): Promise<void>;
}

export interface RestApiOptions {
  invoke: Invoke;
  /** 29 s and 10 MB: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
  integrationTimeoutMs?: number;
  bodyMaxBytes?: number;
}

interface Limits {
  integrationTimeoutMs: number;
  bodyMaxBytes: number;
}

/** What the gateway says on its own behalf: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
class GatewayResponse extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const startRestApi = async ({
  invoke,
  integrationTimeoutMs = 29_000,
  bodyMaxBytes = 10 * 1024 * 1024,
}: RestApiOptions): Promise<RestApi> => {
  const find = routeTable();
  const { server, port } = await listen((request, response) => void serve(request, response));

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const match = matchOf(find, request);
      await integrate(request, response, match, port, invoke, { integrationTimeoutMs, bodyMaxBytes });
    } catch (error) {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const { status, message } = error instanceof GatewayResponse ? error : new GatewayResponse(500, 'Internal server error');
      answerJson(response, status, { message }, { 'x-amzn-RequestId': randomUUID() });
    }
  };
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
};

const matchOf = (find: ReturnType<typeof routeTable>, request: IncomingMessage): Match => {
  const match = findOrRefuse(find, request);
  // So a REST API says that there is no such route.
  if (match === null) throw new GatewayResponse(403, 'Missing Authentication Token');
  return match;
};

const findOrRefuse = (find: ReturnType<typeof routeTable>, request: IncomingMessage): Match | null => {
  try {
    return find(request.method ?? 'GET', splitUrl(request.url ?? '/').path);
  } catch {
    throw new GatewayResponse(400, 'Bad Request');
  }
};

const integrate = async (
  request: IncomingMessage,
  response: ServerResponse,
  match: Match,
  port: number,
  invoke: Invoke,
  { integrationTimeoutMs, bodyMaxBytes }: Limits,
): Promise<void> => {
  const bytes = await readBody(request, bodyMaxBytes);
  if (bytes === null) throw new GatewayResponse(413, `HTTP content length exceeded ${bodyMaxBytes} bytes.`);
  const body = bytes.length === 0 ? null : bytes.toString('utf8');
  const event = restEvent({ ...rawRequest(request, port), match, body, atMs: Date.now() });
  const result = proxyResult(await invokeInTime(() => invoke(match.functionName, event), integrationTimeoutMs));
  const { requestId, extendedRequestId } = event.requestContext;
  response.setHeader('x-amzn-RequestId', requestId);
  response.setHeader('x-amz-apigw-id', extendedRequestId ?? '');
  response.setHeader('X-Amzn-Trace-Id', event.headers['X-Amzn-Trace-Id'] ?? '');
  for (const [name, values] of Object.entries(result.headers)) response.setHeader(name, values);
  response.writeHead(result.statusCode, { 'content-length': result.body.length }).end(result.body);
};

const invokeInTime = async (invoke: () => Promise<unknown>, timeoutMs: number): Promise<unknown> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new GatewayResponse(504, 'Endpoint request timed out')), timeoutMs);
  try {
    return await Promise.race([invoke(), late.promise]);
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    // A throttled function answers 500 behind a proxy integration, one that failed or took too long 502.
    throw new GatewayResponse(error.kind === 'throttled' ? 500 : 502, 'Internal server error');
  } finally {
    clearTimeout(timer);
  }
};

interface ProxyResult {
  statusCode: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** @throws GatewayResponse 502 for what is no proxy result, as API Gateway does with a malformed one */
const proxyResult = (value: unknown): ProxyResult => {
  const result = value as {
    statusCode?: unknown;
    headers?: Record<string, unknown>;
    multiValueHeaders?: Record<string, unknown[]>;
    body?: unknown;
    isBase64Encoded?: unknown;
  } | null;
  const status = result?.statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    throw new GatewayResponse(502, 'Internal server error');
  const body = result?.body ?? '';
  if (typeof body !== 'string') throw new GatewayResponse(502, 'Internal server error');
  const headers: Record<string, string | string[]> = {};
  for (const [name, header] of Object.entries(result?.headers ?? {})) headers[name.toLowerCase()] = String(header);
  for (const [name, list] of Object.entries(result?.multiValueHeaders ?? {})) headers[name.toLowerCase()] = list.map(String);
  return { statusCode: status, headers, body: Buffer.from(body, result?.isBase64Encoded === true ? 'base64' : 'utf8') };
};
