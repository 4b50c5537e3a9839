import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { close, listen, readBody } from '../http.ts';
import { type DynamoDbAnswer, type DynamoDbRequest, errorAnswer } from './store.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html : a request is 16 MB at most. */
const REQUEST_MAX_BYTES = 16 * 1024 * 1024;
const CONTENT_TYPE = 'application/x-amz-json-1.0';
const TARGET = 'DynamoDB_20120810.';

/** DynamoDB's protocol, AWS JSON 1.0, on a free port of 127.0.0.1. */
export const serveDynamoDb = async (
  answer: (request: DynamoDbRequest) => Promise<DynamoDbAnswer>,
): Promise<{ endpoint: string; stop(): Promise<void> }> => {
  const { server, port } = await listen((request, response) => {
    void handle(request, answer).then(
      (given) => send(response, given),
      () => response.destroy(), // the client has gone
    );
  });
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => close(server) };
};

const handle = async (request: IncomingMessage, answer: (request: DynamoDbRequest) => Promise<DynamoDbAnswer>): Promise<DynamoDbAnswer> => {
  const body = await readBody(request, REQUEST_MAX_BYTES);
  if (body === null) return errorAnswer('RequestEntityTooLarge', 'request is too large', 413);
  const target = String(request.headers['x-amz-target'] ?? '');
  if (request.method !== 'POST' || !target.startsWith(TARGET)) return serviceError('UnknownOperationException');
  if (request.headers.authorization === undefined) return serviceError('MissingAuthenticationTokenException');
  const input = parse(body);
  if (input === null) return serviceError('SerializationException');
  try {
    return await answer({ operation: target.slice(TARGET.length), input, headers: request.headers });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return errorAnswer('InternalServerError', 'Internal server error', 500);
  }
};

const serviceError = (code: string): DynamoDbAnswer => ({ status: 400, body: { __type: `com.amazon.coral.service#${code}` } });

const parse = (body: Buffer): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

const send = (response: ServerResponse, { status, body }: DynamoDbAnswer): void => {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': CONTENT_TYPE,
      'content-length': Buffer.byteLength(text),
      'x-amzn-requestid': randomUUID(),
      'x-amz-crc32': crc32(text),
    })
    .end(text);
};
