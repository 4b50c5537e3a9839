import { MetricResolution, Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { embeddedMetrics } from './embedded-metrics.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What Powertools prints for the game's metrics. */
const printed = (work: (metrics: Metrics) => void): string => {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  const metrics = new Metrics({ namespace: 'Game', serviceName: 'auth' });
  work(metrics);
  metrics.publishStoredMetrics();
  return String(log.mock.calls[0]?.[0]);
};

it('reads what Powertools prints', () => {
  const message = printed((metrics) => {
    metrics.addDimension('route', '/login');
    metrics.addMetric('signIns', MetricUnit.Count, 1);
    metrics.addMetric('signIns', MetricUnit.Count, 1);
    metrics.addMetric('signIns', MetricUnit.Count, 3);
    metrics.addMetric('latency', MetricUnit.Milliseconds, 12.5, MetricResolution.High);
    metrics.addMetadata('requestId', 'x');
  });
  const timestampMs = (JSON.parse(message) as { _aws: { Timestamp: number } })._aws.Timestamp;
  const shared = { namespace: 'Game', dimensions: { service: 'auth', route: '/login' }, timestampMs };
  expect(embeddedMetrics(message)).toEqual([
    { ...shared, metric: 'signIns', unit: 'Count', values: [1, 1, 3], storageResolutionS: 60 },
    { ...shared, metric: 'latency', unit: 'Milliseconds', values: [12.5], storageResolutionS: 1 },
  ]);
});

const line = (
  change: (parts: { root: Record<string, unknown>; directive: Record<string, unknown>; aws: Record<string, unknown> }) => void,
): string => {
  const directive: Record<string, unknown> = { Namespace: 'Game', Dimensions: [['service']], Metrics: [{ Name: 'a', Unit: 'Count' }] };
  const aws: Record<string, unknown> = { Timestamp: 1, CloudWatchMetrics: [directive] };
  const root: Record<string, unknown> = { _aws: aws, service: 'auth', a: 1 };
  change({ root, directive, aws });
  return JSON.stringify(root);
};
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the format', () => {
  it('makes a metric for each set of dimensions', () => {
    const message = line(({ root, directive }) => {
      directive['Dimensions'] = [['service'], ['service', 'route'], []];
      root['route'] = '/';
    });
    expect(embeddedMetrics(message).map(({ dimensions }) => dimensions)).toEqual([
      { service: 'auth' },
      { service: 'auth', route: '/' },
      {},
    ]);
  });

  it.each<[string, number, Parameters<typeof line>[0]]>([
    ['as it is', 1, () => undefined],
    ['without a unit', 1, ({ directive }) => (directive['Metrics'] = [{ Name: 'a' }])],
    [
      '30 dimensions',
      1,
      ({ root, directive }) => {
        directive['Dimensions'] = [many(30).map((n) => `d${n}`)];
        for (const n of many(30)) root[`d${n}`] = 'x';
      },
    ],
    [
      '31 dimensions',
      0,
      ({ root, directive }) => {
        directive['Dimensions'] = [many(31).map((n) => `d${n}`)];
        for (const n of many(31)) root[`d${n}`] = 'x';
      },
    ],
    ['100 values', 1, ({ root }) => (root['a'] = many(100))],
    ['101 values', 0, ({ root }) => (root['a'] = many(101))],
    ['100 metrics', 100, ({ directive }) => (directive['Metrics'] = many(100).map(() => ({ Name: 'a' })))],
    ['101 metrics', 0, ({ directive }) => (directive['Metrics'] = many(101).map(() => ({ Name: 'a' })))],
    ['no value', 0, ({ root }) => delete root['a']],
    ['no values', 0, ({ root }) => (root['a'] = [])],
    ['a text for a value', 0, ({ root }) => (root['a'] = '1')],
    ['a dimension that is not there', 0, ({ root }) => delete root['service']],
    ['a dimension that is a number', 0, ({ root }) => (root['service'] = 7)],
    ['no namespace', 0, ({ directive }) => delete directive['Namespace']],
    ['no timestamp', 0, ({ aws }) => delete aws['Timestamp']],
    ['a resolution that CloudWatch has not', 0, ({ directive }) => (directive['Metrics'] = [{ Name: 'a', StorageResolution: 5 }])],
    ['directives that are no list', 0, ({ aws }) => (aws['CloudWatchMetrics'] = {})],
  ])('%s: %i metrics', (_what, count, change) => expect(embeddedMetrics(line(change))).toHaveLength(count));

  it('finds none in other lines', () => {
    expect(embeddedMetrics('"CloudWatchMetrics" in a text')).toEqual([]);
    expect(embeddedMetrics('{"CloudWatchMetrics": [], "_aws"')).toEqual([]);
    expect(embeddedMetrics('["CloudWatchMetrics"]')).toEqual([]);
  });

  it('takes any JSON in its place, and takes every value once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('Namespace', 'Dimensions', 'Metrics'), (value, member) => {
        expect(embeddedMetrics(line(({ directive }) => (directive[member] = value)))).toBeInstanceOf(Array);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 100 }), (values) => {
        const [metric] = embeddedMetrics(line(({ root }) => (root['a'] = values)));
        expect(metric?.values).toEqual(values);
      }),
    );
  });
});
