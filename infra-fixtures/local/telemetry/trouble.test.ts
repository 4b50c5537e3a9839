import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as cloudwatchLogs from '@aws-sdk/client-cloudwatch-logs';
import * as xray from '@aws-sdk/client-xray';
import { afterEach, describe, expect, it } from 'vitest';
import { conformingTo } from '../../../tests/aws-model.ts';
import { startTelemetryServer } from './server.ts';
import type { Service } from './service.ts';
import { createTrouble, type TroubleName, troubleNames } from './trouble.ts';

/** The same sequence each time: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};

const DOCUMENT = { id: '53995c3f42cd8ad8', name: 'auth', trace_id: '1-1', start_time: 1, end_time: 2 };

/** Services that answer well, in the shapes of the real ones. */
const soundServices = (): Service[] => [
  {
    prefix: 'cloudwatch',
    operations: {
      GetMetricData: () => ({
        MetricDataResults: Array.from({ length: 40 }, (_, index) => ({
          Id: `m${index}`,
          Label: `metric ${index}`,
          StatusCode: 'Complete',
          Timestamps: [60, 120, 180, 240],
          Values: [1, 2, 3, 4],
        })),
      }),
      ListMetrics: () => ({ Metrics: [] }),
    },
  },
  {
    prefix: 'logs',
    operations: {
      DescribeLogGroups: () => ({ logGroups: [] }),
      GetQueryResults: () => ({ status: 'Complete', results: [1, 2, 3, 4].map((n) => [{ field: 'n', value: `${n}` }]), statistics: {} }),
    },
  },
  {
    prefix: 'xray',
    operations: {
      GetTraceSummaries: () => ({ TraceSummaries: [{ Id: '1-1' }], TracesProcessedCount: 1, ApproximateTime: 1, NextToken: 'more' }),
      BatchGetTraces: ({ TraceIds }) => ({
        Traces: (TraceIds as string[]).map((Id) => ({
          Id,
          Duration: 1,
          LimitExceeded: false,
          Segments: [{ Id: DOCUMENT.id, Document: JSON.stringify({ ...DOCUMENT, trace_id: Id }) }],
        })),
        UnprocessedTraceIds: [],
      }),
      PutTraceSegments: () => ({ UnprocessedTraceSegments: [] }),
    },
  },
];

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Clients of an endpoint in trouble; one attempt unless more are said. */
const inTrouble = async (names: TroubleName[], { attempts = 1, clock = Date.now, random = seeded(7) } = {}) => {
  const trouble = createTrouble(names, random, clock);
  const xrayPaths = { '/TraceSummaries': 'GetTraceSummaries', '/Traces': 'BatchGetTraces', '/TraceSegments': 'PutTraceSegments' };
  const server = await startTelemetryServer({
    ...trouble,
    services: soundServices().map(trouble.around),
    xrayPaths,
    onBatch: () => undefined,
  });
  const config = {
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: attempts,
  };
  const clients = {
    metrics: new cloudwatch.CloudWatchClient(config),
    logs: new cloudwatchLogs.CloudWatchLogsClient(config),
    traces: new xray.XRayClient(config),
  };
  stops.push(() => {
    for (const client of Object.values(clients)) client.destroy();
    return server.stop();
  });
  const metricData = { MetricDataQueries: [{ Id: 'm0', Expression: '1' }], StartTime: new Date(0), EndTime: new Date(60_000) };
  const summaries = { StartTime: new Date(0), EndTime: new Date(60_000) };
  return {
    ...trouble,
    getMetricData: () => clients.metrics.send(new cloudwatch.GetMetricDataCommand(metricData)),
    listMetrics: () => clients.metrics.send(new cloudwatch.ListMetricsCommand({})),
    groups: () => clients.logs.send(new cloudwatchLogs.DescribeLogGroupsCommand({})),
    queryResults: () => clients.logs.send(new cloudwatchLogs.GetQueryResultsCommand({ queryId: 'q' })),
    summaries: () => clients.traces.send(new xray.GetTraceSummariesCommand(summaries)),
    traces: (...ids: string[]) => clients.traces.send(new xray.BatchGetTracesCommand({ TraceIds: ids })),
    putSegments: () => clients.traces.send(new xray.PutTraceSegmentsCommand({ TraceSegmentDocuments: ['{}'] })),
  };
};

const failuresOf = async (count: number, call: () => Promise<unknown>) => {
  const failures: { name: string; message: string; $metadata?: { httpStatusCode?: number }; code?: string }[] = [];
  for (let index = 0; index < count; index++) await call().catch((error) => failures.push(error));
  return failures;
};

it('is none when none is asked for', async () => {
  const calls = await inTrouble([]);
  for (const call of [calls.getMetricData, calls.groups, calls.summaries, calls.putSegments])
    expect(await failuresOf(20, call)).toEqual([]);
  expect((await calls.traces('1-1', '1-2')).Traces).toHaveLength(2);
  expect([calls.extraDelayS, calls.transactionSearch, calls.resets()]).toEqual([0, false, false]);
});

it('has a name for each kind', () => {
  expect(troubleNames).toEqual(['throttle', 'partial', 'denied', 'late', 'skew', 'transaction-search', 'reset']);
});

describe('throttle', () => {
  it.each([
    ['CloudWatch', 'listMetrics', 'Throttling', 400],
    ['Logs', 'groups', 'ThrottlingException', 400],
    ['X-Ray', 'summaries', 'ThrottledException', 429],
  ] as const)('%s refuses some calls', async (_service, call, name, status) => {
    const calls = await inTrouble(['throttle']);
    const failures = await failuresOf(40, calls[call]);
    expect(failures.length).toBeGreaterThan(3);
    expect(failures.length).toBeLessThan(20);
    for (const failure of failures) {
      expect(failure).toMatchObject({ name, message: 'Rate exceeded', $metadata: { httpStatusCode: status } });
    }
  });

  it('is the same for the same random numbers, and gets through with retries', async () => {
    const outcomes = async () => {
      const calls = await inTrouble(['throttle'], { random: seeded(3) });
      const names: string[] = [];
      for (let index = 0; index < 20; index++) {
        names.push(
          await calls.putSegments().then(
            () => 'passed',
            (error: Error) => error.name,
          ),
        );
      }
      return names;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set(['passed', 'ThrottledException']));
    expect(await outcomes()).toEqual(first);
    const [fails, passes] = [0.1, 0.9];
    const draws = [fails, fails, passes];
    const calls = await inTrouble(['throttle'], { attempts: 3, random: () => draws.shift() ?? passes });
    expect((await calls.groups()).$metadata.attempts).toBe(3);
  });
});

describe('partial', () => {
  it('gives fewer values, and forbids the same metrics each time', async () => {
    const calls = await inTrouble(['partial']);
    const answers = [await calls.getMetricData(), await calls.getMetricData()].map((output) =>
      conformingTo('cloudwatch', 'GetMetricData', output),
    );
    const withStatus = (index: number, status: string) =>
      answers[index]?.MetricDataResults?.filter((result) => result.StatusCode === status) ?? [];
    expect(withStatus(0, 'Complete').every(({ Values }) => Values?.length === 4)).toBe(true);
    const partial = withStatus(0, 'PartialData');
    expect(partial.length).toBeGreaterThan(3);
    expect(partial.every(({ Values, Timestamps }) => Values?.length === 2 && Timestamps?.length === 2)).toBe(true);
    const forbidden = (index: number) => withStatus(index, 'Forbidden').map(({ Id, Values }) => ({ Id, values: Values?.length }));
    expect(forbidden(0).length).toBeGreaterThan(1);
    expect(forbidden(0).every(({ values }) => values === 0)).toBe(true);
    expect(forbidden(0)).toEqual(forbidden(1));
    expect(withStatus(1, 'PartialData')).not.toEqual(partial);
  });

  it('leaves traces unprocessed and segments in progress, and loses none', async () => {
    const calls = await inTrouble(['partial']);
    const documents: Record<string, unknown>[] = [];
    let unprocessed = 0;
    for (let index = 0; index < 10; index++) {
      const ids = [1, 2, 3, 4, 5].map((n) => `1-${index}-${n}`);
      const output = conformingTo('xray', 'BatchGetTraces', await calls.traces(...ids));
      const given = output.Traces?.map(({ Id }) => Id) ?? [];
      expect([...given, ...(output.UnprocessedTraceIds ?? [])].sort()).toEqual(ids);
      unprocessed += output.UnprocessedTraceIds?.length ?? 0;
      documents.push(...(output.Traces ?? []).map((trace) => JSON.parse(trace.Segments?.[0]?.Document ?? '') as Record<string, unknown>));
    }
    expect(unprocessed).toBeGreaterThan(5);
    const running = documents.filter((document) => document['in_progress'] === true);
    expect(running.length).toBeGreaterThan(5);
    expect(documents.every((document) => (document['in_progress'] === true) !== 'end_time' in document)).toBe(true);
    expect(running.length).toBeLessThan(documents.length);
  });

  it('times some queries out', async () => {
    const calls = await inTrouble(['partial']);
    const seen = new Map<string | undefined, number | undefined>();
    for (let index = 0; index < 20; index++) {
      const { status, results } = conformingTo('logs', 'GetQueryResults', await calls.queryResults());
      seen.set(status, results?.length);
    }
    expect(Object.fromEntries(seen)).toEqual({ Complete: 4, Timeout: 2 });
  });
});

it('denied: X-Ray cannot be read, though written, and the others can', async () => {
  const calls = await inTrouble(['denied'], { attempts: 3 });
  const [failure] = await failuresOf(1, calls.summaries);
  expect(failure).toMatchObject({
    name: 'AccessDeniedException',
    message:
      'User: arn:aws:iam::000000000000:user/loadkit is not authorized to perform: xray:GetTraceSummaries because no identity-based policy allows the xray:GetTraceSummaries action',
    $metadata: { httpStatusCode: 403, attempts: 1 },
  });
  await expect(calls.traces('1-1')).rejects.toThrow('xray:BatchGetTraces');
  await calls.putSegments();
  await calls.getMetricData();
  await calls.groups();
});

it('late: says how much later', async () => {
  expect((await inTrouble(['late'])).extraDelayS).toBe(300);
});

describe('skew', () => {
  it.each([
    ['groups', 'InvalidSignatureException', 400],
    ['listMetrics', 'InvalidSignatureException', 400],
    ['summaries', 'InvalidSignatureException', 403],
  ] as const)('%s fails at first, and passes once the client has corrected its clock by the Date header', async (call, name, status) => {
    const calls = await inTrouble(['skew']);
    const [failure] = await failuresOf(1, calls[call]);
    expect(failure).toMatchObject({
      name,
      message: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/),
      $metadata: { httpStatusCode: status },
    });
    await calls[call]();
  });

  it('is corrected within one call by a client that retries', async () => {
    const calls = await inTrouble(['skew'], { attempts: 3 });
    expect((await calls.groups()).$metadata.attempts).toBe(2);
    expect((await calls.groups()).$metadata.attempts).toBe(1);
  });

  it('tells a clock that is ahead from one that is behind, and takes what is within five minutes', () => {
    const nowMs = Date.UTC(2026, 10, 25, 12);
    const { admit } = createTrouble(
      ['skew'],
      () => 0,
      () => nowMs,
    );
    const serverMs = nowMs + 600_000;
    const signed = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
    expect(() => admit('logs', signed(serverMs - 300_000))).not.toThrow();
    expect(() => admit('logs', signed(serverMs + 300_000))).not.toThrow();
    expect(() => admit('logs', undefined)).not.toThrow();
    expect(() => admit('logs', signed(serverMs - 301_000))).toThrow(
      'Signature expired: 20261125T120459Z is now earlier than 20261125T120500Z (20261125T121000Z - 5 min.)',
    );
    expect(() => admit('logs', signed(serverMs + 301_000))).toThrow(
      'Signature not yet current: 20261125T121501Z is still later than 20261125T121500Z (20261125T121000Z + 5 min.)',
    );
    const sound = createTrouble(
      [],
      () => 0,
      () => nowMs,
    );
    expect(() => sound.admit('logs', '20200101T000000Z')).not.toThrow();
    expect(sound.dateMs()).toBe(nowMs);
  });
});

it('transaction-search: no traces are found, and the rest is as it was', async () => {
  const calls = await inTrouble(['transaction-search']);
  expect(calls.transactionSearch).toBe(true);
  const summaries = conformingTo('xray', 'GetTraceSummaries', await calls.summaries());
  expect([summaries.TraceSummaries, summaries.NextToken]).toEqual([[], undefined]);
  expect(await calls.traces('1-1')).toMatchObject({ Traces: [], UnprocessedTraceIds: [] });
  expect((await calls.getMetricData()).MetricDataResults).toHaveLength(40);
});

describe('reset', () => {
  it('breaks some connections', async () => {
    const calls = await inTrouble(['reset']);
    const failures = await failuresOf(60, calls.groups);
    expect(failures.length).toBeGreaterThan(1);
    expect(failures.length).toBeLessThan(20);
    // Node says either, by when the client notices.
    for (const failure of failures) expect(['ECONNRESET', 'EPIPE']).toContain(failure.code);
  });

  it('is not seen by a client that retries', async () => {
    const draws = [0.01];
    const calls = await inTrouble(['reset'], { attempts: 3, random: () => draws.shift() ?? 0.9 });
    expect((await calls.groups()).$metadata.attempts).toBe(2);
  });
});

it('adds up', async () => {
  const calls = await inTrouble(['late', 'denied', 'transaction-search']);
  expect([calls.extraDelayS, calls.transactionSearch]).toEqual([300, true]);
  await expect(calls.summaries()).rejects.toThrow('not authorized');
});
