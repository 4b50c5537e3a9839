import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { BatchGetTracesCommand, PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEmulator, startEmulator } from '../../../../tests/aws-reference.ts';
import { startTelemetryServer } from '../server.ts';
import { createXRay, xrayPaths } from './xray.ts';

/**
 * The same calls to this endpoint and to moto (PyPI), which is right about putting and batch getting segments. Without it these are skipped.
 */
const moto = findEmulator('moto');
const HOOK_TIMEOUT_MS = 70_000;
const cleanups: (() => Promise<void>)[] = [];

interface Side {
  endpoint: string;
  client: XRayClient;
}

const sideOf = (endpoint: string): Side => {
  const client = new XRayClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  cleanups.push(async () => client.destroy());
  return { endpoint, client };
};

const startMoto = async (program: string): Promise<Side> => {
  const { endpoint, stop } = await startEmulator('moto', program);
  cleanups.push(stop);
  return sideOf(endpoint);
};

describe.skipIf(moto === null)('as moto', () => {
  let ours: Side;
  let theirs: Side;

  beforeAll(async () => {
    const xray = createXRay({ clock: Date.now, delayS: 0 });
    const server = await startTelemetryServer({ services: [xray.service], xrayPaths, onBatch: () => undefined });
    cleanups.push(() => server.stop());
    ours = sideOf(server.endpoint);
    theirs = await startMoto(moto ?? '');
  }, HOOK_TIMEOUT_MS);
  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  const traceId = '1-67a00000-0123456789abcdef01234567';
  const segment = (n: number, more: object = {}): string =>
    JSON.stringify({
      id: n.toString(16).padStart(16, '0'),
      trace_id: traceId,
      name: 'a',
      start_time: 1000 + n,
      end_time: 1010 + n,
      ...more,
    });

  it('takes and refuses the same documents, and gives back what it took', async () => {
    const documents = [
      segment(1),
      segment(2, { parent_id: '0000000000000001', end_time: undefined, in_progress: true }),
      segment(3, { parent_id: '0000000000000001' }),
      segment(4, { name: undefined }),
      segment(5, { trace_id: undefined }),
      segment(6, { start_time: undefined }),
      segment(7, { end_time: undefined }),
      segment(8, { id: undefined }),
      '{',
    ];
    const results = [];
    for (const { client } of [ours, theirs]) {
      const put = await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents }));
      const got = await client.send(new BatchGetTracesCommand({ TraceIds: [traceId, '1-67a00000-000000000000000000000000'] }));
      results.push({
        // Codes are moto's own, and it says nothing of the id where another field is missing first.
        refused: put.UnprocessedTraceSegments?.length,
        ids: got.Traces?.map(({ Id }) => Id),
        durationS: got.Traces?.map(({ Duration }) => Duration),
        segments: got.Traces?.flatMap(({ Segments = [] }) => Segments.map(({ Id, Document = '' }) => [Id, JSON.parse(Document)])),
        unprocessed: got.UnprocessedTraceIds,
      });
    }
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toMatchObject({ refused: 6, durationS: [12], unprocessed: ['1-67a00000-000000000000000000000000'] });
  });

  it('takes segments at least three times as fast', async () => {
    const BATCH = 50;
    const ROUNDS = 120;
    const WARM_UP = 40;
    // Signed by nobody: neither looks, and it is not the client that is measured.
    const headers = {
      'content-type': 'application/json',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/xray/aws4_request',
    };
    // As large as a Lambda segment, seven to a trace.
    const large = {
      origin: 'AWS::Lambda',
      http: { response: { status: 200 } },
      aws: { account_id: '000000000000', request_id: '01234567-89ab-cdef-0123-456789abcdef', resource_names: ['character'] },
      resource_arn: 'arn:aws:lambda:us-east-1:000000000000:function:character',
    };
    const bodyOf = (round: number): string =>
      JSON.stringify({
        TraceSegmentDocuments: Array.from({ length: BATCH }, (_, n) => {
          const number = round * BATCH + n;
          return segment(number, {
            ...large,
            trace_id: `1-67a00001-${Math.floor(number / 7)
              .toString(16)
              .padStart(24, '0')}`,
          });
        }),
      });
    const agent = new Agent({ keepAlive: true });
    cleanups.push(async () => agent.destroy());
    const tookMs = async (endpoint: string, body: string): Promise<number> => {
      const startedAt = performance.now();
      const sent = request(`${endpoint}/TraceSegments`, { method: 'POST', headers, agent }).end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      expect(await json(answer)).toEqual({ UnprocessedTraceSegments: [] });
      return performance.now() - startedAt;
    };
    // By turns, and the medians, so that whatever else this machine does slows both; a ratio, never a time.
    const times: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const body = bodyOf(round);
      times.push({ ours: await tookMs(ours.endpoint, body), theirs: await tookMs(theirs.endpoint, body) });
    }
    const median = (side: 'ours' | 'theirs'): number =>
      times
        .slice(WARM_UP)
        .map((pair) => pair[side])
        .sort((x, y) => x - y)[(ROUNDS - WARM_UP) / 2] ?? 0;
    expect(median('theirs') / median('ours')).toBeGreaterThan(3);
  }, 60_000);
});
