import type { Clock } from './clock.ts';
import type { AlarmRequest } from './cloudwatch/alarm-config.ts';
import { createCloudWatch } from './cloudwatch/cloudwatch.ts';
import { laterEvents, laterMetric, laterMetrics, laterSegments } from './later.ts';
import type { EmbeddedMetric } from './logs/embedded-metrics.ts';
import { createLogs } from './logs/logs.ts';
import { SPANS_GROUP, spanEvents } from './logs/spans.ts';
import type { PlatformBatch } from './platform.ts';
import { startTelemetryServer } from './server.ts';
import { createTrouble, type TroubleName } from './trouble.ts';
import { startDaemon } from './xray/daemon.ts';
import { createXRay, xrayPaths } from './xray/xray.ts';

export interface TelemetryOptions {
  /** The period of the platform's own metrics: 1, 5, 10, 20, 30 or 60, so that it can be asked for. */
  periodS: number;
  delayS: number;
  trouble?: readonly TroubleName[];
  /** Alarms that are there from the beginning, as PutMetricAlarm takes them. */
  alarms?: readonly AlarmRequest[];
  /** Log groups that are there from the beginning. */
  logGroups?: readonly { name: string; keptDays: number }[];
  clock?: Clock;
  /** From 0 up to, but not including, 1: decides which calls meet trouble. */
  random?: () => number;
}

export interface Telemetry {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** Where X-Ray's daemon listens, `127.0.0.1:<port>` of UDP. */
  daemon: string;
  stop(): Promise<void>;
}

const PERIODS_S: readonly number[] = [1, 5, 10, 20, 30, 60];
/** Alarms with the shortest period are due this often. */
const ADVANCE_EVERY_MS = 10_000;

/** CloudWatch, X-Ray and Logs behind one endpoint. @throws RangeError for a period that CloudWatch doesn't know, or a negative delay */
export const startTelemetry = async (options: TelemetryOptions): Promise<Telemetry> => {
  const { periodS, trouble = [], alarms = [], logGroups = [], clock = Date.now, random = Math.random } = options;
  if (!PERIODS_S.includes(periodS))
    throw new RangeError(`the telemetry period must be one of ${PERIODS_S.join(', ')} seconds, not ${periodS}`);
  if (!(options.delayS >= 0)) throw new RangeError(`the telemetry delay must be zero or more seconds, not ${options.delayS}`);
  const { around, resets, dateMs, aheadMs, admit, extraDelayS, transactionSearch } = createTrouble(trouble, random, clock);
  const delayS = options.delayS + extraDelayS;

  // What is told comes from processes with this machine's clock, and stands for a platform that is where the endpoint is.
  const onClock = <T>(told: T, move: (told: T, byMs: number) => T): T => (aheadMs === 0 ? told : move(told, aheadMs));
  const cloudWatch = createCloudWatch({ clock: dateMs, periodS, delayS });
  const onEmbeddedMetric = (metric: EmbeddedMetric): void => cloudWatch.put(onClock(metric, laterMetric));
  const logs = createLogs({ clock: dateMs, delayS, onEmbeddedMetric, spans: transactionSearch });
  const xray = createXRay({ clock: dateMs, delayS });
  // As a deployment does, before there is any trouble.
  for (const alarm of alarms) cloudWatch.putAlarm(alarm);
  for (const { name, keptDays } of logGroups) logs.createGroup(name, keptDays);
  const takeSegments = (documents: readonly object[]): void => {
    const taken = xray.ingest(onClock(documents, laterSegments));
    if (transactionSearch) logs.ingest(SPANS_GROUP, 'default', taken.flatMap(spanEvents));
  };
  const onBatch = ({ metrics, logs: lines, segments }: PlatformBatch): void => {
    cloudWatch.ingest(onClock(metrics, laterMetrics));
    for (const { group, stream, events } of lines) logs.ingest(group, stream, onClock(events, laterEvents));
    takeSegments(segments);
  };

  const services = [cloudWatch.service, xray.service, logs.service].map(around);
  const daemon = await startDaemon(takeSegments);
  const server = await startTelemetryServer({ services, xrayPaths, onBatch, resets, dateMs, admit });
  const timer = setInterval(cloudWatch.advance, ADVANCE_EVERY_MS);
  return {
    endpoint: server.endpoint,
    daemon: daemon.address,
    stop: async () => {
      clearInterval(timer);
      await Promise.all([server.stop(), daemon.stop()]);
    },
  };
};
