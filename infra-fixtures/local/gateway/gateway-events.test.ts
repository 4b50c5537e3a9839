import { expect, it } from 'vitest';
import {
  connectEvent,
  connectionOf,
  disconnectEvent,
  messageEvent,
  type RawRequest,
  requestTime,
  restEvent,
  traceHeader,
} from './gateway-events.ts';

const AT = Date.UTC(2026, 10, 4, 9, 5, 7);
const raw = (url: string, rawHeaders: string[] = []): RawRequest => ({
  method: 'GET',
  url,
  rawHeaders: ['Host', 'game.example', 'User-Agent', 'k6', ...rawHeaders],
  httpVersion: '1.1',
  sourceIp: '10.0.0.7',
  port: 8080,
});
const match = { functionName: 'character', resource: '/characters/{id}', parameters: { id: 'c 1' } } as const;
const eventOf = (request: RawRequest, body: string | null = null) => restEvent({ ...request, match, body, atMs: AT });

it('makes a REST proxy event of a request', () => {
  const event = eventOf(
    raw('/characters/c%201?limit=5&tag=a&tag=b%26', ['Accept', 'a', 'accept', 'b', 'Connection', 'keep-alive']),
    '{"x":1}',
  );
  expect(event).toMatchObject({
    resource: '/characters/{id}',
    path: '/characters/c%201',
    httpMethod: 'GET',
    queryStringParameters: { limit: '5', tag: 'b&' },
    multiValueQueryStringParameters: { limit: ['5'], tag: ['a', 'b&'] },
    pathParameters: { id: 'c 1' },
    stageVariables: null,
    body: '{"x":1}',
    isBase64Encoded: false,
  });
  expect(event.headers).toMatchObject({
    Host: 'game.example',
    Accept: 'b',
    'X-Forwarded-For': '10.0.0.7',
    'X-Forwarded-Port': '8080',
    'X-Forwarded-Proto': 'http',
  });
  expect(event.multiValueHeaders['Accept']).toEqual(['a', 'b']);
  expect(Object.keys(event.headers).map((name) => name.toLowerCase())).not.toContain('connection');
  expect(event.requestContext).toMatchObject({
    resourcePath: '/characters/{id}',
    httpMethod: 'GET',
    path: '/characters/c%201',
    protocol: 'HTTP/1.1',
    stage: 'prod',
    domainName: 'game.example',
    requestTime: '04/Nov/2026:09:05:07 +0000',
    requestTimeEpoch: AT,
    identity: { sourceIp: '10.0.0.7', userAgent: 'k6', accessKey: null },
  });
  expect(event.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

it('has null where there is no query, and keeps names that mean something to JavaScript', () => {
  expect(eventOf(raw('/characters/1'))).toMatchObject({ queryStringParameters: null, multiValueQueryStringParameters: null, body: null });
  const event = eventOf(raw('/characters/1?__proto__=x&constructor=y'));
  expect(Object.entries(event.queryStringParameters ?? {})).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

it('keeps a trace root, in one spelling of the header, and adds one where there is none', () => {
  const root = 'Root=1-67891233-abcdef012345678912345678';
  const event = eventOf(raw('/characters/1', ['x-amzn-trace-id', `${root};Sampled=1`]));
  expect(event.headers['X-Amzn-Trace-Id']).toBe(`${root};Sampled=1`);
  expect(Object.keys(event.headers).filter((name) => name.toLowerCase() === 'x-amzn-trace-id')).toHaveLength(1);
  for (const bad of [undefined, '', 'Self=1', 'Root=1-xyz']) expect(traceHeader(bad)).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});

it('adds itself to the addresses that a request came by', () => {
  expect(eventOf(raw('/characters/1', ['X-Forwarded-For', '1.2.3.4'])).headers['X-Forwarded-For']).toBe('1.2.3.4, 10.0.0.7');
});

it('writes times as web servers do', () => {
  expect(requestTime(0)).toBe('01/Jan/1970:00:00:00 +0000');
});

it('makes the three events of a connection', () => {
  const request = raw('/?token=secret&token=last');
  const connection = connectionOf(request, AT);
  const context = {
    connectionId: connection.connectionId,
    connectedAt: AT,
    stage: 'prod',
    domainName: 'game.example',
    messageDirection: 'IN',
  };
  expect(connectEvent(connection, request, AT)).toMatchObject({
    queryStringParameters: { token: 'last' },
    headers: { Host: 'game.example' },
    requestContext: { ...context, routeKey: '$connect', eventType: 'CONNECT' },
  });
  expect(messageEvent(connection, '{}', AT)).toMatchObject({
    body: '{}',
    isBase64Encoded: false,
    requestContext: { ...context, routeKey: '$default', eventType: 'MESSAGE', messageId: expect.any(String) },
  });
  expect(disconnectEvent(connection, 1001, 'bye', AT)).toMatchObject({
    requestContext: { ...context, routeKey: '$disconnect', eventType: 'DISCONNECT', disconnectStatusCode: 1001, disconnectReason: 'bye' },
  });
});
