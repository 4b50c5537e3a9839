import type { Clock } from '../clock.ts';
import type { Input } from '../input.ts';
import type { EmbeddedMetric } from '../logs/embedded-metrics.ts';
import type { PlatformMetric } from '../platform.ts';
import { AwsError, type Operation, type Service } from '../service.ts';
import type { AlarmRequest } from './alarm-config.ts';
import { Alarms } from './alarms.ts';
import type { Distribution } from './distribution.ts';
import { getMetricData } from './get-metric-data.ts';
import { cloudWatchInput, dimensionListOf } from './input.ts';
import { listMetrics } from './list-metrics.ts';
import { isInTime, parseMetricData } from './put-metric-data.ts';
import { MetricStore } from './store.ts';

/** CloudWatch, as far as loadkit and the game use it: metrics, their statistics, and alarms on them. Metric math, Insights, dashboards and streams are not here. */
export interface CloudWatch {
  service: Service;
  /** The platform's own metrics, in the namespaces that nobody else may write to. */
  ingest(metrics: readonly PlatformMetric[]): void;
  /** A custom metric that came by another way than PutMetricData: EMF in logs. What CloudWatch would not take is dropped, as there. */
  put(datum: EmbeddedMetric): void;
  /** An alarm that a deployment made: it isn't made by a client here. */
  putAlarm(request: AlarmRequest): void;
  /** For a timer: evaluates alarms that are due, packs and forgets old data. */
  advance(): void;
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
    (fields) => {
      advance();
      return read(cloudWatchInput(fields), nowS());
    };
  return {
    service: {
      prefix: 'cloudwatch',
      operations: {
        PutMetricData: (fields) => {
          putMetricData(store, cloudWatchInput(fields), nowS());
          return {};
        },
        GetMetricData: reading((input, now) => getMetricData(store, input, now)),
        ListMetrics: reading((input, now) => listMetrics(store, input, now)),
        DescribeAlarms: reading((input) => alarms.describe(input)),
        DescribeAlarmHistory: reading((input) => alarms.history(input)),
      },
    },
    ingest: (metrics) => {
      for (const metric of metrics) ingest(store, metric, periodS);
      store.advance(nowS());
    },
    // In compressed time the application's minutes are as short as the services'.
    put: (datum) => put(store, datum, Math.min(datum.storageResolutionS, periodS), nowS()),
    putAlarm: (request) => alarms.put(request, nowS()),
    advance,
  };
};

const putMetricData = (store: MetricStore, input: Input, nowS: number): void => {
  for (const datum of parseMetricData(input, nowS)) {
    if (!store.add(datum, datum.unit, datum.atS, datum.resolutionS, datum.fill)) throw new AwsError('Throttling', 'Rate exceeded');
  }
  store.advance(nowS);
};

const ingest = (store: MetricStore, { atS, unit, values, counts, ...id }: PlatformMetric, periodS: number): void => {
  store.add({ ...id, dimensions: dimensionListOf(id.dimensions) }, unit, atS, periodS, filler(values, counts));
};

const put = (store: MetricStore, datum: EmbeddedMetric, resolutionS: number, nowS: number): void => {
  const { timestampMs, unit, values, storageResolutionS: _asked, ...id } = datum;
  const atS = timestampMs / 1000;
  if (!isInTime(atS, nowS) || id.namespace.startsWith('AWS/') || !values.every(Number.isFinite)) return;
  store.add({ ...id, dimensions: dimensionListOf(id.dimensions) }, unit, atS, resolutionS, filler(values));
};

const filler =
  (values: readonly number[], counts: readonly number[] = []) =>
  (bucket: Distribution): void => {
    for (const [index, value] of values.entries()) bucket.add(value, counts[index] ?? 1);
  };
