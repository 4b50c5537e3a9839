import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  type MetricDatum,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conformingTo } from '../../../../tests/aws-model.ts';
import type { EmbeddedMetric } from '../logs/embedded-metrics.ts';
import { PLATFORM_PATH, type PlatformMetric } from '../platform.ts';
import { startTelemetryServer, type TelemetryServer } from '../server.ts';
import type { Operation, Service } from '../service.ts';
import type { AlarmRequest } from './alarm-config.ts';
import { createCloudWatch } from './cloudwatch.ts';
import { getMetricData } from './get-metric-data.ts';
import { cloudWatchInput } from './input.ts';
import { MetricStore } from './store.ts';

/** A whole hour. */
const START_S = 1_800_000_000;
const DELAY_S = 60;
const MINUTE_S = 60;
const date = (epochS: number): Date => new Date(epochS * 1000);

/** Every output is held against AWS's model as it goes over the wire; what the client makes of it is held against it once more below. */
const conforming = ({ prefix, operations }: Service): Service => ({
  prefix,
  operations: Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      async (input) => conformingTo('cloudwatch', name, await operation(input)),
    ]),
  ),
});

let nowS = START_S;
let telemetry: TelemetryServer;
let client: CloudWatchClient;
let putAlarm: (request: AlarmRequest) => void;

const start = async (periodS: number): Promise<void> => {
  const { service, ingest, ...cloudWatch } = createCloudWatch({ periodS, delayS: DELAY_S, clock: () => nowS * 1000 });
  putAlarm = cloudWatch.putAlarm;
  telemetry = await startTelemetryServer({ services: [conforming(service)], onBatch: ({ metrics }) => ingest(metrics) });
  client = new CloudWatchClient({
    endpoint: telemetry.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
};

beforeEach(async () => {
  nowS = START_S;
  await start(60);
});
afterEach(async () => {
  client.destroy();
  await telemetry.stop();
});

const put = async (...data: MetricDatum[]): Promise<void> => {
  conformingTo('cloudwatch', 'PutMetricData', await client.send(new PutMetricDataCommand({ Namespace: 'Game', MetricData: data })));
};

const ingest = async (metrics: PlatformMetric[]): Promise<void> => {
  const answer = await fetch(telemetry.endpoint + PLATFORM_PATH, {
    method: 'POST',
    body: JSON.stringify({ metrics, logs: [], segments: [] }),
  });
  expect(answer.status).toBe(204);
};

const platformMetric = (atS: number, values: number[], counts = values.map(() => 1)): PlatformMetric => ({
  namespace: 'AWS/Lambda',
  metric: 'Duration',
  dimensions: { FunctionName: 'auth' },
  unit: 'Milliseconds',
  atS,
  values,
  counts,
});

const get = async (input: Partial<GetMetricDataCommandInput>): Promise<GetMetricDataCommandOutput> =>
  conformingTo(
    'cloudwatch',
    'GetMetricData',
    await client.send(new GetMetricDataCommand({ StartTime: date(START_S), EndTime: date(nowS), MetricDataQueries: [], ...input })),
  );

const query = (
  Id: string,
  Stat: string,
  MetricName = 'latency',
  Period = MINUTE_S,
  Dimensions: { Name: string; Value: string }[] = [],
) => ({
  Id,
  MetricStat: { Metric: { Namespace: 'Game', MetricName, Dimensions }, Period, Stat },
});

/** What a query gives, as [seconds from the start, value]. */
const read = async (
  stat: string,
  {
    metric = 'latency',
    period = MINUTE_S,
    dimensions = [],
    ...rest
  }: Partial<GetMetricDataCommandInput> & {
    metric?: string;
    period?: number;
    dimensions?: { Name: string; Value: string }[];
  } = {},
): Promise<[number, number][]> => {
  const output = await get({ ScanBy: 'TimestampAscending', ...rest, MetricDataQueries: [query('q', stat, metric, period, dimensions)] });
  const [result] = output.MetricDataResults ?? [];
  expect(result?.StatusCode).toBe('Complete');
  return (result?.Timestamps ?? []).map((at, index) => [at.getTime() / 1000 - START_S, result?.Values?.[index] ?? Number.NaN]);
};

const latency = (seconds: number, rest: Partial<MetricDatum>): MetricDatum => ({
  MetricName: 'latency',
  Unit: 'Milliseconds',
  Timestamp: date(START_S + seconds),
  ...rest,
});

describe('statistics', () => {
  it('of values, values with counts and statistic sets', async () => {
    await put(latency(1, { Value: 10 }), latency(59, { Values: [20, 30], Counts: [2, 3] }), latency(61, { Value: 5 }));
    nowS += 300;
    expect(await read('SampleCount')).toEqual([
      [0, 6],
      [60, 1],
    ]);
    expect(await read('Sum')).toEqual([
      [0, 140],
      [60, 5],
    ]);
    expect(await read('Average')).toEqual([
      [0, 140 / 6],
      [60, 5],
    ]);
    expect(await read('Minimum')).toEqual([
      [0, 10],
      [60, 5],
    ]);
    expect(await read('Maximum')).toEqual([
      [0, 30],
      [60, 5],
    ]);
    expect(await read('p50')).toEqual([
      [0, 25],
      [60, 5],
    ]);
    expect((await read('p99.9'))[0]?.[1]).toBeCloseTo(30, 6);
    expect(await read('Sum', { period: 300 })).toEqual([[0, 145]]);
    // Percentiles of five minutes come from all values, not from the minutes' percentiles.
    expect(await read('p50', { period: 300 })).toEqual([[0, 20]]);
  });

  it('has no percentiles of a statistic set of several values or of negative values, but the other statistics', async () => {
    await put(latency(1, { StatisticValues: { SampleCount: 2, Sum: 30, Minimum: 10, Maximum: 20 } }), latency(61, { Value: -1 }));
    await put(latency(121, { StatisticValues: { SampleCount: 1, Sum: 7, Minimum: 7, Maximum: 7 } }));
    nowS += 300;
    expect(await read('p90')).toEqual([[120, 7]]);
    expect(await read('Sum')).toEqual([
      [0, 30],
      [60, -1],
      [120, 7],
    ]);
  });

  it('never merges metrics with other dimensions, in whatever order they are given', async () => {
    const dimensions = [
      { Name: 'B', Value: '2' },
      { Name: 'A', Value: '1' },
    ];
    await put(
      latency(1, { Value: 1 }),
      latency(1, { Value: 2, Dimensions: dimensions }),
      latency(1, { Value: 4, Dimensions: [{ Name: 'A', Value: '1' }] }),
    );
    nowS += 300;
    expect(await read('Sum')).toEqual([[0, 1]]);
    expect(await read('Sum', { dimensions: dimensions.toReversed() })).toEqual([[0, 2]]);
    expect(await read('Sum', { dimensions: [{ Name: 'A', Value: '1' }] })).toEqual([[0, 4]]);
    expect(await read('Sum', { dimensions: [{ Name: 'A', Value: '2' }] })).toEqual([]);
    expect(await read('Sum', { metric: 'nothing' })).toEqual([]);
  });

  it('keeps units apart when one is asked for', async () => {
    await put(latency(1, { Value: 1 }), latency(2, { Value: 2, Unit: 'Seconds' }));
    nowS += 300;
    const withUnit = (Unit: 'Seconds' | 'Bytes') => {
      const { Id, MetricStat } = query('q', 'Sum');
      return get({ MetricDataQueries: [{ Id, MetricStat: { ...MetricStat, Unit } }] });
    };
    expect((await withUnit('Seconds')).MetricDataResults?.[0]?.Values).toEqual([2]);
    expect((await withUnit('Bytes')).MetricDataResults?.[0]?.Values).toEqual([]);
    expect(await read('Sum')).toEqual([[0, 3]]);
  });
});

describe('time', () => {
  it('shows a bucket a while after its end and not before', async () => {
    await put(latency(1, { Value: 10 }));
    nowS = START_S + 60 + DELAY_S - 1;
    expect(await read('Sum')).toEqual([]);
    nowS += 1;
    expect(await read('Sum')).toEqual([[0, 10]]);
  });

  it('is half open, and rounds the start down', async () => {
    await put(latency(0, { Value: 1 }), latency(60, { Value: 2 }), latency(120, { Value: 4 }));
    nowS += 600;
    expect(await read('Sum', { StartTime: date(START_S + 60), EndTime: date(START_S + 120) })).toEqual([[60, 2]]);
    expect(await read('Sum', { StartTime: date(START_S + 61), EndTime: date(START_S + 121) })).toEqual([
      [60, 2],
      [120, 4],
    ]);
    expect(await read('Sum', { StartTime: date(START_S + 90), EndTime: date(START_S + 600), period: 300 })).toEqual([[0, 7]]);
  });

  it('keeps high resolution by the second, standard resolution by the minute', async () => {
    await put(latency(3, { Value: 1, StorageResolution: 1 }), latency(14, { Value: 2, StorageResolution: 1 }));
    await put({ ...latency(3, { Value: 5 }), MetricName: 'standard' });
    nowS += 300;
    expect(await read('Sum', { period: 1 })).toEqual([
      [3, 1],
      [14, 2],
    ]);
    expect(await read('Sum', { period: 10 })).toEqual([
      [0, 1],
      [10, 2],
    ]);
    expect(await read('Sum', { period: 60 })).toEqual([[0, 3]]);
    expect(await read('Sum', { metric: 'standard', period: 10 })).toEqual([[0, 5]]);
    nowS = START_S + 3 * 3600 + 60;
    expect(await read('Sum', { period: 10 })).toEqual([]);
    expect(await read('Sum', { period: 60 })).toEqual([[0, 3]]);
  });

  it("keeps the platform's own metrics by the period it was started with", async () => {
    const dimensions = [{ Name: 'FunctionName', Value: 'auth' }];
    const sum = async (Period: number) => {
      const Metric = { Namespace: 'AWS/Lambda', MetricName: 'Duration', Dimensions: dimensions };
      const { MetricDataResults } = await get({ MetricDataQueries: [{ Id: 'q', MetricStat: { Metric, Period, Stat: 'Sum' } }] });
      return MetricDataResults?.[0]?.Values;
    };
    await ingest([platformMetric(START_S + 1, [10, 20], [1, 2]), platformMetric(START_S + 6, [1])]);
    nowS += 300;
    expect(await sum(60)).toEqual([51]);
    expect(await sum(5)).toEqual([51]);
    await telemetry.stop();
    nowS = START_S;
    await start(5);
    await ingest([platformMetric(START_S + 1, [10, 20], [1, 2]), platformMetric(START_S + 6, [1])]);
    nowS = START_S + 5 + DELAY_S;
    expect(await sum(5)).toEqual([50]);
    nowS += 5;
    expect(await sum(5)).toEqual([1, 50]);
  });
});

describe('GetMetricData', () => {
  beforeEach(async () => {
    for (const MetricName of ['a', 'b']) await put(...[0, 60, 120, 180].map((at) => ({ ...latency(at, { Value: at + 1 }), MetricName })));
    nowS += 600;
  });

  it('gives the newest first', async () => {
    const { MetricDataResults } = await get({ MetricDataQueries: [query('q', 'Sum', 'a')] });
    expect(MetricDataResults).toEqual([
      {
        Id: 'q',
        Label: 'a',
        StatusCode: 'Complete',
        Values: [181, 121, 61, 1],
        Timestamps: [180, 120, 60, 0].map((at) => date(START_S + at)),
      },
    ]);
  });

  it('pages through time with partial data, and is stable while data comes', async () => {
    const input = { MetricDataQueries: [query('a1', 'Sum', 'a'), query('b1', 'Sum', 'b')], MaxDatapoints: 3 };
    const pages: GetMetricDataCommandOutput[] = [];
    let token: string | undefined;
    do {
      const page = await get({ ...input, EndTime: date(START_S + 600), ...(token !== undefined && { NextToken: token }) });
      pages.push(page);
      token = page.NextToken;
      nowS += 300;
      await put({ ...latency(500, { Value: 9 }), MetricName: 'a' });
    } while (token !== undefined);
    expect(pages.map(({ MetricDataResults }) => MetricDataResults?.map(({ StatusCode, Values }) => [StatusCode, Values]))).toEqual([
      [
        ['PartialData', [181, 121]],
        ['PartialData', [181]],
      ],
      [
        ['PartialData', [61]],
        ['PartialData', [121, 61]],
      ],
      [
        ['Complete', [1]],
        ['Complete', [1]],
      ],
    ]);
  });

  it('refuses a token of another request, and one that it never gave', async () => {
    const first = await get({ MetricDataQueries: [query('q', 'Sum', 'a')], MaxDatapoints: 2 });
    const other = get({ MetricDataQueries: [query('q', 'Sum', 'b')], MaxDatapoints: 2, NextToken: first.NextToken });
    await expect(other).rejects.toMatchObject({ name: 'InvalidNextToken' });
    await expect(get({ MetricDataQueries: [query('q', 'Sum', 'a')], NextToken: 'nonsense' })).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
  });

  it('leaves out what is not to be returned', async () => {
    const { MetricDataResults } = await get({
      MetricDataQueries: [{ ...query('q', 'Sum', 'a'), ReturnData: false }, query('r', 'Sum', 'b')],
    });
    expect(MetricDataResults?.map(({ Id }) => Id)).toEqual(['r']);
  });

  const good = query('q', 'Sum', 'a');
  const refused: [string, Partial<GetMetricDataCommandInput>, RegExp][] = [
    [
      'an end before the start',
      { StartTime: date(START_S + 60), EndTime: date(START_S), MetricDataQueries: [good] },
      /must be less than the parameter EndTime/,
    ],
    ['501 queries', { MetricDataQueries: Array.from({ length: 501 }, (_, index) => query(`q${index}`, 'Sum')) }, /size greater than 500/],
    ['no query', { MetricDataQueries: [] }, /MetricDataQueries is required/],
    ['an id twice', { MetricDataQueries: [good, good] }, /not unique/],
    ['an id with a capital', { MetricDataQueries: [{ ...good, Id: 'Q' }] }, /must match/],
    ['a period of 7 s', { MetricDataQueries: [query('q', 'Sum', 'a', 7)] }, /multiple of 60/],
    ['a period of 90 s', { MetricDataQueries: [query('q', 'Sum', 'a', 90)] }, /multiple of 60/],
    ['p101', { MetricDataQueries: [query('q', 'p101', 'a')] }, /p101/],
    ['a trimmed mean', { MetricDataQueries: [query('q', 'tm90', 'a')] }, /tm90/],
    ['metric math', { MetricDataQueries: [good, { Id: 'e', Expression: 'q * 2' }] }, /expression 'e'/],
    ['too many datapoints a page', { MetricDataQueries: [good], MaxDatapoints: 100_801 }, /100800/],
  ];
  for (const [what, input, message] of refused) {
    it(`refuses ${what}`, async () => {
      await expect(get(input)).rejects.toMatchObject({ message: expect.stringMatching(message), $metadata: { httpStatusCode: 400 } });
    });
  }
});

describe('PutMetricData', () => {
  const send = (input: object) => client.send(new PutMetricDataCommand({ Namespace: 'Game', ...input } as never));
  const one = (rest: object) => ({ MetricData: [{ MetricName: 'm', ...rest }] });
  const refused: [string, object, string, RegExp][] = [
    ['an AWS namespace', { Namespace: 'AWS/Lambda', ...one({ Value: 1 }) }, 'InvalidParameterValue', /AWS\/ for parameter Namespace/],
    ['no data', {}, 'MissingParameter', /MetricData/],
    ['data of entities', { ...one({ Value: 1 }), EntityMetricData: [{ MetricData: [] }] }, 'ValidationError', /EntityMetricData/],
    ['no name', { MetricData: [{ Value: 1 }] }, 'MissingParameter', /MetricData\.member\.1\.MetricName/],
    ['no value', one({}), 'MissingParameter', /MetricData\.member\.1\.Value/],
    ['NaN', one({ Value: Number.NaN }), 'InvalidParameterValue', /NaN for parameter MetricData\.member\.1\.Value/],
    ['infinity among values', one({ Values: [1, Number.POSITIVE_INFINITY] }), 'InvalidParameterValue', /Infinity/],
    ['2^361', one({ Value: 2 ** 361 }), 'InvalidParameterValue', /Value is invalid/],
    [
      'a value beside a set',
      one({ Value: 1, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } }),
      'InvalidParameterCombination',
      /mutually exclusive/,
    ],
    ['a value beside values', one({ Value: 1, Values: [1] }), 'InvalidParameterValue', /mutually exclusive/],
    ['counts that do not match', one({ Values: [1, 2], Counts: [1] }), 'InvalidParameterValue', /same size/],
    ['a negative count', one({ Values: [1], Counts: [-1] }), 'InvalidParameterValue', /Counts/],
    ['151 values', one({ Values: Array.from({ length: 151 }, (_, index) => index) }), 'InvalidParameterValue', /150/],
    ['1,001 metrics', { MetricData: Array.from({ length: 1001 }, () => ({ MetricName: 'm', Value: 1 })) }, 'InvalidParameterValue', /1000/],
    [
      '31 dimensions',
      one({ Value: 1, Dimensions: Array.from({ length: 31 }, (_, index) => ({ Name: `n${index}`, Value: 'v' })) }),
      'InvalidParameterValue',
      /30/,
    ],
    [
      'a dimension without a value',
      one({ Value: 1, Dimensions: [{ Name: 'n', Value: '' }] }),
      'InvalidParameterValue',
      /Dimensions\.member\.1\.Value/,
    ],
    ['a dimension beyond ASCII', one({ Value: 1, Dimensions: [{ Name: 'n', Value: 'zahnräder' }] }), 'InvalidParameterValue', /zahnräder/],
    [
      'a set with minimum above maximum',
      one({ StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 2, Maximum: 1 } }),
      'InvalidParameterValue',
      /Maximum/,
    ],
    ['an unknown unit', one({ Value: 1, Unit: 'Parsecs' }), 'InvalidParameterValue', /Seconds, Microseconds/],
    ['a storage resolution of 5', one({ Value: 1, StorageResolution: 5 }), 'InvalidParameterValue', /StorageResolution/],
    ['what is older than two weeks', one({ Value: 1, Timestamp: date(START_S - 15 * 86_400) }), 'InvalidParameterValue', /past two weeks/],
    ['what is three hours ahead', one({ Value: 1, Timestamp: date(START_S + 3 * 3600) }), 'InvalidParameterValue', /future/],
  ];
  for (const [what, input, code, message] of refused) {
    it(`refuses ${what}`, async () => {
      await expect(send(input)).rejects.toMatchObject({ Code: code, message: expect.stringMatching(message) });
    });
  }

  it('keeps nothing of a call with one wrong datum', async () => {
    const mixed = send({
      MetricData: [
        { MetricName: 'latency', Value: 1 },
        { MetricName: 'latency', Value: Number.NaN },
      ],
    });
    await expect(mixed).rejects.toMatchObject({ Code: 'InvalidParameterValue', message: expect.stringContaining('member.2') });
    nowS += 300;
    expect(await read('Sum')).toEqual([]);
  });

  it('takes a compressed call', async () => {
    await put(...Array.from({ length: 1000 }, (_, index) => latency(1, { Value: index })));
    nowS += 300;
    expect(await read('SampleCount')).toEqual([[0, 1000]]);
  });
});

describe('ListMetrics', () => {
  const list = async (input: ListMetricsCommandInput) =>
    conformingTo('cloudwatch', 'ListMetrics', await client.send(new ListMetricsCommand(input)));
  const names = async (input: ListMetricsCommandInput) => (await list(input)).Metrics?.map(({ MetricName }) => MetricName);

  it('filters by namespace, name, dimensions and activity', async () => {
    await put(
      {
        MetricName: 'a',
        Value: 1,
        Dimensions: [
          { Name: 'X', Value: '1' },
          { Name: 'Y', Value: '2' },
        ],
      },
      { MetricName: 'b', Value: 1 },
    );
    expect(await names({})).toEqual([]);
    nowS += 300;
    expect(await names({ Namespace: 'Game' })).toEqual(['a', 'b']);
    expect(await names({ Namespace: 'Other' })).toEqual([]);
    expect(await names({ MetricName: 'b' })).toEqual(['b']);
    expect(await names({ Dimensions: [{ Name: 'X' }] })).toEqual(['a']);
    expect(
      await names({
        Dimensions: [
          { Name: 'X', Value: '1' },
          { Name: 'Y', Value: '2' },
        ],
      }),
    ).toEqual(['a']);
    expect(await names({ Dimensions: [{ Name: 'X', Value: '2' }] })).toEqual([]);
    nowS += 4 * 3600;
    expect(await names({ RecentlyActive: 'PT3H' })).toEqual([]);
    expect(await names({})).toEqual(['a', 'b']);
    nowS += 14 * 86_400;
    expect(await names({})).toEqual([]);
  });

  it('pages by 500', async () => {
    await put(...Array.from({ length: 600 }, (_, index) => ({ MetricName: `m${index}`, Value: 1 })));
    nowS += 300;
    const first = await list({});
    expect(first.Metrics).toHaveLength(500);
    const second = await list({ NextToken: first.NextToken });
    expect(second.Metrics).toHaveLength(100);
    expect(second.NextToken).toBeUndefined();
    await expect(list({ NextToken: 'nonsense' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});

it('knows no operations that nobody here calls', async () => {
  const call = client.send(new SetAlarmStateCommand({ AlarmName: 'slow', StateValue: 'OK', StateReason: 'a test' }));
  await expect(call).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

describe('alarms', () => {
  const alarm: AlarmRequest = {
    AlarmName: 'slow',
    Namespace: 'Game',
    MetricName: 'latency',
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 100,
    ComparisonOperator: 'GreaterThanThreshold',
  };
  const setUp = (rest: Partial<AlarmRequest> = {}) => putAlarm({ ...alarm, ...rest });
  const described = async (input = {}) =>
    conformingTo('cloudwatch', 'DescribeAlarms', await client.send(new DescribeAlarmsCommand(input))).MetricAlarms ?? [];
  const history = async (input = {}) =>
    conformingTo('cloudwatch', 'DescribeAlarmHistory', await client.send(new DescribeAlarmHistoryCommand(input))).AlarmHistoryItems ?? [];

  it('change state at the time at which it happened, whenever they are asked', async () => {
    setUp();
    expect(await described()).toMatchObject([
      {
        AlarmName: 'slow',
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        Threshold: 100,
        Dimensions: [],
      },
    ]);
    for (const [at, Value] of [
      [0, 10],
      [60, 10],
      [120, 500],
      [180, 300],
      [240, 20],
    ] as const)
      await put(latency(at, { Value }));
    nowS = START_S + 500;
    const [slow] = await described();
    expect(slow).toMatchObject({ StateValue: 'OK' });
    const changes = await history({ HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending' });
    expect(changes.map(({ Timestamp, HistorySummary }) => [(Timestamp?.getTime() ?? 0) / 1000 - START_S, HistorySummary])).toEqual([
      [120, 'Alarm updated from INSUFFICIENT_DATA to OK'],
      [300, 'Alarm updated from OK to ALARM'],
      [360, 'Alarm updated from ALARM to OK'],
    ]);
    const { oldState, newState } = JSON.parse(changes[1]?.HistoryData ?? '{}');
    expect(oldState.stateValue).toBe('OK');
    expect(newState.stateReason).toBe(
      'Threshold Crossed: 2 out of the last 2 datapoints [300.0 (15/01/27 08:03:00), 500.0 (15/01/27 08:02:00)] were greater than the threshold (100.0) (minimum 2 datapoints for OK -> ALARM transition).',
    );
    expect((await history()).map(({ HistoryItemType }) => HistoryItemType)).toEqual([
      'StateUpdate',
      'StateUpdate',
      'StateUpdate',
      'ConfigurationUpdate',
    ]);
    expect(await history({ AlarmName: 'other' })).toEqual([]);
  });

  it('fill in what is missing as they are told to', async () => {
    for (const TreatMissingData of ['breaching', 'notBreaching', 'missing', 'ignore'] as const)
      setUp({ AlarmName: TreatMissingData, TreatMissingData });
    setUp({ AlarmName: 'table', Namespace: 'AWS/DynamoDB', TreatMissingData: 'breaching' });
    nowS += 600;
    const states = Object.fromEntries((await described()).map(({ AlarmName, StateValue }) => [AlarmName, StateValue]));
    expect(states).toEqual({
      breaching: 'ALARM',
      notBreaching: 'OK',
      missing: 'INSUFFICIENT_DATA',
      ignore: 'INSUFFICIENT_DATA',
      table: 'INSUFFICIENT_DATA',
    });
    expect((await described({ AlarmNames: ['breaching'] }))[0]?.StateReason).toBe(
      'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].',
    );
    expect((await described({ StateValue: 'ALARM' })).map(({ AlarmName }) => AlarmName)).toEqual(['breaching']);
    expect(await described({ AlarmNamePrefix: 'x' })).toEqual([]);
  });

  it('go back to insufficient data when the metric stops', async () => {
    setUp();
    await put(latency(0, { Value: 500 }), latency(60, { Value: 500 }));
    nowS = START_S + 240;
    expect(await described()).toMatchObject([{ StateValue: 'ALARM' }]);
    nowS = START_S + 600;
    expect(await described()).toMatchObject([
      { StateValue: 'INSUFFICIENT_DATA', StateReason: 'Insufficient Data: 2 datapoints were unknown.' },
    ]);
  });

  it('take percentiles, M of N periods, and each way to compare', async () => {
    const { Statistic: _, ...rest } = alarm;
    putAlarm({ ...rest, AlarmName: 'p90', ExtendedStatistic: 'p90', EvaluationPeriods: 1 });
    setUp({ AlarmName: 'one of two', DatapointsToAlarm: 1 });
    setUp({ AlarmName: 'two of two' });
    setUp({ AlarmName: 'less', ComparisonOperator: 'LessThanOrEqualToThreshold', EvaluationPeriods: 1 });
    await put(latency(0, { Value: 20 }), latency(60, { Values: [20, 500], Counts: [1, 9] }));
    nowS = START_S + 60 + MINUTE_S + DELAY_S;
    expect(Object.fromEntries((await described()).map(({ AlarmName, StateValue }) => [AlarmName, StateValue]))).toEqual({
      p90: 'ALARM',
      'one of two': 'ALARM',
      'two of two': 'OK',
      less: 'OK',
    });
    expect(() => setUp({ Statistic: 'p101' })).toThrow(RangeError);
  });

  it('are not searched for by what is not kept of them', async () => {
    setUp();
    await expect(described({ ActionPrefix: 'arn:' })).rejects.toMatchObject({ message: expect.stringContaining('ActionPrefix') });
  });
});

describe('EMF', () => {
  const datum = {
    namespace: 'Game',
    metric: 'tasks',
    dimensions: { service: 'engine' },
    unit: 'Count',
    values: [1, 5, 1, 1],
    storageResolutionS: 60 as const,
  };
  const sumAfter = async (...data: EmbeddedMetric[]) => {
    const cloudWatch = createCloudWatch({ clock: () => nowS * 1000, periodS: 60, delayS: 0 });
    for (const each of data) cloudWatch.put(each);
    nowS += 300;
    const MetricStat = { ...query('q', 'Sum', 'tasks', 60, [{ Name: 'service', Value: 'engine' }]).MetricStat };
    const input = { StartTime: START_S - 86_400, EndTime: nowS, MetricDataQueries: [{ Id: 'q', MetricStat }] };
    const output = (await cloudWatch.service.operations['GetMetricData']?.(input)) as GetMetricDataCommandOutput;
    return output.MetricDataResults?.[0]?.Values;
  };

  it('becomes a metric', async () => {
    expect(await sumAfter({ ...datum, timestampMs: START_S * 1000 }, { ...datum, timestampMs: START_S * 1000 + 999 })).toEqual([16]);
  });

  it('is dropped where CloudWatch would not take it', async () => {
    const timestampMs = START_S * 1000;
    const data = [
      { ...datum, timestampMs: timestampMs - 15 * 86_400_000 },
      { ...datum, timestampMs, namespace: 'AWS/Lambda' },
      { ...datum, timestampMs, values: [Number.NaN, 1] },
    ];
    expect(await sumAfter(...data)).toEqual([]);
  });
});

it('gives page by page what it gives at once', async () => {
  const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { maxLength: 20 });
  await fc.assert(
    fc.property(seconds, seconds, fc.integer({ min: 1, max: 7 }), fc.boolean(), (a, b, size, ascending) => {
      const store = new MetricStore(0);
      for (const [metric, times] of [
        ['a', a],
        ['b', b],
      ] as const) {
        for (const at of times)
          store.add({ namespace: 'Game', metric, dimensions: [] }, 'None', START_S + at * 60, 60, (bucket) => bucket.add(at, 1));
      }
      const input = {
        StartTime: START_S,
        EndTime: START_S + 1800,
        ScanBy: ascending ? 'TimestampAscending' : 'TimestampDescending',
        MetricDataQueries: [query('qa', 'Sum', 'a'), query('qb', 'Sum', 'b')],
      };
      const page = (rest: object) =>
        getMetricData(store, cloudWatchInput({ ...input, ...rest }), START_S + 3600) as GetMetricDataCommandOutput;
      const collected: number[][] = [[], []];
      let token: string | undefined;
      let calls = 0;
      do {
        const { MetricDataResults, NextToken } = page({ MaxDatapoints: size, ...(token !== undefined && { NextToken: token }) });
        MetricDataResults?.forEach(({ Values }, index) => {
          collected[index]?.push(...(Values ?? []));
        });
        token = NextToken;
        calls++;
      } while (token !== undefined);
      expect(calls).toBe(Math.max(1, Math.ceil((a.length + b.length) / size)));
      expect(collected).toEqual(page({}).MetricDataResults?.map(({ Values }) => Values));
      expect(collected[0]).toEqual(a.toSorted((x, y) => (ascending ? x - y : y - x)));
    }),
    { numRuns: 50 },
  );
});
