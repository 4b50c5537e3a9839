import type { Clock } from '../clock.ts';
import type { Dimensions, PlatformMetric } from '../platform.ts';
import { AwsError, type Operation, type Service } from '../service.ts';
import { Alarms } from './alarms.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { dimensionListOf, type Input } from './input.ts';
import { listMetrics } from './list-metrics.ts';
import { isInTime, parseMetricData } from './put-metric-data.ts';
import { MetricStore } from './store.ts';

/** CloudWatch, as far as loadkit and the game use it: metrics, their statistics, and alarms on them. Metric math, Insights, dashboards and streams are not here. */
export interface CloudWatch {
  service: Service;
  /** The platform's own metrics, in the namespaces that nobody else may write to. */
  ingest(metrics: readonly PlatformMetric[]): void;
  /** A custom metric that came by another way than PutMetricData: EMF in logs. What CloudWatch would not take is dropped, as there. */
  put(datum: CustomDatum): void;
  /** For a timer: evaluates alarms that are due, packs and forgets old data. */
  advance(): void;
}

export interface CustomDatum {
  namespace: string;
  metric: string;
  dimensions: Dimensions;
  unit: string;
  values: readonly number[];
  /** One for each value; left out: each came once. */
  counts?: readonly number[];
  timestampMs: number;
  storageResolutionS: 1 | 60;
}

export interface CloudWatchOptions {
  clock: Clock;
  /** In which the platform's own metrics are kept: 1, 5, 10, 20, 30 or 60. */
  periodS: number;
  /** How long after its end a bucket can be read. */
  delayS: number;
}

export const createCloudWatch = ({ clock, periodS, delayS }: CloudWatchOptions): CloudWatch => {
  const store = new MetricStore(delayS);
  const alarms = new Alarms(store, delayS);
  const nowS = (): number => clock() / 1000;
  const advance = (): void => {
    alarms.advance(nowS());
    store.advance(nowS());
  };
  const reading =
    (read: (input: Input, nowS: number) => object): Operation =>
    (input) => {
      advance();
      return read(input, nowS());
    };
  return {
    service: {
      prefix: 'cloudwatch',
      operations: {
        PutMetricData: (input) => {
          putMetricData(store, input, nowS());
          return {};
        },
        GetMetricData: reading((input, now) => getMetricData(store, input, now)),
        GetMetricStatistics: reading((input, now) => getMetricStatistics(store, input, now)),
        ListMetrics: reading((input, now) => listMetrics(store, input, now)),
        PutMetricAlarm: reading((input, now) => alarms.put(input, now)),
        DescribeAlarms: reading((input) => alarms.describe(input)),
        DescribeAlarmHistory: reading((input) => alarms.history(input)),
        DeleteAlarms: reading((input, now) => alarms.remove(input, now)),
        SetAlarmState: reading((input, now) => alarms.setState(input, now)),
      },
    },
    ingest: (metrics) => {
      for (const metric of metrics) ingest(store, metric, periodS);
      store.advance(nowS());
    },
    // In compressed time the application's minutes are as short as the services'.
    put: (datum) => put(store, datum, Math.min(datum.storageResolutionS, periodS), nowS()),
    advance,
  };
};

const putMetricData = (store: MetricStore, input: Input, nowS: number): void => {
  for (const datum of parseMetricData(input, nowS)) {
    if (!store.add(datum, datum.unit, datum.atS, datum.resolutionS, datum.fill)) throw new AwsError('Throttling', 'Rate exceeded');
  }
  store.advance(nowS);
};

const ingest = (
  store: MetricStore,
  { namespace, metric, dimensions, unit, atS, values, counts }: PlatformMetric,
  periodS: number,
): void => {
  store.add({ namespace, metric, dimensions: dimensionListOf(dimensions) }, unit, atS, periodS, (bucket) => {
    values.forEach((value, index) => {
      bucket.add(value, counts[index] ?? 1);
    });
  });
};

const put = (store: MetricStore, datum: CustomDatum, resolutionS: number, nowS: number): void => {
  const atS = datum.timestampMs / 1000;
  if (!isInTime(atS, nowS) || datum.namespace.startsWith('AWS/') || !datum.values.every(Number.isFinite)) return;
  const id = { namespace: datum.namespace, metric: datum.metric, dimensions: dimensionListOf(datum.dimensions) };
  store.add(id, datum.unit, atS, resolutionS, (bucket) => {
    datum.values.forEach((value, index) => {
      bucket.add(value, datum.counts?.[index] ?? 1);
    });
  });
};
