import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { DynamoDbAnswer, DynamoDbRequest, DynamoDbStore } from './store.ts';

/** As many as a function's own client has: see game/database.ts. */
const AGENT = { keepAlive: true, maxSockets: 256 };
const TIMEOUT_MS = 10_000;

/** Of the client's headers these are handed on; a local endpoint checks no signature, so that a changed body does no harm. */
const HANDED_ON = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'];

/** A DynamoDB that is there already, on this machine: DynamoDB Local, ministack or another. */
export const externalDynamoDb = (endpoint: string): DynamoDbStore => {
  const secure = endpoint.startsWith('https:');
  const agent = secure ? new HttpsAgent(AGENT) : new HttpAgent(AGENT);
  const open = secure ? httpsRequest : httpRequest;

  const call = async ({ input, headers }: DynamoDbRequest): Promise<DynamoDbAnswer> => {
    const body = JSON.stringify(input);
    const kept = Object.fromEntries(HANDED_ON.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = open(endpoint, { agent, method: 'POST', headers: { ...kept, 'content-length': Buffer.byteLength(body) } });
      request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      request.once('response', resolve).once('error', reject).end(body);
    });
    const json = await text(answer);
    return { status: answer.statusCode ?? 500, body: json === '' ? {} : (JSON.parse(json) as Record<string, unknown>) };
  };
  return { endpoint, call, tellsWrites: false, stop: async () => agent.destroy() };
};
