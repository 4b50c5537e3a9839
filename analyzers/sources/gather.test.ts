import { describe, expect, it } from 'vitest';
import { stackEdges, stackResources } from '../../infra-fixtures/local/resources.ts';
import { healthySettings } from '../../infra-fixtures/local/settings.ts';
import type { TroubleName } from '../../infra-fixtures/local/telemetry/trouble.ts';
import { tracesWith } from '../../tests/made-trace.ts';
import { awsError, startTestTelemetry, stubClient, type TestTelemetry, testClock } from '../../tests/telemetry.ts';
import { type Alarms, type Inventory, isMissing, type Resource } from '../contract.ts';
import { isBad } from '../malformed.ts';
import { type TelemetryFile, telemetryFileOf } from '../telemetry-file.ts';
import type { AwsClients } from './clients.ts';
import { type Gathered, gather, type Question } from './gather.ts';
import { namedResources } from './inventory/named.ts';

const RUN_S = 120;
const STACK = { resources: stackResources(healthySettings()) as Resource[], edges: stackEdges(), named: null };

/** Two minutes in which each second has some requests; then it is over. */
const aRun = async ({ tell, clock }: TestTelemetry): Promise<{ fromS: number; toS: number }> => {
  const toS = clock.now() / 1000;
  const fromS = toS - RUN_S;
  const seconds = Array.from({ length: RUN_S }, (_, i) => fromS + i);
  const at = (namespace: string, metric: string, dimensions: Record<string, string>, values: number[]) =>
    seconds.map((atS) => ({ namespace, metric, dimensions, atS, values }));
  const table = { TableName: 'characters' };
  await tell([
    ...at('AWS/ApiGateway', 'Count', { ApiName: 'api', Stage: 'prod' }, [1, 1, 1]),
    ...at('AWS/ApiGateway', 'Count', { ApiName: 'api' }, [1, 1, 1]),
    ...at('AWS/ApiGateway', 'Latency', { ApiName: 'api', Stage: 'prod' }, [20, 30, 100]),
    ...at('AWS/Lambda', 'Invocations', { FunctionName: 'character' }, [1, 1, 1]),
    ...at('AWS/Lambda', 'Throttles', { FunctionName: 'character' }, [0, 0, 1]),
    ...at('AWS/DynamoDB', 'ConsumedReadCapacityUnits', table, [0.5, 0.5]),
    ...at('AWS/DynamoDB', 'ConsumedReadCapacityUnits', { ...table, GlobalSecondaryIndexName: 'userId-index' }, [2]),
    ...at('AWS/DynamoDB', 'SuccessfulRequestLatency', { ...table, Operation: 'GetItem' }, [4, 6]),
    ...at('AWS/ECS', 'CPUUtilization', { ClusterName: 'game', ServiceName: 'engine' }, [50]),
    ...at('AWS/ElastiCache', 'CPUUtilization', { CacheClusterId: 'cache' }, [10]),
  ]);
  return { fromS, toS };
};

const invocationsOf = (Value: string) => ({
  Namespace: 'AWS/Lambda',
  MetricName: 'Invocations',
  Dimensions: [{ Name: 'FunctionName', Value }],
});

const PATIENCE = { everyMs: 1000, waitMsMax: 60_000, delayS: 0 };

const ask = async (
  options: { trouble?: TroubleName[]; delayS?: number; periodS?: number },
  more: Partial<Question> = {},
): Promise<Gathered> => {
  const telemetry = await startTestTelemetry({ periodS: 5, ...options });
  const run = await aRun(telemetry);
  return gather({ ...telemetry, ...run, wanted: STACK, patience: PATIENCE, ...more });
};

const values = (platform: Gathered['platform'], node: string, metric: string, stat: string): (number | null)[] | undefined =>
  (platform as TelemetryFile).series.find((each) => each.node === node && each.metric === metric && each.stat === stat)?.values;
const periods = RUN_S / 5;
const all = <T>(value: T): T[] => Array.from({ length: periods }, () => value);

const expectWhole = ({ platform, inventory }: Gathered): void => {
  expect(platform).not.toHaveProperty('missing');
  expect(isBad(telemetryFileOf(platform))).toBe(false);
  expect((platform as TelemetryFile).times).toHaveLength(periods);
  expect(values(platform, 'apigateway:api', 'Count', 'Sum')).toEqual(all(15));
  expect(values(platform, 'apigateway:api', 'Latency', 'p50')).toEqual(all(expect.closeTo(30, 0)));
  expect(values(platform, 'lambda:character', 'Throttles', 'Sum')).toEqual(all(5));
  expect(values(platform, 'dynamodb:characters/userId-index', 'ConsumedReadCapacityUnits', 'Sum')).toEqual(all(10));
  expect(values(platform, 'dynamodb:characters', 'SuccessfulRequestLatency', 'Average')).toEqual(all(5));
  expect((inventory as Inventory).resources.length).toBe(STACK.resources.length);
  expect((platform as TelemetryFile).edges).toContainEqual({ from: 'lambda:character', to: 'dynamodb:characters' });
};

describe('gather', () => {
  it('reads what the stack says of a run, with its limits and who calls whom', async () => {
    const gathered = await ask({});
    expectWhole(gathered);
    expect(gathered.inventory).toMatchObject({ region: 'us-east-1', gaps: [] });
    expect(gathered.alarms).toHaveProperty('alarms');
  });

  it.each<[TroubleName]>([['throttle'], ['reset'], ['denied']])(
    'is told the same in spite of %s',
    async (trouble) => {
      // Of these only X-Ray's reads are denied.
      expectWhole(await ask({ trouble: [trouble] }));
    },
    60_000,
  );

  it("tells the run's time by this machine's clock where AWS's is ten minutes ahead, and says so", async () => {
    const telemetry = await startTestTelemetry({ periodS: 5, trouble: ['skew'] });
    const run = await aRun(telemetry);
    let toldAheadS: number | null = null;
    const gathered = await gather({
      ...telemetry,
      ...run,
      wanted: STACK,
      patience: PATIENCE,
      readTraces: async (_inventory, aheadS) => {
        toldAheadS = aheadS;
        return { traces: { missing: 'not asked for' }, edges: [], gaps: [] };
      },
    });
    // As far as half a second of error, and what an answer took, can tell.
    expect(Math.abs((toldAheadS ?? 0) - 600)).toBeLessThan(5);
    const { times } = gathered.platform as TelemetryFile;
    expect(Math.abs((times[0] ?? 0) - run.fromS)).toBeLessThanOrEqual(5);
    expect(Math.abs((times.at(-1) ?? 0) + 5 - run.toS)).toBeLessThanOrEqual(5);
    const counted = values(gathered.platform, 'apigateway:api', 'Count', 'Sum') ?? [];
    expect(counted.reduce((sum: number, value) => sum + (value ?? 0), 0)).toBeGreaterThan(0.9 * 3 * RUN_S);
    expect((gathered.inventory as Inventory).gaps).toEqual([
      expect.objectContaining({
        reason: expect.stringContaining("this machine's clock was 10 min behind AWS's"),
        next: expect.stringContaining('NTP'),
      }),
    ]);
  });

  it('moves alarms with the rest where clocks differ', async () => {
    const clock = testClock();
    const toS = clock.now() / 1000;
    const change = { oldState: { stateValue: 'OK' }, newState: { stateValue: 'ALARM' } };
    const windows: unknown[] = [];
    const cloudwatch = stubClient((name, { StartTime, StartDate, MetricDataQueries = [] }) => {
      if (StartDate !== undefined) windows.push(Number(StartDate) / 1000);
      if (StartTime !== undefined) windows.push(Number(StartTime) / 1000);
      if (name === 'DescribeAlarms') return { MetricAlarms: [{ AlarmName: 'a' }] };
      if (name === 'DescribeAlarmHistory')
        return { AlarmHistoryItems: [{ AlarmName: 'a', Timestamp: new Date((toS + 90) * 1000), HistoryData: JSON.stringify(change) }] };
      return { MetricDataResults: (MetricDataQueries as { Id: string }[]).map(({ Id }) => ({ Id, StatusCode: 'Complete' })) };
    });
    const clients = { cloudwatch, region: async () => 'eu-central-1', clockAheadMs: () => 120_000 } as unknown as AwsClients;
    const question = { clients, clock, wanted: STACK, fromS: toS - 60, toS, patience: PATIENCE, resolutionS: 60 };
    const { alarms, inventory } = await gather(question);
    expect((alarms as Alarms).alarms[0]?.changes[0]?.atS).toBe(toS - 30);
    const expectWindows = (aheadS: number): void => {
      expect(windows).not.toEqual([]);
      for (const fromS of windows.splice(0)) expect([toS - 60 + aheadS, toS - 60 - 300 + aheadS]).toContain(fromS);
    };
    expectWindows(120);
    expect(inventory).toMatchObject({ clockAheadS: 120 });

    // Asked again when the clock has been set: the run's time is still that of the clock as it was.
    const set = { ...clients, clockAheadMs: () => 0 } as AwsClients;
    expect((await gather({ ...question, clients: set, clockAheadS: 120 })).inventory).toMatchObject({ clockAheadS: 120 });
    expectWindows(120);
  });

  it('moves the times of deployments too', async () => {
    const clock = testClock();
    const toS = clock.now() / 1000;
    const deployments = [{ createdAt: new Date((toS - 600) * 1000), updatedAt: new Date((toS - 400) * 1000) }];
    const others = stubClient((name) => (name === 'DescribeServices' ? { services: [{ deployments }] } : {}));
    const clients = {
      cloudwatch: stubClient(() => ({})),
      ecs: async () => others,
      autoScaling: async () => others,
      region: async () => 'eu-central-1',
      clockAheadMs: () => 120_000,
    } as unknown as AwsClients;
    const wanted = {
      resources: [{ node: 'fargate:engine', dimensions: { ClusterName: 'game', ServiceName: 'engine' } }],
      edges: [],
      named: null,
    };
    const { inventory } = await gather({ clients, clock, wanted, fromS: toS - 60, toS, patience: PATIENCE, resolutionS: 60 });
    expect((inventory as Inventory).resources[0]?.deployments).toEqual([{ createdS: toS - 720, updatedS: toS - 520 }]);
  });

  it('lets the rest stand where an answer is not of AWS’s shape', async () => {
    const clock = testClock();
    const toS = clock.now() / 1000;
    const clients = {
      cloudwatch: stubClient((name) => (name === 'GetMetricData' ? { MetricDataResults: [null] } : {})),
      ecs: async () => stubClient(() => ({ services: [null] })),
      region: async () => 'eu-central-1',
      clockAheadMs: () => null,
    } as unknown as AwsClients;
    const service = { node: 'fargate:engine', dimensions: { ClusterName: 'game', ServiceName: 'engine' } };
    const wanted = { resources: [service, { node: 'sqs:batch' }], edges: [], named: null };
    const readTraces = async () => Promise.reject(new TypeError('id is not a string'));
    const { inventory, platform, alarms, traces } = await gather({
      clients,
      clock,
      wanted,
      fromS: toS - 60,
      toS,
      patience: PATIENCE,
      readTraces,
    });
    expect((inventory as Inventory).resources.map(({ node }) => node)).toEqual(['fargate:engine', 'sqs:batch']);
    expect((inventory as Inventory).gaps.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('settings of fargate:engine: it failed'),
      expect.stringContaining('cloudwatch:GetMetricData: it failed'),
      expect.stringContaining('xray:GetTraceSummaries: it failed (id is not a string)'),
    ]);
    expect(platform).toEqual({ missing: expect.stringContaining('cloudwatch:GetMetricData') });
    expect(alarms).toMatchObject({ alarms: [] });
    expect(traces).toEqual({ missing: expect.stringContaining('id is not a string') });
  });

  it('keeps what is not forbidden, and names what is', async () => {
    const { platform, inventory } = await ask({ trouble: ['partial'] });
    expect((platform as TelemetryFile).series.length).toBeGreaterThan(10);
    expect((inventory as Inventory).gaps).toContainEqual(expect.objectContaining({ reason: expect.stringContaining('forbidden') }));
  });

  it('says why where no series could be read, and not that there is none', async () => {
    const clock = testClock();
    const toS = clock.now() / 1000;
    const cloudwatch = stubClient((name, { StartTime, EndTime, MetricDataQueries = [] }) => {
      if (name !== 'GetMetricData') return {};
      // The looks at the beginning, which are shorter, are answered: with nothing.
      const all = Number(EndTime) - Number(StartTime) > 200_000 && (MetricDataQueries as unknown[]).length > 10;
      if (all) throw awsError('ServiceUnavailable', 'come again', 503);
      return { MetricDataResults: (MetricDataQueries as { Id: string }[]).map(({ Id }) => ({ Id, StatusCode: 'Complete' })) };
    });
    const clients = { cloudwatch, region: async () => 'eu-central-1', clockAheadMs: () => null } as unknown as AwsClients;
    const { platform } = await gather({ clients, clock, wanted: STACK, fromS: toS - 60, toS, patience: PATIENCE, resolutionS: 60 });
    expect(platform).toEqual({ missing: expect.stringMatching(/^cloudwatch:GetMetricData: AWS answered with an error .*analyze --aws/) });
  });

  it('waits for data that are late, but not for ever', async () => {
    expectWhole(await ask({ delayS: 20 }));
    const { platform, alarms, inventory } = await ask({ trouble: ['late'] });
    expect(platform).toEqual({ missing: expect.stringMatching(/no datapoint .* after 60 s .*ext\.loadkit\.aws\.region.*analyze --aws/) });
    // The rest stands.
    expect([isMissing(alarms), isMissing(inventory)]).toEqual([false, false]);
  });

  it('discovers what CloudWatch lists, where nobody names anything', async () => {
    const { platform, inventory } = await ask({}, { wanted: { resources: [], edges: [], named: null } });
    expect((inventory as Inventory).resources.map(({ node }) => node).toSorted()).toEqual([
      'apigateway:api',
      'dynamodb:characters',
      'elasticache:cache',
      'fargate:engine',
      'lambda:character',
    ]);
    expect(values(platform, 'dynamodb:characters/userId-index', 'ConsumedReadCapacityUnits', 'Sum')).toEqual(all(10));
    // This endpoint tells no limits: what is not known is not made up.
    expect((inventory as Inventory).resources.map(({ limits }) => limits)).toEqual([{}, {}, {}, {}, {}]);
    expect((inventory as Inventory).gaps.map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('lambda:GetFunctionConfiguration'),
    );
  });

  it('reads no alarms of long after the run', async () => {
    const clock = testClock();
    const toS = clock.now() / 1000 - 86_400;
    const until: number[] = [];
    const cloudwatch = stubClient((name, { EndDate, MetricDataQueries = [] }) => {
      if (name === 'DescribeAlarmHistory') until.push(Number(EndDate) / 1000);
      return { MetricDataResults: (MetricDataQueries as { Id: string }[]).map(({ Id }) => ({ Id, StatusCode: 'Complete' })) };
    });
    const clients = { cloudwatch, region: async () => 'eu-central-1', clockAheadMs: () => null } as unknown as AwsClients;
    await gather({ clients, clock, wanted: STACK, fromS: toS - 60, toS, patience: PATIENCE, resolutionS: 60 });
    expect(until).toEqual([toS + 900]);
  });

  it.each(['ListMetrics', 'ListStackResources'])('asks for alarms and traces though %s is denied', async (denied) => {
    const client = stubClient((name) => {
      if (name === denied) throw awsError('AccessDenied', '', 403);
      return name === 'DescribeAlarms' ? { MetricAlarms: [] } : {};
    });
    const clients = {
      cloudwatch: client,
      region: async () => 'eu-central-1',
      clockAheadMs: () => null,
      cloudFormation: async () => client,
    } as unknown as AwsClients;
    const clock = testClock();
    const toS = clock.now() / 1000;
    const named = denied === 'ListMetrics' ? null : () => namedResources(clients, { stackName: 'game' }, undefined);
    const wanted = { resources: [], edges: [], named };
    const traces = tracesWith([]);
    const readTraces = async () => ({ traces, edges: [], gaps: [] });
    const gathered = await gather({ clients, clock, wanted, fromS: toS - 60, toS, patience: PATIENCE, readTraces });
    expect(gathered).toMatchObject({
      inventory: { resources: [], gaps: [{ next: expect.stringContaining(denied) }] },
      platform: { missing: expect.stringContaining(denied) },
      alarms: { alarms: [] },
      traces,
    });
  });

  it('keeps a discovered resource that it may not look at, and lets go of one that did nothing', async () => {
    const functions = ['auth', 'chat', 'idle'];
    const clock = testClock();
    const toS = clock.now() / 1000;
    const answer = (id: string, name: string | undefined) => {
      if (name === 'chat') return { Id: id, StatusCode: 'Forbidden' };
      return { Id: id, StatusCode: 'Complete', ...(name === 'auth' ? { Timestamps: [new Date((toS - 60) * 1000)], Values: [1] } : {}) };
    };
    const cloudwatch = stubClient((name, { Namespace, MetricDataQueries = [] }) => {
      const listed = Namespace === 'AWS/Lambda' ? functions : [];
      if (name === 'ListMetrics') return { Metrics: listed.map((Value) => invocationsOf(Value)) };
      const queries = MetricDataQueries as { Id: string; MetricStat: { Metric: ReturnType<typeof invocationsOf> } }[];
      return { MetricDataResults: queries.map(({ Id, MetricStat }) => answer(Id, MetricStat.Metric.Dimensions[0]?.Value)) };
    });
    const unsupported = async () =>
      stubClient(() => {
        throw awsError('UnknownOperationException', '', 404);
      });
    const clients = {
      cloudwatch,
      region: async () => 'eu-central-1',
      clockAheadMs: () => null,
      lambda: unsupported,
    } as unknown as AwsClients;
    const wanted = { resources: [], edges: [], named: null };
    const { inventory } = await gather({ clients, clock, wanted, fromS: toS - 120, toS, patience: PATIENCE, resolutionS: 60 });
    expect((inventory as Inventory).resources.map(({ node }) => node)).toEqual(['lambda:auth', 'lambda:chat']);
    expect((inventory as Inventory).gaps.flatMap(({ series = [] }) => series)).toContainEqual({ node: 'lambda:chat', metric: 'Throttles' });
  });

  it('finds the cluster of a service that is named without it', async () => {
    const { platform } = await ask({}, { wanted: { resources: [{ node: 'fargate:engine' }], edges: [], named: null } });
    expect(values(platform, 'fargate:engine', 'CPUUtilization', 'Average')).toEqual(all(50));
  });

  it('sees by itself in what steps metrics come, and asks for no finer ones', async () => {
    const minutes = await ask({ periodS: 60 });
    expect((minutes.platform as TelemetryFile).periodS).toBe(60);
    expect(values(minutes.platform, 'apigateway:api', 'Count', 'Sum')).toEqual([180, 180]);
    expect(((await ask({ periodS: 1 })).platform as TelemetryFile).periodS).toBe(1);
  });

  it('keeps what has come when it is told to stop', async () => {
    const stopping = new AbortController();
    const { platform, inventory } = await ask(
      {},
      {
        signal: stopping.signal,
        onProgress: (text) => {
          if (/waiting/.test(text)) stopping.abort();
        },
      },
    );
    expect(isMissing(inventory)).toBe(false);
    expect(platform).toEqual({ missing: expect.stringContaining('interrupted') });
  });

  it.each([
    [awsError('ExpiredTokenException', 'expired', 403), 'aws sso login'],
    [awsError('AccessDenied', '', 403), 'IAM action cloudwatch:'],
    [awsError('InternalServiceFault', '', 500), 'analyze --aws'],
  ])('says of each why it is missing: %s', async (error, next) => {
    const cloudwatch = stubClient(() => {
      throw error;
    });
    const clients = { cloudwatch, region: async () => 'eu-central-1', clockAheadMs: () => null } as unknown as AwsClients;
    const clock = testClock();
    const toS = clock.now() / 1000;
    const { platform, alarms } = await gather({ clients, clock, wanted: STACK, fromS: toS - 60, toS, patience: PATIENCE });
    for (const each of [platform, alarms]) expect(each).toEqual({ missing: expect.stringContaining(next) });
  });

  it('asks nothing without a region', async () => {
    const clients = {
      region: async () => {
        throw new Error('Region is missing');
      },
    } as unknown as AwsClients;
    const { inventory, platform, alarms } = await gather({
      clients,
      clock: testClock(),
      wanted: STACK,
      fromS: 0,
      toS: 60,
      patience: PATIENCE,
    });
    for (const each of [inventory, platform, alarms]) expect(each).toEqual({ missing: expect.stringContaining('AWS_REGION') });
  });
});
