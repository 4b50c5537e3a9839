import type { Resource, ResourceKind } from '../contract.ts';

/**
 * Which metrics are read of a resource, with which statistics: the whole of what audits and diagnosis can know. Counts by `Sum`, gauges by `Average` and
 * `Maximum`, latencies by percentiles.
 */

/** One series to read. */
export interface MetricQuery {
  node: string;
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  stat: string;
  unit?: string;
  /** It is one of several parts of the node's metric, told apart by this: an operation of a table. */
  part?: string;
}

interface MetricSpec {
  namespace: string;
  name: string;
  stats: readonly string[];
  unit?: string;
  /** AWS tells it only with this dimension on top. `usual`: its values where no list of metrics can be had. */
  by?: { dimension: string; usual: readonly string[] };
}

const LATENCY = ['Average', 'p50', 'p95', 'p99', 'Maximum'] as const;
const GAUGE = ['Average', 'Maximum'] as const;

const of =
  (namespace: string) =>
  (name: string, stats: readonly string[] | string, unit?: string, by?: MetricSpec['by']): MetricSpec => ({
    namespace,
    name,
    stats: [stats].flat(),
    ...(unit === undefined ? {} : { unit }),
    ...(by === undefined ? {} : { by }),
  });

const count = (metric: ReturnType<typeof of>, ...names: string[]): MetricSpec[] => names.map((name) => metric(name, 'Sum', 'Count'));

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
const lambda = of('AWS/Lambda');
const LAMBDA = [
  ...count(lambda, 'Invocations', 'Errors', 'Throttles', 'AsyncEventsDropped', 'DeadLetterErrors'),
  lambda('Duration', LATENCY, 'Milliseconds'),
  lambda('ConcurrentExecutions', 'Maximum', 'Count'),
  lambda('AsyncEventAge', 'Maximum', 'Milliseconds'),
];

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
const dynamodb = of('AWS/DynamoDB');
const BY_OPERATION = {
  dimension: 'Operation',
  usual: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
} as const;
/** Of a table, and of each of its indexes. */
const CAPACITY = [
  ...count(dynamodb, 'ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'ReadThrottleEvents', 'WriteThrottleEvents'),
  // By the limit that was hit: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing.html
  ...['Read', 'Write'].flatMap((kind) =>
    count(
      dynamodb,
      ...['ProvisionedThroughput', 'KeyRangeThroughput', 'AccountLimit', 'MaxOnDemandThroughput'].map(
        (limit) => `${kind}${limit}ThrottleEvents`,
      ),
    ),
  ),
  dynamodb('ProvisionedReadCapacityUnits', 'Average', 'Count'),
  dynamodb('ProvisionedWriteCapacityUnits', 'Average', 'Count'),
];
const DYNAMODB = [
  ...CAPACITY,
  ...count(dynamodb, 'ConditionalCheckFailedRequests', 'TransactionConflict'),
  dynamodb('SuccessfulRequestLatency', ['SampleCount', ...LATENCY], 'Milliseconds', BY_OPERATION),
  dynamodb('ThrottledRequests', 'Sum', 'Count', BY_OPERATION),
  dynamodb('SystemErrors', 'Sum', 'Count', BY_OPERATION),
  dynamodb('ReturnedItemCount', 'Sum', 'Count', { dimension: 'Operation', usual: ['Query', 'Scan'] }),
];

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
const ecs = of('AWS/ECS');
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html (where it is switched on)
const insights = of('ECS/ContainerInsights');
const ECS = [
  ecs('CPUUtilization', GAUGE, 'Percent'),
  ecs('MemoryUtilization', GAUGE, 'Percent'),
  insights('RunningTaskCount', ['Average', 'Minimum', 'Maximum'], 'Count'),
  insights('DesiredTaskCount', GAUGE, 'Count'),
  insights('PendingTaskCount', GAUGE, 'Count'),
  insights('DeploymentCount', 'Maximum', 'Count'),
  insights('CpuUtilized', GAUGE, 'None'),
  insights('CpuReserved', 'Average', 'None'),
  insights('MemoryUtilized', GAUGE, 'Megabytes'),
  insights('MemoryReserved', 'Average', 'Megabytes'),
];

// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html , https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.HostLevel.html
const elasticache = of('AWS/ElastiCache');
const ELASTICACHE = [
  elasticache('EngineCPUUtilization', GAUGE, 'Percent'),
  elasticache('CPUUtilization', GAUGE, 'Percent'),
  elasticache('DatabaseMemoryUsagePercentage', GAUGE, 'Percent'),
  elasticache('BytesUsedForCache', 'Maximum', 'Bytes'),
  elasticache('FreeableMemory', 'Minimum', 'Bytes'),
  elasticache('SwapUsage', 'Maximum', 'Bytes'),
  elasticache('CurrConnections', GAUGE, 'Count'),
  elasticache('CurrItems', 'Maximum', 'Count'),
  elasticache('CacheHitRate', 'Average', 'Percent'),
  ...count(elasticache, 'CacheHits', 'CacheMisses', 'Evictions', 'Reclaimed', 'NewConnections', 'GetTypeCmds', 'SetTypeCmds'),
  ...count(elasticache, 'NetworkBandwidthInAllowanceExceeded', 'NetworkBandwidthOutAllowanceExceeded'),
  elasticache('GetTypeCmdsLatency', GAUGE, 'Microseconds'),
  elasticache('SetTypeCmdsLatency', GAUGE, 'Microseconds'),
];

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
const gateway = of('AWS/ApiGateway');
const LATENCIES = [gateway('Latency', LATENCY, 'Milliseconds'), gateway('IntegrationLatency', LATENCY, 'Milliseconds')];
const REST_API = [...count(gateway, 'Count', '4XXError', '5XXError'), ...LATENCIES];
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
const HTTP_API = [...count(gateway, 'Count', '4xx', '5xx'), gateway('DataProcessed', 'Sum', 'Bytes'), ...LATENCIES];
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
const WEBSOCKET_API = [
  ...count(gateway, 'ConnectCount', 'MessageCount', 'IntegrationError', 'ClientError', 'ExecutionError'),
  gateway('IntegrationLatency', LATENCY, 'Milliseconds'),
];

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
const alb = of('AWS/ApplicationELB');
const BY_TARGET_GROUP = { dimension: 'TargetGroup', usual: [] } as const;
const ALB = [
  ...count(alb, 'RequestCount', 'HTTPCode_Target_4XX_Count', 'HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count'),
  ...count(alb, 'HTTPCode_ELB_502_Count', 'HTTPCode_ELB_503_Count', 'HTTPCode_ELB_504_Count'),
  ...count(alb, 'RejectedConnectionCount', 'TargetConnectionErrorCount'),
  alb('ActiveConnectionCount', 'Sum', 'Count'),
  // Of an hour, its sum is what is paid for, as "the one-hour total" of reserved ones:
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/monitor-capacity-unit-reservation.html
  alb('ConsumedLCUs', 'Sum'),
  alb('TargetResponseTime', LATENCY, 'Seconds'),
  alb('HealthyHostCount', 'Minimum', 'Count', BY_TARGET_GROUP),
  alb('UnHealthyHostCount', 'Maximum', 'Count', BY_TARGET_GROUP),
];

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
const sqs = of('AWS/SQS');
const SQS = [
  ...count(sqs, 'NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfMessagesDeleted'),
  sqs('ApproximateNumberOfMessagesVisible', GAUGE, 'Count'),
  sqs('ApproximateNumberOfMessagesNotVisible', 'Maximum', 'Count'),
  sqs('ApproximateAgeOfOldestMessage', 'Maximum', 'Seconds'),
];

const METRICS: Readonly<Record<ResourceKind, readonly MetricSpec[]>> = {
  apigateway: REST_API,
  apigatewayv2: HTTP_API,
  websocket: WEBSOCKET_API,
  lambda: LAMBDA,
  dynamodb: DYNAMODB,
  ecs: ECS,
  elasticache: ELASTICACHE,
  alb: ALB,
  sqs: SQS,
};

/** What a resource tells whenever it is used, or always: by which it is seen whether data have come. */
const SIGN_OF_LIFE: Readonly<Record<ResourceKind, readonly string[]>> = {
  apigateway: ['Count'],
  apigatewayv2: ['Count'],
  websocket: ['MessageCount', 'ConnectCount'],
  lambda: ['Invocations'],
  dynamodb: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'],
  ecs: ['CPUUtilization'],
  elasticache: ['CPUUtilization'],
  alb: ['RequestCount'],
  sqs: ['NumberOfMessagesReceived'],
};

export const INDEX_DIMENSION = 'GlobalSecondaryIndexName';
export const indexNode = (table: string, index: string): string => `${table}/${index}`;
/** A part of a node's metric, as the telemetry file calls it. */
export const partMetric = (metric: string, part: string): string => `${metric}:${part}`;

/** The namespaces that AWS itself writes, of all kinds. */
export const namespacesOf = (kinds: Iterable<ResourceKind>): string[] => [
  ...new Set([...kinds].flatMap((kind) => METRICS[kind].map(({ namespace }) => namespace))),
];

/**
 * All series of a resource.
 *
 * @param partsOf the values that CloudWatch lists for a dimension on top of those of a metric; null where it could not be asked
 */
export function metricsOf(resource: Resource, partsOf: PartsOf): MetricQuery[] {
  const { node, kind, dimensions, indexes = [], metrics = [] } = resource;
  return [
    ...METRICS[kind].flatMap((spec) => seriesOf(spec, node, dimensions, partsOf)),
    ...indexes.flatMap(({ name }) =>
      CAPACITY.flatMap((spec) => seriesOf(spec, indexNode(node, name), { ...dimensions, [INDEX_DIMENSION]: name }, partsOf)),
    ),
    ...metrics.flatMap(({ namespace, name, dimensions: own, stats }) =>
      stats.map((stat) => ({ node, namespace, metric: name, dimensions: own, stat })),
    ),
  ];
}

export type PartsOf = (
  namespace: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  dimension: string,
) => string[] | null;

function seriesOf(spec: MetricSpec, node: string, dimensions: MetricQuery['dimensions'], partsOf: PartsOf): MetricQuery[] {
  const { namespace, name: metric, stats, unit, by } = spec;
  const query = (stat: string): MetricQuery => ({ node, namespace, metric, dimensions, stat, ...(unit === undefined ? {} : { unit }) });
  if (by === undefined) return stats.map(query);
  const parts = partsOf(namespace, metric, dimensions, by.dimension) ?? by.usual;
  return parts.flatMap((part) =>
    stats.map((stat) => ({ ...query(stat), dimensions: { ...dimensions, [by.dimension]: part }, part: lastPart(part) })),
  );
}

/** `targetgroup/engine/0000000000000001` is `engine`. */
const lastPart = (value: string): string => (value.startsWith('targetgroup/') ? (value.split('/')[1] ?? value) : value);

/** A few series of a resource that show whether its data have arrived. */
export const signsOfLife = ({ node, kind, dimensions }: Resource): MetricQuery[] =>
  METRICS[kind]
    .filter(({ name }) => SIGN_OF_LIFE[kind].includes(name))
    .map(({ namespace, name }) => ({ node, namespace, metric: name, dimensions, stat: 'SampleCount' }));
