import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { createSampler } from '../../game/sampling.ts';
import { close, listen, rawRequest, readBody } from '../http.ts';
import type { Invoke } from '../lambda/function-host.ts';
import { InvocationError } from '../lambda/invocation-error.ts';
import { nowMs } from '../lambda/invocation-run.ts';
import { type Platform, startPlatform } from '../telemetry/platform.ts';
import { TokenBucket } from '../token-bucket.ts';
import { restEvent, splitUrl, TRACE_HEADER } from './gateway-events.ts';
import { type Exchange, restTelemetry } from './rest-telemetry.ts';
import { type Match, routeTable } from './routes.ts';
import { continueTrace, newSegmentId } from './trace-context.ts';

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
  /** What the stage lets through; null: everything. */
  throttle?: { ratePerS: number; burst: number } | null;
  /** Null: nothing is told, and nothing traced. */
  platform?: Platform | null;
}

/** What the gateway says on its own behalf: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
class GatewayResponse extends Error {
  readonly status: number;
  /** `x-amzn-ErrorType` */
  readonly type: string;

  constructor(status: number, message: string, type: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

const internalError = (status: number): GatewayResponse =>
  new GatewayResponse(status, 'Internal server error', 'InternalServerErrorException');

interface Gateway {
  invoke: Invoke;
  integrationTimeoutMs: number;
  bodyMaxBytes: number;
  port: number;
  find: ReturnType<typeof routeTable>;
  admit(): boolean;
  sampler(): boolean;
}

export const startRestApi = async (options: RestApiOptions): Promise<RestApi> => {
  const { invoke, integrationTimeoutMs = 29_000, bodyMaxBytes = 10 * 1024 * 1024, throttle = null, platform = null } = options;
  const tell = restTelemetry(platform ?? startPlatform(undefined));
  const { server, port } = await listen((request, response) => void serve(gateway, request, response, tell));
  const gateway: Gateway = {
    invoke,
    integrationTimeoutMs,
    bodyMaxBytes,
    port,
    find: routeTable(),
    admit: throttle === null ? () => true : admission(throttle),
    sampler: platform === null ? () => false : createSampler(Math.random, Date.now),
  };
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
};

/** `ratePerS` requests a second and `burst` at once: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
const admission = ({ ratePerS, burst }: { ratePerS: number; burst: number }): (() => boolean) => {
  const bucket = new TokenBucket({ perSecond: ratePerS, tokensMax: burst }, Date.now());
  return () => {
    const nowMs = Date.now();
    if (!bucket.allows(1, nowMs)) return false;
    bucket.take(1, nowMs);
    return true;
  };
};

interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

const serve = async (
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
  tell: (exchange: Exchange) => void,
): Promise<void> => {
  const exchange: Exchange = {
    method: request.method ?? 'GET',
    startedAtMs: nowMs(),
    endedAtMs: 0,
    status: 0,
    bytes: 0,
    resource: null,
    integration: null,
  };
  const answer = await answerOf(gateway, request, exchange);
  // The client may have gone away while it sent.
  if (response.destroyed) return;
  const sent = send(response, answer);
  tell({ ...exchange, endedAtMs: nowMs(), status: sent.status, bytes: sent.body.length });
};

/** What was sent in the end: headers that HTTP does not allow make it a malformed result, like any other. */
const send = (response: ServerResponse, answer: Answer): Answer => {
  try {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body);
    return answer;
  } catch {
    return send(response, refusal(internalError(502), randomUUID()));
  }
};

const refusal = ({ status, message, type }: GatewayResponse, requestId: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-RequestId': requestId, 'x-amzn-ErrorType': type },
  body: Buffer.from(JSON.stringify({ message })),
});

/** What is learnt on the way is noted in `exchange`. */
const answerOf = async (gateway: Gateway, request: IncomingMessage, exchange: Exchange): Promise<Answer> => {
  try {
    return await handle(gateway, request, exchange);
  } catch (error) {
    return refusal(error instanceof GatewayResponse ? error : internalError(500), exchange.integration?.requestId ?? randomUUID());
  }
};

const handle = async (gateway: Gateway, request: IncomingMessage, exchange: Exchange): Promise<Answer> => {
  const match = matchOf(gateway.find, request);
  exchange.resource = match.resource;
  if (!gateway.admit()) throw new GatewayResponse(429, 'Too Many Requests', 'TooManyRequestsException');
  const bytes = await readBody(request, gateway.bodyMaxBytes);
  if (bytes === null) {
    throw new GatewayResponse(413, `HTTP content length exceeded ${gateway.bodyMaxBytes} bytes.`, 'RequestEntityTooLargeException');
  }
  const body = bytes.length === 0 ? null : bytes.toString('utf8');
  const event = restEvent({ ...rawRequest(request, gateway.port), match, body, atMs: Date.now() });
  const result = await integrate(gateway, match, event, exchange);
  const { requestId, extendedRequestId } = event.requestContext;
  const own = {
    'x-amzn-RequestId': requestId,
    'x-amz-apigw-id': extendedRequestId ?? '',
    [TRACE_HEADER]: event.headers[TRACE_HEADER] ?? '',
  };
  return { status: result.statusCode, headers: { ...lowerCase(own), ...result.headers }, body: result.body };
};

/** So that what the function sets replaces what the gateway would. */
const lowerCase = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const matchOf = (find: ReturnType<typeof routeTable>, request: IncomingMessage): Match => {
  const match = findOrRefuse(find, request);
  // So a REST API says that there is no such route.
  if (match === null) throw new GatewayResponse(403, 'Missing Authentication Token', 'MissingAuthenticationTokenException');
  return match;
};

const findOrRefuse = (find: ReturnType<typeof routeTable>, request: IncomingMessage): Match | null => {
  try {
    return find(request.method ?? 'GET', splitUrl(request.url ?? '/').path);
  } catch {
    throw new GatewayResponse(400, 'Bad Request', 'BadRequestException');
  }
};

/** Calls the function, and notes how that went. */
const integrate = async (
  gateway: Gateway,
  { functionName }: Match,
  event: APIGatewayProxyEvent,
  exchange: Exchange,
): Promise<ProxyResult> => {
  const trace = continueTrace(event.headers[TRACE_HEADER], gateway.sampler);
  const { requestId, extendedRequestId, identity, domainName, path } = event.requestContext;
  const startedAtMs = nowMs();
  const segmentId = newSegmentId();
  const note = (status: number): void => {
    exchange.integration = {
      functionName,
      startedAtMs,
      endedAtMs: nowMs(),
      status,
      segmentId,
      trace,
      url: `http://${domainName ?? ''}${path}`,
      sourceIp: identity.sourceIp,
      userAgent: identity.userAgent,
      requestId,
      extendedRequestId: extendedRequestId ?? '',
    };
  };
  try {
    const call = (): Promise<unknown> => gateway.invoke(functionName, event, { ...trace, parent: segmentId });
    const result = proxyResult(await invokeInTime(call, gateway.integrationTimeoutMs));
    note(result.statusCode);
    return result;
  } catch (error) {
    note(integrationStatus(error));
    throw gatewayError(error);
  }
};

const invokeInTime = async (invoke: () => Promise<unknown>, timeoutMs: number): Promise<unknown> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new GatewayResponse(504, 'Endpoint request timed out', 'InternalServerErrorException')),
    timeoutMs,
  );
  try {
    return await Promise.race([invoke(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Lambda's own answer to the gateway. */
const integrationStatus = (error: unknown): number => {
  if (error instanceof InvocationError) return error.kind === 'throttled' ? 429 : 502;
  return error instanceof GatewayResponse ? error.status : 500;
};

/** A throttled function answers 500 behind a proxy integration, one that failed or took too long 502. */
const gatewayError = (error: unknown): unknown =>
  error instanceof InvocationError ? internalError(error.kind === 'throttled' ? 500 : 502) : error;

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
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) throw internalError(502);
  const body = result?.body ?? '';
  if (typeof body !== 'string') throw internalError(502);
  const headers: Record<string, string | string[]> = {};
  for (const [name, header] of Object.entries(result?.headers ?? {})) headers[name.toLowerCase()] = String(header);
  for (const [name, list] of Object.entries(result?.multiValueHeaders ?? {})) headers[name.toLowerCase()] = list.map(String);
  return { statusCode: status, headers, body: Buffer.from(body, result?.isBase64Encoded === true ? 'base64' : 'utf8') };
};
