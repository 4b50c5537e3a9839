import { randomBytes, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { restApi, socketApi } from '../../game/definition.ts';
import { ACCOUNT_ID } from '../names.ts';
import type { Match } from './routes.ts';
import { newTraceRoot, parseTraceHeader } from './trace-context.ts';

/** What API Gateway makes of a request, a connection or a frame. Pure, except for fresh ids. */

/** AWS makes random ones up. Here an API goes by its name, so that every dimension and segment of it does. */
export const REST_API_ID = restApi.name;
const WEBSOCKET_API_ID = socketApi.name;

/** A request as Node gives it. */
export interface RawRequest {
  method: string;
  /** With its query string. */
  url: string;
  /** Name, value, name, value… in the client's own spelling. */
  rawHeaders: readonly string[];
  httpVersion: string;
  sourceIp: string;
  port: number;
}

export interface RestRequest extends RawRequest {
  match: Match;
  body: string | null;
  atMs: number;
}

/** Hop-by-hop headers are between the client and the gateway: RFC 9110, 7.6.1. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'trailer']);
export const TRACE_HEADER = 'X-Amzn-Trace-Id';

/** REST proxy event, payload format 1.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export const restEvent = (request: RestRequest): APIGatewayProxyEvent => {
  const { path, query } = splitUrl(request.url);
  const multiValueHeaders = headersOf(request);
  const headers = lastOfEach(multiValueHeaders);
  const multiValueQuery = queryOf(query);
  return {
    resource: request.match.resource,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders,
    queryStringParameters: multiValueQuery === null ? null : lastOfEach(multiValueQuery),
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters: request.match.parameters,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: REST_API_ID,
      authorizer: null,
      domainName: hostOf(headers),
      domainPrefix: REST_API_ID,
      extendedRequestId: randomBytes(11).toString('base64'),
      httpMethod: request.method,
      identity: { ...NO_IDENTITY, sourceIp: request.sourceIp, userAgent: headerOf(headers, 'user-agent') },
      path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: randomUUID(),
      requestTime: requestTime(request.atMs),
      requestTimeEpoch: request.atMs,
      resourceId: request.match.resource,
      resourcePath: request.match.resource,
      stage: restApi.stage,
    },
    body: request.body,
    isBase64Encoded: false,
  };
};

/** The event has these fields for callers who signed in with AWS or a certificate; here they stay null, as for all others. */
const NO_IDENTITY = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

export const splitUrl = (url: string): { path: string; query: string } => {
  const at = url.indexOf('?');
  return at === -1 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
};

type Headers = Record<string, string[]>;

/** The client's headers as a list per name, with those that the gateway adds. A name keeps the spelling in which it came first. */
const headersOf = (request: RawRequest): Headers => {
  const headers = new Map<string, { name: string; values: string[] }>();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? '';
    const value = request.rawHeaders[i + 1] ?? '';
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key)) continue;
    const known = headers.get(key);
    if (known === undefined) headers.set(key, { name, values: [value] });
    else known.values.push(value);
  }
  const set = (name: string, value: string): void => void headers.set(name.toLowerCase(), { name, values: [value] });
  const forwarded = headers.get('x-forwarded-for')?.values.join(', ');
  set('X-Forwarded-For', forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`);
  set('X-Forwarded-Port', String(request.port));
  set('X-Forwarded-Proto', 'http');
  set(TRACE_HEADER, traceHeader(headers.get(TRACE_HEADER.toLowerCase())?.values[0]));
  return Object.fromEntries([...headers.values()].map(({ name, values }) => [name, values]));
};

/** A root that came with the request is kept; otherwise there is a new one. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export const traceHeader = (given: string | undefined): string =>
  given !== undefined && parseTraceHeader(given) !== null ? given : `Root=${newTraceRoot()}`;

const queryOf = (query: string): Headers | null => {
  if (query === '') return null;
  const values: Headers = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(values, name)) values[name]?.push(value);
    else Object.defineProperty(values, name, { value: [value], enumerable: true, configurable: true, writable: true }); // `__proto__` too is a name
  }
  return values;
};

/** Of several values the last one counts, as in API Gateway. */
const lastOfEach = (values: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']));

const headerOf = (headers: Record<string, string>, name: string): string | null =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? null;

const hostOf = (headers: Record<string, string>): string => headerOf(headers, 'host') ?? '127.0.0.1';

/** `dd/MMM/yyyy:HH:mm:ss +0000`, the form of web server logs. */
export const requestTime = (atMs: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(atMs).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
};

// ---------------------------------------------------------------------------------------------------------------- WebSocket

export interface Connection {
  connectionId: string;
  connectedAt: number;
  domainName: string;
  sourceIp: string;
  userAgent: string | null;
}

/** As API Gateway makes them: short, and ending in `=`. */
const newConnectionId = (): string => `${randomBytes(11).toString('base64url')}=`;

export const connectionOf = (request: RawRequest, atMs: number): Connection => {
  const headers = lastOfEach(headersOf(request));
  return {
    connectionId: newConnectionId(),
    connectedAt: atMs,
    domainName: hostOf(headers),
    sourceIp: request.sourceIp,
    userAgent: headerOf(headers, 'user-agent'),
  };
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
export const connectEvent = (connection: Connection, request: RawRequest, atMs: number): object => {
  const { query } = splitUrl(request.url);
  const multiValueHeaders = headersOf(request);
  const multiValueQuery = queryOf(query);
  return {
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    ...(multiValueQuery !== null && {
      queryStringParameters: lastOfEach(multiValueQuery),
      multiValueQueryStringParameters: multiValueQuery,
    }),
    requestContext: socketContext(connection, '$connect', 'CONNECT', atMs),
    isBase64Encoded: false,
  };
};

export const messageEvent = (connection: Connection, body: string, atMs: number): object => ({
  requestContext: { ...socketContext(connection, '$default', 'MESSAGE', atMs), messageId: randomBytes(11).toString('base64') },
  body,
  isBase64Encoded: false,
});

export const disconnectEvent = (connection: Connection, closeCode: number, reason: string, atMs: number): object => ({
  headers: { Host: connection.domainName },
  multiValueHeaders: { Host: [connection.domainName] },
  requestContext: {
    ...socketContext(connection, '$disconnect', 'DISCONNECT', atMs),
    disconnectStatusCode: closeCode,
    disconnectReason: reason,
  },
  isBase64Encoded: false,
});

const socketContext = (connection: Connection, routeKey: string, eventType: string, atMs: number): object => ({
  routeKey,
  eventType,
  messageDirection: 'IN',
  stage: socketApi.stage,
  connectedAt: connection.connectedAt,
  requestTime: requestTime(atMs),
  requestTimeEpoch: atMs,
  requestId: randomUUID(),
  extendedRequestId: randomBytes(11).toString('base64'),
  domainName: connection.domainName,
  connectionId: connection.connectionId,
  apiId: WEBSOCKET_API_ID,
  identity: { sourceIp: connection.sourceIp, userAgent: connection.userAgent },
});
