import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conformingTo } from '../../../../tests/aws-model.ts';
import { startTelemetryServer, type TelemetryServer } from '../server.ts';
import type { Service } from '../service.ts';
import type { EmbeddedMetric } from './embedded-metrics.ts';
import { createLogs, type Logs } from './logs.ts';
import { SPANS_GROUP, spanEvents } from './spans.ts';
import type { LogEvent } from './store.ts';

const START_MS = Date.UTC(2026, 10, 25, 12, 0, 0);
const DAY_MS = 24 * 3_600_000;

let nowMs = START_MS;
let logs: Logs;
let metrics: EmbeddedMetric[] = [];
let server: TelemetryServer;
let client: sdk.CloudWatchLogsClient;

beforeAll(async () => {
  // The service behind the server is another one for each test.
  const service: Service = {
    prefix: 'logs',
    get operations() {
      return logs.service.operations;
    },
  };
  server = await startTelemetryServer({ services: [service], onBatch: () => undefined });
  client = new sdk.CloudWatchLogsClient({
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(() => {
  nowMs = START_MS;
  metrics = [];
  logs = createLogs({ clock: () => nowMs, delayS: 0, onEmbeddedMetric: (metric) => metrics.push(metric) });
});

const GROUP = { logGroupName: '/ecs/engine' };
const put = (events: LogEvent[], stream = 'task/1') => logs.ingest(GROUP.logGroupName, stream, events);
const filter = async (input: Partial<sdk.FilterLogEventsCommandInput> = {}) =>
  conformingTo('logs', 'FilterLogEvents', await client.send(new sdk.FilterLogEventsCommand({ ...GROUP, ...input })));
const messages = (events: { message?: string | undefined }[] | undefined) => events?.map(({ message }) => message);
const lines = (count: number): LogEvent[] =>
  Array.from({ length: count }, (_, index) => ({ timestamp: START_MS + index, message: `line ${index}` }));

it('hands on embedded metrics, and keeps their lines', async () => {
  const emf = JSON.stringify({
    _aws: { Timestamp: START_MS, CloudWatchMetrics: [{ Namespace: 'Game', Dimensions: [['service']], Metrics: [{ Name: 'tasks' }] }] },
    service: 'engine',
    tasks: [1, 1, 2],
  });
  put([{ timestamp: START_MS, message: emf }, ...lines(1)]);
  expect(metrics).toEqual([
    {
      namespace: 'Game',
      metric: 'tasks',
      dimensions: { service: 'engine' },
      unit: 'None',
      values: [1, 1, 2],
      timestampMs: START_MS,
      storageResolutionS: 60,
    },
  ]);
  expect(messages((await filter({ filterPattern: '{ $.tasks[2] = 2 }' })).events)).toEqual([emf]);
});

it('keeps the lines of a group as long as it was made for', async () => {
  logs.createGroup(GROUP.logGroupName, 3);
  put(lines(1));
  nowMs += 3 * DAY_MS;
  expect((await filter()).events).toHaveLength(1);
  nowMs += 1;
  expect((await filter()).events).toEqual([]);
});

it('knows no operations that nobody here calls', async () => {
  await expect(client.send(new sdk.CreateLogGroupCommand(GROUP))).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

describe('FilterLogEvents', () => {
  beforeEach(() => {
    put(lines(10));
    put([{ timestamp: START_MS + 5, message: 'other line' }], 'task/2');
  });

  it('finds by pattern, time and stream, and nothing where nothing is', async () => {
    expect(messages((await filter({ filterPattern: '"line 7"' })).events)).toEqual(['line 7']);
    expect((await filter({ filterPattern: 'nothing' })).events).toEqual([]);
    expect(messages((await filter({ startTime: START_MS + 4, endTime: START_MS + 5 })).events)).toEqual(['line 4', 'line 5', 'other line']);
    expect(messages((await filter({ filterPattern: '-line' })).events)).toEqual([]);
    await expect(filter({ logStreamNames: ['task/1'] })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(filter({ nextToken: 'mine' })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(filter({ limit: 10_001 })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(filter({ filterPattern: '[a, b]' })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(filter({ logGroupName: 'none' })).rejects.toThrow(sdk.ResourceNotFoundException);
    const byArn = { logGroupName: undefined, logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:/ecs/engine' };
    expect((await filter(byArn)).events).toHaveLength(11);
  });

  it('goes through pages in order of time without a gap or a double', async () => {
    const seen: (string | undefined)[] = [];
    for await (const page of sdk.paginateFilterLogEvents({ client }, { ...GROUP, limit: 3, filterPattern: 'line' })) {
      seen.push(...(messages(page.events) ?? []));
    }
    const all = messages((await filter({ filterPattern: 'line' })).events);
    expect(seen).toEqual(all);
    expect(all).toHaveLength(11);
  });

  it('ends a page at a megabyte', async () => {
    const event = (index: number) => ({ timestamp: START_MS + 100 + index, message: `big ${index} ${'x'.repeat(300_000)}` });
    logs.ingest('/ecs/engine', 'task/1', [0, 1, 2, 3, 4].map(event));
    const first = await filter({ filterPattern: 'big' });
    expect(first.events).toHaveLength(3);
    expect((await filter({ filterPattern: 'big', nextToken: first.nextToken })).events).toHaveLength(2);
    await expect(filter({ filterPattern: 'line', nextToken: first.nextToken })).rejects.toThrow(sdk.InvalidParameterException);
  });

  it('finds an event when its delay is over', async () => {
    logs = createLogs({ clock: () => nowMs, delayS: 60, onEmbeddedMetric: () => undefined });
    logs.ingest('/ecs/engine', 'task/1', [{ timestamp: START_MS, message: 'late' }]);
    expect((await filter()).events).toEqual([]);
    nowMs += 60_000;
    expect(messages((await filter()).events)).toEqual(['late']);
  });
});

describe('Logs Insights', () => {
  const RANGE = { startTime: START_MS / 1000, endTime: START_MS / 1000 + 60 };
  const start = (queryString: string, input: Partial<sdk.StartQueryCommandInput> = {}) =>
    client.send(new sdk.StartQueryCommand({ ...GROUP, ...RANGE, queryString, ...input }));
  const resultsOf = async (queryId: string | undefined) =>
    conformingTo('logs', 'GetQueryResults', await client.send(new sdk.GetQueryResultsCommand({ queryId })));
  /** The results when the query has ended, which the clock is moved on for. */
  const ended = async (queryId: string | undefined) => {
    nowMs += 1000;
    for (;;) {
      const results = await resultsOf(queryId);
      if (results.status !== 'Running') return results;
    }
  };
  beforeEach(() => put(lines(10)));

  it('is scheduled, runs and completes, with its statistics', async () => {
    const { queryId } = conformingTo(
      'logs',
      'StartQuery',
      await start('filter @message like /[23]$/ | fields @message | sort @message desc'),
    );
    expect((await resultsOf(queryId)).status).toBe('Scheduled');
    nowMs += 100;
    expect(await resultsOf(queryId)).toMatchObject({ status: 'Running', results: [] });
    const { results, statistics, status } = await ended(queryId);
    expect(status).toBe('Complete');
    expect(results?.map((row) => row.find(({ field }) => field === '@message')?.value)).toEqual(['line 3', 'line 2']);
    expect(statistics).toMatchObject({ recordsMatched: 2, recordsScanned: 10, bytesScanned: 60 });
  });

  it('finds nothing outside of its range or by what does not match', async () => {
    const outside = await start('fields @message', { startTime: RANGE.startTime - 100, endTime: RANGE.startTime - 1 });
    expect((await ended(outside.queryId)).results).toEqual([]);
    const unmatched = await ended((await start('filter @message = "none"')).queryId);
    expect([unmatched.results, unmatched.statistics?.recordsScanned]).toEqual([[], 10]);
  });

  it('searches several groups, and keeps to a limit', async () => {
    logs.ingest('other', 's', [{ timestamp: START_MS, message: 'of another group' }]);
    const both = await start('stats count(*) as n by @log', { logGroupName: undefined, logGroupNames: ['/ecs/engine', 'other'] });
    expect((await ended(both.queryId)).results).toEqual([
      [
        { field: '@log', value: '000000000000:/ecs/engine' },
        { field: 'n', value: '10' },
      ],
      [
        { field: '@log', value: '000000000000:other' },
        { field: 'n', value: '1' },
      ],
    ]);
    expect((await ended((await start('fields @message', { limit: 3 })).queryId)).results).toHaveLength(3);
    expect((await ended((await start('fields @message | limit 4', { limit: 6 })).queryId)).results).toHaveLength(4);
  });

  it('finds spans in aws/spans, which is there when Transaction Search is on', async () => {
    const query = () =>
      start(
        'filter kind = "SERVER" and attributes.http.response.status_code >= 500 | fields traceId, resource.attributes.service.name as service',
        {
          logGroupName: SPANS_GROUP,
        },
      );
    await expect(query()).rejects.toThrow(sdk.ResourceNotFoundException);
    logs = createLogs({ clock: () => nowMs, delayS: 0, onEmbeddedMetric: () => undefined, spans: true });
    expect((await ended((await query()).queryId)).results).toEqual([]);
    const segment = (id: string, status: number) => ({
      name: 'auth',
      id,
      trace_id: `1-5759e988-bd862e3fe1be46a9942727${id}`,
      start_time: nowMs / 1000 - 1,
      end_time: nowMs / 1000,
      fault: status >= 500,
      http: { response: { status } },
    });
    nowMs = START_MS + 30_000;
    logs.ingest(SPANS_GROUP, 'default', [...spanEvents(segment('01', 200)), ...spanEvents(segment('02', 503))]);
    const { results } = await ended((await query()).queryId);
    expect(results?.map((row) => row.slice(0, 2))).toEqual([
      [
        { field: 'traceId', value: '5759e988bd862e3fe1be46a994272702' },
        { field: 'service', value: 'auth' },
      ],
    ]);
  });

  it('says of a malformed query where it is', async () => {
    const error = await start('fields @message | sort bin(1d)').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(sdk.MalformedQueryException);
    expect(error).toMatchObject({
      message: 'unexpected symbol found ( at line 1 and position 27',
      queryCompileError: { location: { startCharOffset: 26, endCharOffset: 27 } },
    });
  });

  it('refuses what is no query of its own', async () => {
    await expect(start('fields @message', { logGroupName: 'none' })).rejects.toThrow(sdk.ResourceNotFoundException);
    await expect(start('fields @message', { logGroupName: undefined })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(start('fields @message', { endTime: RANGE.startTime - 1 })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(start('SELECT 1', { queryLanguage: 'SQL' })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(start('fields @message', { logGroupName: undefined, logGroupNames: [] })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(start('fields @message', { limit: 10_001 })).rejects.toThrow(sdk.InvalidParameterException);
    await expect(resultsOf('none')).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  it('fails rather than keeping too much', async () => {
    const many = Array.from({ length: 50_002 }, (_, index) => ({ timestamp: START_MS, message: `${index}` }));
    logs.ingest('/ecs/engine', 'task/1', many);
    const { queryId } = await start('stats count(*) by @message');
    expect(await ended(queryId)).toMatchObject({ status: 'Failed', results: [] });
  });

  it('runs thirty at once and no more', async () => {
    const queries = await Promise.all(Array.from({ length: 30 }, () => start('fields @message')));
    await expect(start('fields @message')).rejects.toThrow(sdk.LimitExceededException);
    for (const { queryId } of queries) await ended(queryId);
    await start('fields @message');
  });
});
