import { GetMetricDataCommand, type GetMetricDataCommandInput, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { awsError, startTestTelemetry, stubClient, type Told, testClock } from '../../tests/telemetry.ts';
import type { SourceGap } from '../contract.ts';
import { type CloudWatch, readMetricData } from './cloudwatch.ts';
import type { MetricQuery } from './metrics-of.ts';

const query = (metric: string, stat = 'Sum', namespace = 'Test'): MetricQuery => ({
  node: 'lambda:auth',
  namespace,
  metric,
  dimensions: { FunctionName: 'auth' },
  stat,
});
const queries = (count: number): MetricQuery[] => Array.from({ length: count }, (_, i) => query(`M${i}`));
const valuesOf = ({ values }: { values: Float64Array }): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value));

const unreadOf = (gaps: readonly SourceGap[]): string[] =>
  gaps.flatMap(({ series = [] }) => series.map(({ node, metric }) => `${node}/${metric}`));
const named = (from: number, to: number): string[] =>
  queries(to)
    .slice(from)
    .map(({ node, metric }) => `${node}/${metric}`);

describe('from the real endpoint', () => {
  it('reads what was put, by period and statistic, and leaves out what was not', async () => {
    const { clients, clock } = await startTestTelemetry();
    const endS = clock.now() / 1000;
    const put = (minutesAgo: number, Values: number[]) => ({
      MetricName: 'Latency',
      Dimensions: [{ Name: 'FunctionName', Value: 'auth' }],
      Timestamp: new Date((endS - 60 * minutesAgo) * 1000),
      Values,
    });
    const MetricData = [put(4, [10, 20, 30, 40]), put(2, [7])];
    await clients.cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData }));
    const asked = ['Sum', 'Average', 'Maximum', 'SampleCount', 'p50'].map((stat) => query('Latency', stat));
    const { series, gaps, trouble } = await readMetricData({ cloudwatch: clients.cloudwatch, clock }, [...asked, query('Absent')], {
      startS: endS - 300,
      endS,
      periodS: 60,
    });
    expect(series.map((each) => [each.query.stat, ...valuesOf(each)])).toEqual([
      ['Sum', null, 100, null, 7, null],
      ['Average', null, 25, null, 7, null],
      ['Maximum', null, 40, null, 7, null],
      ['SampleCount', null, 4, null, 1, null],
      ['p50', null, expect.closeTo(25, 0), null, expect.closeTo(7, 0), null],
    ]);
    expect({ gaps, trouble }).toEqual({ gaps: [], trouble: null });
  });

  it('reads more than a page holds, whole', async () => {
    const { clients, clock, tell } = await startTestTelemetry({ periodS: 1 });
    const endS = clock.now() / 1000;
    const [metrics, seconds] = [20, 120];
    const told = (at: number): Told[] =>
      Array.from({ length: metrics }, (_, i) => ({
        namespace: 'Test',
        metric: `M${i}`,
        dimensions: { FunctionName: 'auth' },
        atS: endS - seconds + at,
        values: [i + at],
      }));
    await tell(Array.from({ length: seconds }, (_, at) => told(at)).flat());
    let pages = 0;
    const small = stubClient<CloudWatch>((_name, input) => {
      pages += 1;
      return clients.cloudwatch.send(new GetMetricDataCommand({ ...(input as unknown as GetMetricDataCommandInput), MaxDatapoints: 700 }));
    });
    const { series } = await readMetricData({ cloudwatch: small, clock }, queries(metrics), {
      startS: endS - seconds,
      endS,
      periodS: 1,
    });
    expect(pages).toBe(4);
    expect(series.map((each) => valuesOf(each).filter((value, at) => value === Number(each.query.metric.slice(1)) + at).length)).toEqual(
      Array.from({ length: metrics }, () => seconds),
    );
  });

  it('asks again for what came in part, and names what is forbidden', async () => {
    const { clients, clock, tell } = await startTestTelemetry({ trouble: ['partial'] });
    const endS = clock.now() / 1000;
    const told = Array.from({ length: 40 }, (_, i) => ({ namespace: 'Test', metric: `M${i}`, dimensions: { FunctionName: 'auth' } }));
    for (const minutesAgo of [4, 3, 2, 1]) await tell(told.map((each) => ({ ...each, atS: endS - 60 * minutesAgo, values: [minutesAgo] })));
    const { series, gaps, trouble } = await readMetricData({ cloudwatch: clients.cloudwatch, clock }, queries(40), {
      startS: endS - 240,
      endS,
      periodS: 60,
    });
    expect(trouble).toBeNull();
    const partial = series.filter((each) => valuesOf(each).includes(null));
    // A third of them a call, five calls: one in 243 remains.
    expect(partial.length).toBeLessThanOrEqual(1);
    expect(series.length).toBeLessThan(40);
    expect(series.length).toBeGreaterThan(25);
    expect(gaps).toContainEqual({
      source: 'cloudwatch',
      reason: expect.stringMatching(/forbidden, for lambda:auth\/M\d+, .* and \d more/),
      next: expect.stringContaining('cloudwatch:GetMetricData'),
      series: expect.any(Array),
    });
    // All that is not there is named.
    const read = new Set(series.map(({ query }) => query.metric));
    const unread = queries(40).filter(({ metric }) => !read.has(metric));
    expect(unreadOf(gaps)).toEqual(expect.arrayContaining(unread.map(({ metric }) => `lambda:auth/${metric}`)));
  });
});

const RANGE = { startS: 600, endS: 720, periodS: 60 };
const reading = (answer: (input: GetMetricDataCommandInput, call: number) => unknown) => {
  const calls: GetMetricDataCommandInput[] = [];
  const cloudwatch = stubClient<CloudWatch>((_name, input) => {
    calls.push(input as unknown as GetMetricDataCommandInput);
    return answer(input as unknown as GetMetricDataCommandInput, calls.length);
  });
  return { calls, clock: testClock(), cloudwatch };
};
/** One datapoint of each query. */
const answered = ({ MetricDataQueries = [] }: GetMetricDataCommandInput, StatusCode = 'Complete', atS = 600) => ({
  MetricDataResults: MetricDataQueries.map(({ Id }) => ({ Id, Timestamps: [new Date(atS * 1000)], Values: [1], StatusCode })),
});

describe('in rare trouble', () => {
  it('asks 500 at a time', async () => {
    const asked = reading((input) => answered(input));
    const { series } = await readMetricData(asked, queries(1200), RANGE);
    expect(asked.calls.map(({ MetricDataQueries = [] }) => MetricDataQueries.length)).toEqual([500, 500, 200]);
    expect(series).toHaveLength(1200);
  });

  it('joins the pages of a query', async () => {
    const asked = reading((input) =>
      input.NextToken ? answered(input, 'Complete', 660) : { ...answered(input, 'PartialData'), NextToken: 'more' },
    );
    const { series, gaps } = await readMetricData(asked, queries(1), RANGE);
    expect(series.map(valuesOf)).toEqual([[1, 1]]);
    expect(gaps).toEqual([]);
  });

  it('ends where a page leads to itself, and says so', async () => {
    const asked = reading((input) => ({ ...answered(input), NextToken: 'again' }));
    const { series, gaps } = await readMetricData(asked, queries(3), RANGE);
    expect(asked.calls.length).toBe(2);
    expect(series).toHaveLength(3);
    expect(gaps).toEqual([expect.objectContaining({ reason: expect.stringContaining('circle') })]);
    expect(unreadOf(gaps)).toEqual(named(0, 3));
  });

  it('keeps the other batches when AWS fails on one', async () => {
    const asked = reading((input, call) => {
      if (call === 2) throw awsError('InternalServiceFault', 'an internal error', 500);
      return answered(input);
    });
    const { series, gaps, trouble } = await readMetricData(asked, queries(1200), RANGE);
    expect(series).toHaveLength(700);
    expect(trouble).toBeNull();
    expect(gaps).toEqual([expect.objectContaining({ reason: expect.stringContaining('for 500 of 1200 series') })]);
    expect(unreadOf(gaps)).toEqual(named(500, 1000));
  });

  it('keeps what came before the credentials expired, and asks no further', async () => {
    const asked = reading((input, call) => {
      if (call === 2) throw awsError('ExpiredTokenException', 'expired', 403);
      return answered(input);
    });
    const { series, gaps, trouble } = await readMetricData(asked, queries(1700), RANGE);
    expect(asked.calls.length).toBe(2);
    expect(series).toHaveLength(500);
    expect(trouble).toMatchObject({ kind: 'expired' });
    expect(gaps).toEqual([
      expect.objectContaining({
        reason: expect.stringContaining('for 1200 of 1700 series'),
        next: expect.stringContaining('aws sso login'),
      }),
    ]);
    expect(unreadOf(gaps)).toEqual(named(500, 1700));
  });

  const reset = (): never => {
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };

  it('keeps the other batches when a connection is reset, and asks no further where there is none', async () => {
    const once = reading((input, call) => (call === 1 ? reset() : answered(input)));
    const { series, gaps, trouble } = await readMetricData(once, queries(1300), RANGE);
    expect({ read: series.length, trouble }).toEqual({ read: 800, trouble: null });
    expect(unreadOf(gaps)).toEqual(named(0, 500));

    const always = reading(reset);
    expect((await readMetricData(always, queries(1700), RANGE)).trouble).toMatchObject({ kind: 'network' });
    expect(always.calls.length).toBe(2);
    expect((await readMetricData(reading(reset), queries(3), RANGE)).trouble).toMatchObject({ kind: 'network' });
  });

  it('asks again for what the answers leave out, and names it', async () => {
    const asked = reading((input) => ({ MetricDataResults: answered(input).MetricDataResults.slice(0, 10) }));
    // Ten more come with each of five attempts.
    const { series, gaps } = await readMetricData(asked, queries(60), RANGE);
    expect(series).toHaveLength(50);
    expect(unreadOf(gaps)).toEqual(named(50, 60));
  });

  it('hands on what AWS says of the whole answer', async () => {
    const asked = reading((input) => ({ ...answered(input), Messages: [{ Code: 'MaxMetricsExceeded', Value: 'there are\ntoo many' }] }));
    const { gaps } = await readMetricData(asked, queries(1), RANGE);
    expect(gaps).toEqual([expect.objectContaining({ reason: 'cloudwatch:GetMetricData: MaxMetricsExceeded: there are too many' })]);
  });

  it('names a part of a metric, and the whole that lacks it', async () => {
    const asked = reading((input) => answered(input, 'Forbidden'));
    const { gaps } = await readMetricData(asked, [{ ...query('ThrottledRequests'), part: 'Query' }], RANGE);
    expect(unreadOf(gaps)).toEqual(['lambda:auth/ThrottledRequests:Query', 'lambda:auth/ThrottledRequests']);
  });

  it('gives up on what stays partial, keeps what there is of it, and says so', async () => {
    const asked = reading((input) => answered(input, 'PartialData'));
    const { series, gaps } = await readMetricData(asked, queries(2), RANGE);
    expect(asked.calls.length).toBe(5);
    expect(series.map(valuesOf)).toEqual([
      [1, null],
      [1, null],
    ]);
    expect(gaps).toEqual([expect.objectContaining({ reason: expect.stringContaining('only a part') })]);
  });

  it('stops when it is told to', async () => {
    const stopping = new AbortController();
    const asked = reading((input) => {
      stopping.abort();
      return answered(input);
    });
    const { series, gaps, trouble } = await readMetricData({ ...asked, signal: stopping.signal }, queries(900), RANGE);
    expect(series).toHaveLength(500);
    expect(trouble).toMatchObject({ kind: 'interrupted' });
    expect(unreadOf(gaps)).toEqual(named(500, 900));
  });

  it('takes no value outside of the range, and none that is no number', async () => {
    const odd = [599, 720, 660, 600];
    const asked = reading(() => ({
      MetricDataResults: [
        { Id: 'q0', Timestamps: odd.map((s) => new Date(s * 1000)), Values: [1, 2, Number.NaN, 4] },
        { Id: 'nobody', Timestamps: [new Date(0)], Values: [1] },
      ],
    }));
    expect((await readMetricData(asked, queries(1), RANGE)).series.map(valuesOf)).toEqual([[4, null]]);
  });
});
