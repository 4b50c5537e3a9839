/** One metric of a log event, with one set of dimensions. */
export interface EmbeddedMetric {
  namespace: string;
  metric: string;
  dimensions: Record<string, string>;
  unit: string;
  /** Distinct values, and how often each came. */
  values: number[];
  counts: number[];
  timestampMs: number;
  storageResolutionS: 1 | 60;
}

/** All limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const METRICS_MAX = 100;
const DIMENSIONS_MAX = 30;
const VALUES_MAX = 100;
const TEXT_MAX = 1024;

/**
 * The metrics of a log event in CloudWatch's embedded metric format, each with each of its sets of dimensions. What doesn't keep to the format is no
 * metric, and the line is a line like any other.
 */
export const embeddedMetrics = (message: string): EmbeddedMetric[] => {
  // Most lines are none: they are not parsed.
  if (!message.includes('"CloudWatchMetrics"')) return [];
  let root: unknown;
  try {
    root = JSON.parse(message);
  } catch {
    return [];
  }
  if (!isRecord(root) || !isRecord(root['_aws'])) return [];
  const { Timestamp: timestampMs, CloudWatchMetrics: directives } = root['_aws'];
  if (typeof timestampMs !== 'number' || !Number.isFinite(timestampMs) || !Array.isArray(directives)) return [];
  const members = root;
  return directives.flatMap((directive: unknown) => (isRecord(directive) ? metricsOf(directive, members, timestampMs) : []));
};

type Members = Record<string, unknown>;

const isRecord = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;

const metricsOf = (directive: Members, members: Members, timestampMs: number): EmbeddedMetric[] => {
  const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = directive;
  if (!isText(namespace) || !Array.isArray(sets) || !Array.isArray(metrics) || metrics.length > METRICS_MAX) return [];
  const dimensionSets = sets.map((set: unknown) => dimensionsOf(set, members)).filter((set) => set !== null);
  return metrics.flatMap((definition: unknown) => {
    const metric = metricOf(definition, members);
    return metric === null ? [] : dimensionSets.map((dimensions) => ({ namespace, dimensions, timestampMs, ...metric }));
  });
};

/** The values of the members that a set names; null when one is not there or no text. */
const dimensionsOf = (set: unknown, members: Members): Record<string, string> | null => {
  if (!Array.isArray(set) || set.length > DIMENSIONS_MAX) return null;
  const entries = set.map((name: unknown): [unknown, unknown] => [name, typeof name === 'string' ? members[name] : undefined]);
  return entries.every((entry): entry is [string, string] => entry.every(isText)) ? Object.fromEntries(entries) : null;
};

const metricOf = (
  definition: unknown,
  members: Members,
): Pick<EmbeddedMetric, 'metric' | 'unit' | 'values' | 'counts' | 'storageResolutionS'> | null => {
  if (!isRecord(definition)) return null;
  const { Name: name, Unit: unit = 'None', StorageResolution: resolution = 60 } = definition;
  if (!isText(name) || typeof unit !== 'string' || (resolution !== 1 && resolution !== 60)) return null;
  const target = members[name];
  const observed = Array.isArray(target) ? target : [target];
  if (observed.length === 0 || observed.length > VALUES_MAX || !observed.every((value) => Number.isFinite(value))) return null;
  const counts = new Map<number, number>();
  for (const value of observed as number[]) counts.set(value, (counts.get(value) ?? 0) + 1);
  return { metric: name, unit, values: [...counts.keys()], counts: [...counts.values()], storageResolutionS: resolution };
};
