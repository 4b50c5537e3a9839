import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricsNamespace } from './definition.ts';
import { serviceName } from './service-name.ts';

/** The game's own metrics, by their units. All are in one namespace, with `service` as the only dimension: each further value of one is billed as a metric. */
const UNITS = {
  // What players do, and how much of it there is.
  Requests: MetricUnit.Count,
  RequestsFailed: MetricUnit.Count,
  SignIns: MetricUnit.Count,
  SignInsRefused: MetricUnit.Count,
  ActivitiesSwitched: MetricUnit.Count,
  ProgressCollected: MetricUnit.Count,
  AuctionsOpened: MetricUnit.Count,
  AuctionsSold: MetricUnit.Count,
  AuctionsExpired: MetricUnit.Count,
  MarketLockWait: MetricUnit.Milliseconds,
  GuildsJoined: MetricUnit.Count,
  MessagesSent: MetricUnit.Count,
  ActivePlayers: MetricUnit.Count,
  // The engine's work.
  TasksQueued: MetricUnit.Count,
  TasksProcessed: MetricUnit.Count,
  TasksRetried: MetricUnit.Count,
  TasksFailed: MetricUnit.Count,
  TaskDuration: MetricUnit.Milliseconds,
  TaskWait: MetricUnit.Milliseconds,
  QueueLength: MetricUnit.Count,
  // The system's.
  CacheHits: MetricUnit.Count,
  CacheMisses: MetricUnit.Count,
  CacheErrors: MetricUnit.Count,
  CacheEntriesWarmed: MetricUnit.Count,
  ColdStarts: MetricUnit.Count,
  HeapUsed: MetricUnit.Megabytes,
  // What the operations jobs find.
  HealthChecksFailed: MetricUnit.Count,
  ReadyToDeploy: MetricUnit.Count,
  Optimisations: MetricUnit.Count,
} as const;

export type MetricName = keyof typeof UNITS;

/**
 * Counts are added up, and all is written in one line of EMF a second at most, at the end of an invocation or by a timer in a process that goes on running:
 * a line for each of 200 requests a second would cost more than it tells. On Lambda an environment is frozen between invocations: what is left then is
 * written when it thaws, with the time at which it happened; what an environment counted in its last second is lost when Lambda ends it frozen.
 */
const FLUSH_EVERY_MS = 1000;
/** EMF takes 100 values of a metric, and with the hundredth Powertools writes a line by itself: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const VALUES_MAX = 99;

const counts = new Map<MetricName, number>();
const values = new Map<MetricName, number[]>();
/** When the first of what is not written yet was counted, in epoch milliseconds. */
let sinceMs: number | null = null;
let timer: NodeJS.Timeout | undefined;
let made: Metrics | undefined;

const powertools = (): Metrics => {
  if (made === undefined) {
    made = new Metrics({ namespace: metricsNamespace, serviceName: serviceName() });
    process.once('exit', publish);
  }
  return made;
};

/** Adds to a count. */
export const count = (name: MetricName, by = 1): void => {
  counts.set(name, (counts.get(name) ?? 0) + by);
  begin();
};

/** Keeps one observation: a gauge, a duration, or the result of a check. */
export const observe = (name: MetricName, value: number): void => {
  const kept = values.get(name);
  if (kept === undefined) values.set(name, [value]);
  else kept.push(value);
  begin();
  if (kept !== undefined && kept.length >= VALUES_MAX) publish();
};

const begin = (): void => {
  if (sinceMs !== null) return;
  sinceMs = Date.now();
  timer = setTimeout(publish, FLUSH_EVERY_MS);
  timer.unref();
};

/** To be called at the end of each invocation: writes what has waited for a second. */
export const publishIfDue = (): void => {
  if (sinceMs !== null && Date.now() - sinceMs >= FLUSH_EVERY_MS) publish();
};

/** Writes all that is left. */
export const publish = (): void => {
  clearTimeout(timer);
  if (sinceMs === null) return;
  const metrics = powertools().setTimestamp(sinceMs);
  sinceMs = null;
  for (const [name, by] of counts) metrics.addMetric(name, UNITS[name], by);
  for (const [name, kept] of values) for (const value of kept) metrics.addMetric(name, UNITS[name], value);
  counts.clear();
  values.clear();
  metrics.addMetric('HeapUsed', UNITS.HeapUsed, Math.round(process.memoryUsage().heapUsed / 1e5) / 10);
  metrics.publishStoredMetrics();
};
