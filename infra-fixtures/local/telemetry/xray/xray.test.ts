import {
  BatchGetTracesCommand,
  GetInsightSummariesCommand,
  GetSamplingRulesCommand,
  GetServiceGraphCommand,
  GetTimeSeriesServiceStatisticsCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  type GetTraceSummariesCommandInput,
  PutTraceSegmentsCommand,
  type Service,
  type TraceSummary,
  XRayClient,
} from '@aws-sdk/client-xray';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conformingTo } from '../../../../tests/aws-model.ts';
import { startTelemetryServer, type TelemetryServer } from '../server.ts';
import { createXRay, xrayPaths } from './xray.ts';

const DELAY_S = 30;
const START_S = 1_790_000_000;
let nowMs: number;
let server: TelemetryServer;
let client: XRayClient;
let ingest: (documents: readonly object[]) => object[];

beforeEach(async () => {
  nowMs = START_S * 1000;
  const xray = createXRay({ clock: () => nowMs, delayS: DELAY_S });
  ingest = xray.ingest;
  server = await startTelemetryServer({ services: [xray.service], xrayPaths, onBatch: ({ segments }) => xray.ingest(segments) });
  client = new XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await server.stop();
});

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const id = (trace: number, n: number): string => hex(trace * 256 + n, 16);
const traceId = (trace: number): string => `1-67a00000-${hex(trace, 24)}`;

/** A request through the gateway to a function, which reads a table and asks the cache. `failed`: the table's answer, passed on. */
const request = (trace: number, { atS = START_S + trace, fn = 'character', failed = false } = {}): object[] => {
  const common = { trace_id: traceId(trace) };
  const fault = failed && { fault: true };
  return [
    {
      ...common,
      ...fault,
      id: id(trace, 1),
      name: 'api/prod',
      origin: 'AWS::ApiGateway::Stage',
      resource_arn: 'arn:aws:apigateway:us-east-1::/restapis/api/stages/prod',
      start_time: atS,
      end_time: atS + 0.1,
      http: {
        request: { url: `https://api/prod/${fn}`, method: 'GET', user_agent: 'k6/2.2.0', client_ip: '127.0.0.1' },
        response: { status: failed ? 500 : 200 },
      },
      subsegments: [{ ...fault, id: id(trace, 2), name: 'Lambda', namespace: 'aws', start_time: atS + 0.01, end_time: atS + 0.09 }],
    },
    {
      ...common,
      ...fault,
      id: id(trace, 3),
      parent_id: id(trace, 2),
      name: fn,
      origin: 'AWS::Lambda',
      start_time: atS + 0.01,
      end_time: atS + 0.09,
    },
    {
      ...common,
      ...fault,
      id: id(trace, 4),
      parent_id: id(trace, 3),
      name: fn,
      origin: 'AWS::Lambda::Function',
      resource_arn: `arn:aws:lambda:us-east-1:000000000000:function:${fn}`,
      start_time: atS + 0.02,
      end_time: atS + 0.08,
      user: 'alice',
    },
    {
      ...common,
      ...fault,
      id: id(trace, 5),
      parent_id: id(trace, 4),
      type: 'subsegment',
      namespace: 'aws',
      name: 'DynamoDB',
      start_time: atS + 0.03,
      end_time: atS + 0.07,
      aws: { operation: 'GetItem', table_name: 'characters' },
      annotations: { level: 7 },
    },
    {
      ...common,
      id: id(trace, 6),
      parent_id: id(trace, 4),
      type: 'subsegment',
      namespace: 'remote',
      name: 'cache',
      start_time: atS + 0.03,
      end_time: atS + 0.031,
    },
  ];
};

const arrive = (): void => {
  nowMs += DELAY_S * 1000;
};
const at = (s: number): Date => new Date((START_S + s) * 1000);
const window = { StartTime: at(0), EndTime: at(3600) };
const summaries = async (input: Partial<GetTraceSummariesCommandInput> = {}) =>
  conformingTo('xray', 'GetTraceSummaries', await client.send(new GetTraceSummariesCommand({ ...window, ...input })));
const idsOf = async (input: Partial<GetTraceSummariesCommandInput> = {}) =>
  ((await summaries(input)).TraceSummaries ?? []).map(({ Id }) => Id);
const batch = async (...TraceIds: string[]) =>
  conformingTo('xray', 'BatchGetTraces', await client.send(new BatchGetTracesCommand({ TraceIds })));
const put = async (...documents: object[]) =>
  conformingTo(
    'xray',
    'PutTraceSegments',
    await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) })),
  );
const refused = (message: string) =>
  expect.objectContaining({ name: 'InvalidRequestException', message: expect.stringContaining(message) });

describe('PutTraceSegments', () => {
  it('keeps what is good and names what is not', async () => {
    const [stage = {}] = request(1);
    const answer = await put({ ...stage, trace_id: 'x' }, stage, { ...stage, name: undefined });
    expect(answer.UnprocessedTraceSegments).toEqual([
      { Id: id(1, 1), ErrorCode: 'InvalidTraceId', Message: 'Invalid segment. ErrorCode: InvalidTraceId' },
      { Id: id(1, 1), ErrorCode: 'InvalidName', Message: 'Invalid segment. ErrorCode: InvalidName' },
    ]);
    arrive();
    expect((await batch(traceId(1))).Traces?.[0]?.Segments?.map(({ Id }) => Id)).toContain(id(1, 1));
  });

  it('lets a later document complete one that is in progress', async () => {
    const [stage = {}] = request(1);
    await put({ ...stage, end_time: undefined, in_progress: true });
    arrive();
    expect((await summaries()).TraceSummaries?.[0]).toMatchObject({ IsPartial: true });
    await put(stage);
    const trace = (await summaries()).TraceSummaries?.[0];
    expect(trace).toMatchObject({ IsPartial: false, ResponseTime: 0.1 });
    expect((await batch(traceId(1))).Traces?.[0]?.Segments?.map(({ Id }) => Id)).not.toContain(undefined);
  });

  it('drops what came from the platform and is no segment', async () => {
    expect(ingest([{ id: 'x' }, ...request(1)])).toEqual(request(1));
    arrive();
    expect(await idsOf()).toEqual([traceId(1)]);
  });
});

describe('BatchGetTraces', () => {
  it('shows a trace when its delay is over; until then, and when it is unknown, its id is unprocessed', async () => {
    ingest(request(1));
    nowMs += DELAY_S * 1000 - 1;
    expect(await batch(traceId(1))).toMatchObject({ Traces: [], UnprocessedTraceIds: [traceId(1)] });
    nowMs += 1;
    expect(await batch(traceId(1), traceId(2))).toMatchObject({
      Traces: [{ Id: traceId(1), Duration: 0.1, LimitExceeded: false }],
      UnprocessedTraceIds: [traceId(2)],
    });
  });

  it('puts subsegments into their segment, and infers those of services which send none', async () => {
    ingest(request(1));
    arrive();
    const segments = (await batch(traceId(1))).Traces?.[0]?.Segments ?? [];
    const documents = segments.map(({ Document = '' }) => JSON.parse(Document) as { name: string; origin: string; subsegments?: object[] });
    expect(documents.map(({ name, origin }) => [name, origin])).toEqual([
      ['api/prod', 'AWS::ApiGateway::Stage'],
      ['character', 'AWS::Lambda'],
      ['character', 'AWS::Lambda::Function'],
      ['DynamoDB', 'AWS::DynamoDB::Table'],
      ['cache', 'remote'],
    ]);
    expect(documents[2]?.subsegments).toMatchObject([
      { id: id(1, 5), name: 'DynamoDB' },
      { id: id(1, 6), name: 'cache' },
    ]);
    expect(documents[2]?.subsegments?.[0]).not.toHaveProperty('trace_id');
    expect(documents[3]).toMatchObject({
      inferred: true,
      parent_id: id(1, 5),
      trace_id: traceId(1),
      aws: { table_name: 'characters', resource_names: ['characters'] },
    });
    expect(segments.map(({ Id }) => Id)).toEqual((await batch(traceId(1))).Traces?.[0]?.Segments?.map(({ Id }) => Id));
  });

  it('shows a subsegment without a parent for itself, and nothing of a trace without a segment', async () => {
    const [stage, , , sub] = request(1);
    ingest([sub ?? {}]);
    arrive();
    expect((await batch(traceId(1))).UnprocessedTraceIds).toEqual([traceId(1)]);
    expect(await idsOf()).toEqual([]);
    ingest([stage ?? {}]);
    arrive();
    expect((await batch(traceId(1))).Traces?.[0]?.Segments?.map(({ Id }) => Id)).toContain(id(1, 5));
  });

  it('takes five ids', async () => {
    const five = [1, 2, 3, 4, 5].map(traceId);
    expect((await batch(...five)).UnprocessedTraceIds).toEqual(five);
    await expect(batch(...five, traceId(6))).rejects.toEqual(refused('greater than 5'));
  });
});

describe('GetTraceSummaries', () => {
  it('tells of a trace what AWS tells', async () => {
    ingest(request(1, { failed: true }));
    arrive();
    const { TraceSummaries, TracesProcessedCount } = await summaries();
    expect(TracesProcessedCount).toBe(1);
    const serviceNames = ({ ServiceIds }: TraceSummary) => ServiceIds?.map(({ Name, Type }) => `${Type} ${Name}`);
    expect(serviceNames(TraceSummaries?.[0] ?? {})).toEqual([
      'AWS::ApiGateway::Stage api/prod',
      'AWS::Lambda character',
      'AWS::Lambda::Function character',
      'AWS::DynamoDB::Table characters',
      'remote cache',
    ]);
    expect(TraceSummaries).toMatchObject([
      {
        Id: traceId(1),
        StartTime: at(1),
        Duration: 0.1,
        ResponseTime: 0.1,
        HasFault: true,
        HasError: false,
        HasThrottle: false,
        IsPartial: false,
        Http: { HttpURL: 'https://api/prod/character', HttpStatus: 500, HttpMethod: 'GET', UserAgent: 'k6/2.2.0', ClientIp: '127.0.0.1' },
        Annotations: {
          level: [{ AnnotationValue: { NumberValue: 7 }, ServiceIds: [{ Name: 'character', Type: 'AWS::Lambda::Function' }] }],
        },
        Users: [{ UserName: 'alice', ServiceIds: [{ Name: 'character' }] }],
        EntryPoint: { Name: 'api/prod', Type: 'AWS::ApiGateway::Stage' },
        ResourceARNs: [{ ARN: 'arn:aws:apigateway:us-east-1::/restapis/api/stages/prod' }, { ARN: expect.stringContaining(':lambda:') }],
      },
    ]);
  });

  it('finds by start, or by the last change', async () => {
    ingest(request(5));
    nowMs = (START_S + 100) * 1000;
    expect(await idsOf({ StartTime: at(5), EndTime: at(6) })).toEqual([traceId(5)]);
    expect(await idsOf({ StartTime: at(6), EndTime: at(7) })).toEqual([]);
    expect(await idsOf({ StartTime: at(0), EndTime: at(5) })).toEqual([]);
    expect(await idsOf({ StartTime: at(5), EndTime: at(6), TimeRangeType: 'TraceId' })).toEqual([traceId(5)]);
    expect(await idsOf({ StartTime: at(5), EndTime: at(6), TimeRangeType: 'Event' })).toEqual([]);
  });

  it('filters', async () => {
    ingest([...request(1), ...request(2, { fn: 'auth', failed: true })]);
    arrive();
    expect(await idsOf({ FilterExpression: 'fault' })).toEqual([traceId(2)]);
    expect(await idsOf({ FilterExpression: 'service(id(name: "characters", type: "AWS::DynamoDB::Table")) { !fault }' })).toEqual([
      traceId(1),
    ]);
    expect(await idsOf({ FilterExpression: 'edge("auth", "characters") { fault } AND annotation.level = 7' })).toEqual([traceId(2)]);
    expect(await summaries({ FilterExpression: 'service("guilds")' })).toMatchObject({ TraceSummaries: [], TracesProcessedCount: 2 });
    await expect(idsOf({ FilterExpression: 'fault !!' })).rejects.toEqual(refused('Invalid filter expression'));
    await expect(idsOf({ FilterExpression: '' })).rejects.toEqual(refused('Invalid filter expression'));
  });

  it('pages by time, each trace once, whatever comes meanwhile; a page may be empty', async () => {
    for (let trace = 0; trace < 1200; trace++) ingest(request(trace, { failed: trace === 1100 }).slice(0, 1));
    arrive();
    const found: (string | undefined)[] = [];
    let token: string | undefined;
    const counts: number[] = [];
    do {
      const page = await summaries(token === undefined ? {} : { NextToken: token });
      found.push(...(page.TraceSummaries ?? []).map(({ Id }) => Id));
      counts.push(page.TracesProcessedCount ?? 0);
      token = page.NextToken;
      ingest(request(5000 + counts.length, { atS: START_S + 1 }).slice(0, 1));
    } while (token !== undefined);
    expect(counts).toEqual([500, 500, 200]);
    expect(found).toEqual(Array.from({ length: 1200 }, (_, trace) => traceId(trace)));

    const first = await summaries({ FilterExpression: 'fault' });
    expect(first).toMatchObject({ TraceSummaries: [], NextToken: expect.any(String) });
    await expect(summaries({ FilterExpression: 'error', NextToken: first.NextToken })).rejects.toEqual(refused('NextToken'));
    await expect(summaries({ NextToken: 'nonsense' })).rejects.toEqual(refused('NextToken'));
  });

  it('looks at all of them, and not at a sample', async () => {
    expect(await idsOf({ Sampling: false })).toEqual([]);
    await expect(idsOf({ Sampling: true })).rejects.toEqual(refused('Sampling is not supported'));
  });

  it('takes six hours', async () => {
    await expect(idsOf({ StartTime: at(0), EndTime: at(6 * 3600) })).resolves.toEqual([]);
    await expect(idsOf({ StartTime: at(0), EndTime: at(6 * 3600 + 1) })).rejects.toEqual(refused('longer than 6 hours'));
    await expect(idsOf({ StartTime: at(1), EndTime: at(0) })).rejects.toEqual(refused('after'));
    await expect(idsOf({ TimeRangeType: 'Sometime' as 'Event' })).rejects.toEqual(refused('TimeRangeType'));
  });
});

describe('GetServiceGraph', () => {
  const graph = async (input = {}) =>
    conformingTo('xray', 'GetServiceGraph', await client.send(new GetServiceGraphCommand({ ...window, ...input }))).Services ?? [];
  const node = (services: Service[], type: string, name: string): Service =>
    services.find(({ Type, Name }) => Type === type && Name === name) ?? {};
  const edge = (from: Service, to: Service) => from.Edges?.find(({ ReferenceId }) => ReferenceId === to.ReferenceId);

  it('has a node for each service and each table, the clients’ too, and the calls between them', async () => {
    ingest([...request(1), ...request(2), ...request(3, { failed: true })]);
    arrive();
    const services = await graph();
    const client = node(services, 'client', 'api/prod');
    const stage = node(services, 'AWS::ApiGateway::Stage', 'api/prod');
    const lambda = node(services, 'AWS::Lambda', 'character');
    const fn = node(services, 'AWS::Lambda::Function', 'character');
    const table = node(services, 'AWS::DynamoDB::Table', 'characters');
    const cache = node(services, 'remote', 'cache');
    expect(services).toHaveLength(6);
    for (const [from, to] of [
      [client, stage],
      [stage, lambda],
      [lambda, fn],
      [fn, table],
      [fn, cache],
    ] as const) {
      expect(edge(from, to)).toMatchObject({ SummaryStatistics: { TotalCount: 3 } });
      expect(edge(to, from)).toBeUndefined();
    }
    expect(stage).toMatchObject({ Root: true, State: 'active', Names: ['api/prod'], StartTime: at(1) });
    expect(table).toMatchObject({ State: 'unknown', Edges: [] });
    expect(table.Root).toBeUndefined();
    expect(client.SummaryStatistics).toBeUndefined();
    expect(table.SummaryStatistics).toEqual({
      OkCount: 2,
      ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
      FaultStatistics: { OtherCount: 1, TotalCount: 1 },
      TotalCount: 3,
      TotalResponseTime: expect.closeTo(0.12, 6),
    });
    expect(table.ResponseTimeHistogram).toEqual([{ Value: 0.04, Count: 3 }]);
  });

  it('leaves out what did not start in the window, and groups', async () => {
    ingest(request(10));
    arrive();
    expect(await graph({ StartTime: at(11), EndTime: at(20) })).toEqual([]);
    expect(await graph({ StartTime: at(10), EndTime: at(11) })).not.toEqual([]);
    await expect(graph({ GroupName: 'mine' })).rejects.toEqual(refused('Group'));
    await expect(graph({ EndTime: at(7 * 3600) })).rejects.toEqual(refused('6 hours'));
  });
});

describe('GetTimeSeriesServiceStatistics', () => {
  const series = async (input = {}) =>
    conformingTo(
      'xray',
      'GetTimeSeriesServiceStatistics',
      await client.send(new GetTimeSeriesServiceStatisticsCommand({ ...window, ...input })),
    ).TimeSeriesServiceStatistics ?? [];

  it('adds up by period: of the clients’ calls, of a node, of an edge', async () => {
    for (const [trace, s] of [0, 59, 61, 200].entries()) ingest(request(trace, { atS: START_S + 100 + s, failed: s === 61 }));
    arrive();
    const minute = (n: number): Date => new Date((Math.floor((START_S + 100) / 60) + n) * 60_000);
    expect(await series()).toMatchObject([
      { Timestamp: minute(0), EdgeSummaryStatistics: { TotalCount: 2, OkCount: 2 } },
      { Timestamp: minute(1), EdgeSummaryStatistics: { TotalCount: 1, FaultStatistics: { TotalCount: 1 } } },
      { Timestamp: minute(3), EdgeSummaryStatistics: { TotalCount: 1 } },
    ]);
    expect(await series({ Period: 300, EntitySelectorExpression: 'service("characters")' })).toMatchObject([
      { ServiceSummaryStatistics: { TotalCount: 4, TotalResponseTime: expect.closeTo(0.16, 6) } },
    ]);
    expect(await series({ Period: 300, EntitySelectorExpression: 'edge("character", "characters")' })).toMatchObject([
      { EdgeSummaryStatistics: { TotalCount: 4 }, ResponseTimeHistogram: [{ Value: 0.04, Count: 4 }] },
    ]);
    expect(await series({ EntitySelectorExpression: 'id(name: "characters", type: "AWS::Lambda")' })).toEqual([]);
  });

  it('refuses what it can’t give', async () => {
    await expect(series({ Period: 120 })).rejects.toEqual(refused('Period'));
    await expect(series({ ForecastStatistics: true })).rejects.toEqual(refused('Forecast'));
    await expect(series({ EntitySelectorExpression: 'fault' })).rejects.toEqual(refused('Invalid filter expression'));
  });
});

it('knows no other operations', async () => {
  const others = [new GetInsightSummariesCommand(window), new GetTraceGraphCommand({ TraceIds: [] }), new GetSamplingRulesCommand({})];
  for (const other of others.map((command) => client.send(command as GetTraceGraphCommand))) {
    await expect(other).rejects.toMatchObject({ name: 'UnknownOperationException' });
  }
});

it('answers everybody by the model, whatever documents it was given', async () => {
  const text = fc.constantFrom('a', 'b', 'DynamoDB', 'AWS::Lambda', '', '__proto__');
  const ids = fc.integer({ min: 1, max: 6 }).map((n) => hex(n, 16));
  const time = fc.integer({ min: 1, max: 50 }).map((s) => START_S + s);
  const entity = fc.record(
    {
      ...{ id: ids, name: text, start_time: time, end_time: time, parent_id: ids },
      ...{ type: fc.constant('subsegment'), in_progress: fc.boolean(), namespace: fc.constantFrom('aws', 'remote'), origin: text },
      ...{ fault: fc.boolean(), error: fc.boolean(), throttle: fc.boolean(), inferred: fc.boolean(), user: text },
      http: fc.oneof(fc.anything(), fc.record({ response: fc.record({ status: fc.integer({ min: 100, max: 599 }) }) })),
      aws: fc.oneof(fc.anything(), fc.record({ table_name: text })),
      ...{ annotations: fc.dictionary(text, fc.jsonValue()), cause: fc.anything(), metadata: fc.jsonValue() },
    },
    { requiredKeys: ['id', 'name', 'start_time', 'end_time'] },
  );
  const document = fc
    .tuple(entity, fc.array(entity, { maxLength: 3 }))
    .map(([own, subsegments]) => ({ ...own, trace_id: traceId(1), subsegments }));
  await fc.assert(
    fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 6 }), async (documents) => {
      const xray = createXRay({ clock: () => nowMs, delayS: 0 });
      xray.ingest(JSON.parse(JSON.stringify(documents, (_key, value) => (typeof value === 'bigint' ? String(value) : value))));
      const [from, to] = [START_S, START_S + 100];
      for (const [operation, input] of [
        ['GetTraceSummaries', { StartTime: from, EndTime: to, FilterExpression: '!service("nobody") { fault }' }],
        ['BatchGetTraces', { TraceIds: [traceId(1)] }],
        ['GetServiceGraph', { StartTime: from, EndTime: to }],
        ['GetTimeSeriesServiceStatistics', { StartTime: from, EndTime: to }],
      ] as const) {
        conformingTo('xray', operation, (await xray.service.operations[operation]?.(input)) ?? {});
      }
    }),
  );
});
