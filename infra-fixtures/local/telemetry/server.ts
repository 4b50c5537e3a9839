import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { close, listen, readBody } from '../http.ts';
import { PLATFORM_PATH, type PlatformBatch } from './platform.ts';
import { AwsError, type Service } from './service.ts';
import type { Trouble } from './trouble.ts';

/**
 * The endpoint's wire: from a request of one of the current @aws-sdk clients to a service's operation and back. CloudWatch and Logs speak AWS JSON (one
 * path, the operation in a header), X-Ray speaks REST JSON (the operation in the path). Signatures are not checked, only that there is one.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html , https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export interface TelemetryServerOptions extends Partial<Pick<Trouble, 'resets' | 'dateMs' | 'admit'>> {
  services: readonly Service[];
  /** X-Ray's paths, `/TraceSummaries`, and the operations that they stand for. */
  xrayPaths?: Readonly<Record<string, string>>;
  /** What the stack's own processes hand over at `PLATFORM_PATH`. */
  onBatch: (batch: PlatformBatch) => void;
}

export interface TelemetryServer {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  stop(): Promise<void>;
}

/** As sent: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const METRICS_MAX_BYTES = 1024 * 1024;
/** Of the others, and of anything once it is unpacked. Guess: Logs takes 1 MB of text, which is more as JSON. */
const BODY_MAX_BYTES = 8 * 1024 * 1024;
/** Guess: all that a process of the stack keeps at most, 50,000 lines and segments of about a kilobyte. */
const BATCH_MAX_BYTES = 128 * 1024 * 1024;

/** Of a request: which operation of which service is called, and how its protocol words an answer. */
interface Route {
  prefix: string;
  operation: string;
  contentType: string;
  /** Before the error's name in `__type`; null where the name is in a header instead. */
  namespace: string | null;
}

/** By what stands before the dot in X-Amz-Target. */
const TARGETS: ReadonlyMap<string, readonly [prefix: string, contentType: string, namespace: string]> = new Map([
  ['GraniteServiceVersion20100801', ['cloudwatch', 'application/x-amz-json-1.0', 'com.amazonaws.cloudwatch.v2010_08_01#']],
  ['Logs_20140328', ['logs', 'application/x-amz-json-1.1', '']],
]);

/** CloudWatch's clients also get the codes that its older query protocol had: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible */
const QUERY_CODES: Readonly<Record<string, string>> = {
  InvalidParameterValueException: 'InvalidParameterValue',
  InvalidParameterCombinationException: 'InvalidParameterCombination',
  MissingRequiredParameterException: 'MissingParameter',
  InternalServiceFault: 'InternalServiceError',
};

export const startTelemetryServer = async (options: TelemetryServerOptions): Promise<TelemetryServer> => {
  const { server, port } = await listen((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      if (!isGone(request)) process.stderr.write(`telemetry endpoint: ${error instanceof Error ? error.stack : String(error)}\n`);
      response.destroy();
    });
  });
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => close(server) };
};

/** A client that went away in the middle of its request gets no answer, and that is nobody's defect. */
const isGone = (request: IncomingMessage): boolean => request.destroyed && !request.complete;

const answer = async (options: TelemetryServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.method === 'POST' && request.url === PLATFORM_PATH) return takeBatch(options, request, response);
  if (options.resets?.() === true) {
    request.socket.resetAndDestroy();
    return;
  }
  if (options.dateMs !== undefined) response.setHeader('date', new Date(options.dateMs()).toUTCString());
  const route = routeOf(options, request);
  try {
    send(response, route.contentType, 200, await operate(options, route, request));
  } catch (error) {
    if (isGone(request)) return;
    sendError(response, route, error);
  }
};

const takeBatch = async ({ onBatch }: TelemetryServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await readBody(request, BATCH_MAX_BYTES);
  if (body === null) {
    response.writeHead(413).end();
    return;
  }
  try {
    onBatch(JSON.parse(body.toString()) as PlatformBatch);
    response.writeHead(204).end();
  } catch (error) {
    process.stderr.write(`telemetry endpoint: a batch could not be taken: ${String(error)}\n`);
    response.writeHead(400).end();
  }
};

const routeOf = ({ xrayPaths = {} }: TelemetryServerOptions, { method, url = '/', headers }: IncomingMessage): Route => {
  const [target = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  const [prefix, contentType = '', namespace = ''] = TARGETS.get(target) ?? [];
  if (prefix !== undefined) return { prefix, operation, contentType, namespace };
  const byPath = method === 'POST' && Object.hasOwn(xrayPaths, url) ? xrayPaths[url] : undefined;
  return { prefix: 'xray', operation: byPath ?? '', contentType: 'application/json', namespace: null };
};

const operate = async ({ services, admit }: TelemetryServerOptions, route: Route, request: IncomingMessage): Promise<object> => {
  const body = await readBody(request, route.prefix === 'cloudwatch' ? METRICS_MAX_BYTES : BODY_MAX_BYTES);
  if (body === null) throw new AwsError('RequestEntityTooLargeException', 'Request Entity Too Large', 413);
  const operations = services.find(({ prefix }) => prefix === route.prefix)?.operations ?? {};
  const operation = Object.hasOwn(operations, route.operation) ? operations[route.operation] : undefined;
  if (operation === undefined) {
    const message = 'The requested operation is not recognized by the service.';
    throw new AwsError('UnknownOperationException', message, route.namespace === null ? 404 : 400);
  }
  if (request.headers.authorization === undefined) {
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
  admit?.(route.prefix, request.headers['x-amz-date']?.toString());
  return operation(parse(decoded(body, request.headers['content-encoding'])));
};

/** The clients compress as gzip, and nothing else. */
const decoded = (body: Buffer, encoding: string | undefined): Buffer => {
  if (encoding === undefined || encoding === 'identity') return body;
  try {
    if (encoding === 'gzip') return gunzipSync(body, { maxOutputLength: BODY_MAX_BYTES });
  } catch {
    // Falls through: both are the same to the client.
  }
  throw new AwsError('SerializationException', `the body can not be decompressed as ${encoding}`);
};

const parse = (body: Buffer): Record<string, unknown> => {
  try {
    const input: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  } catch {
    // Falls through: both are the same to the client.
  }
  throw new AwsError('SerializationException', 'the body is not a JSON object');
};

const send = (response: ServerResponse, contentType: string, status: number, body: object, headers: Record<string, string> = {}): void => {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response
    .writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers, 'content-type': contentType, 'content-length': length })
    .end(text);
};

const sendError = (response: ServerResponse, route: Route, thrown: unknown): void => {
  const { code, status, message, details } = thrown instanceof AwsError ? thrown : internal(route, thrown);
  const { namespace, contentType } = route;
  // What the front of all services says carries the front's namespace.
  const type = namespace !== null && { __type: (SHARED.has(code) ? 'com.amazon.coral.service#' : namespace) + code };
  const side = status < 500 ? 'Sender' : 'Receiver';
  send(
    response,
    contentType,
    status,
    { ...type, message, ...details },
    {
      ...(namespace === null && { 'x-amzn-errortype': code }),
      ...(route.prefix === 'cloudwatch' && { 'x-amzn-query-error': `${QUERY_CODES[code] ?? code};${side}` }),
    },
  );
};

const SHARED: ReadonlySet<string> = new Set(['UnknownOperationException', 'SerializationException', 'RequestEntityTooLargeException']);

/** A defect: the client is told as little as by AWS, whoever runs the stack sees all. */
const internal = (route: Route, thrown: unknown): AwsError => {
  process.stderr.write(`${route.prefix} ${route.operation}: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return new AwsError(route.prefix === 'cloudwatch' ? 'InternalServiceFault' : 'InternalFailure', 'an internal error occurred', 500);
};
