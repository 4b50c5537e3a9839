/** One metric of a log event, with one set of dimensions. */
export interface EmbeddedMetric {
  namespace: string;
  metric: string;
  dimensions: Record<string, string>;
  unit: string;
  values: number[];
  timestampMs: number;
  storageResolutionS: 1 | 60;
}

/** All limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const METRICS_MAX = 100;
const DIMENSIONS_MAX = 30;
const VALUES_MAX = 100;
const TEXT_MAX = 1024;

type Members = Record<string, unknown>;
const isRecord = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;

/**
 * The metrics of a log event in CloudWatch's embedded metric format, each with each of its sets of dimensions. What doesn't keep to the format is no
 * metric, and the line is a line like any other.
 */
export const embeddedMetrics = (message: string): EmbeddedMetric[] => {
  // Most lines are none: they are not parsed.
  if (!message.includes('"CloudWatchMetrics"')) return [];
  let members: unknown;
  try {
    members = JSON.parse(message);
  } catch {
    return [];
  }
  if (!isRecord(members) || !isRecord(members['_aws'])) return [];
  const { Timestamp: timestampMs, CloudWatchMetrics: directives } = members['_aws'];
  if (!Number.isFinite(timestampMs) || !Array.isArray(directives)) return [];
  return directives.filter(isRecord).flatMap((directive) => metricsOf(directive, members as Members, Number(timestampMs)));
};

const metricsOf = (directive: Members, members: Members, timestampMs: number): EmbeddedMetric[] => {
  const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = directive;
  if (!isText(namespace) || !Array.isArray(sets) || !Array.isArray(metrics) || metrics.length > METRICS_MAX) return [];
  const dimensionSets = sets.map((set: unknown) => dimensionsOf(set, members)).filter((set) => set !== null);
  return metrics.filter(isRecord).flatMap(({ Name: metric, Unit: unit = 'None', StorageResolution: storageResolutionS = 60 }) => {
    if (!isText(metric) || typeof unit !== 'string' || (storageResolutionS !== 1 && storageResolutionS !== 60)) return [];
    const values = [members[metric]].flat();
    if (values.length === 0 || values.length > VALUES_MAX || !values.every((value): value is number => Number.isFinite(value))) return [];
    return dimensionSets.map((dimensions) => ({ namespace, metric, dimensions, unit, values, timestampMs, storageResolutionS }));
  });
};

/** The values of the members that a set names; null when one is not there or no text. */
const dimensionsOf = (set: unknown, members: Members): Record<string, string> | null => {
  if (!Array.isArray(set) || set.length > DIMENSIONS_MAX || !set.every(isText)) return null;
  const entries = set.map((name) => [name, members[name]] as const);
  return entries.every((entry): entry is [string, string] => isText(entry[1])) ? Object.fromEntries(entries) : null;
};
