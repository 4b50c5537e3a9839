import {
  cache,
  engine,
  type FunctionName,
  functionDefinition,
  functionNames,
  metricsNamespace,
  restApi,
  type TableName,
  tableNames,
} from './definition.ts';

/**
 * The alarms of the game as plain data: the local stack has them in PutMetricAlarm's words, the AWS deployment is to make them from here, and the readiness job
 * judges by them. "CPU or memory over 80 %, errors over 5 %, response time over 2 s, failed health checks", at three levels: source, the reference stack.
 */
export interface Alarm {
  name: string;
  /** critical: down, high errors, security; warning: resources, degradation; info: deployments, optimisations. Each has an SNS topic of its own. */
  level: 'critical' | 'warning' | 'info';
  concern: 'health' | 'errors' | 'security' | 'latency' | 'resources' | 'change';
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  /** In CloudWatch's words; `p95` is an extended statistic there. */
  statistic: 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'p95';
  periodS: number;
  evaluationPeriods: number;
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  threshold: number;
  /** CloudWatch's TreatMissingData. `notBreaching` for what is only told when something happens, `missing` for what has to be known. */
  missing: 'notBreaching' | 'missing';
}

const PERCENT_MAX = 80;
const ERROR_SHARE_MAX = 0.05;
const RESPONSE_MS_MAX = 2000;
/** Guess: tune. More wrong passwords a minute than a thousand players mistype. */
const REFUSED_SIGN_INS_MAX = 100;

type Defaults = 'periodS' | 'evaluationPeriods' | 'comparison' | 'missing' | 'threshold';
type Stated = Omit<Alarm, Defaults> & Partial<Pick<Alarm, Defaults>>;

/** Three minutes in a row, and more than none, unless something else is stated. */
const alarm = (stated: Stated): Alarm => ({
  periodS: 60,
  evaluationPeriods: 3,
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  missing: 'notBreaching',
  ...stated,
});

const api = { namespace: 'AWS/ApiGateway', dimensions: { ApiName: restApi.name, Stage: restApi.stage } } as const;
const service = { namespace: 'AWS/ECS', dimensions: { ClusterName: engine.cluster, ServiceName: engine.service } } as const;
const insights = { ...service, namespace: 'ECS/ContainerInsights' } as const;
const redis = { namespace: 'AWS/ElastiCache', dimensions: { CacheClusterId: cache.clusterId, CacheNodeId: cache.nodeId } } as const;
const ours = (name: FunctionName) => ({ namespace: metricsNamespace, dimensions: { service: name } }) as const;
const resources = { level: 'warning', concern: 'resources' } as const;
/** A share of a resource that is known as long as the resource is there. */
const percentage = { ...resources, statistic: 'Average', threshold: PERCENT_MAX, missing: 'missing' } as const;

/** Each invocation is one datapoint of `Errors`, 0 or 1, so that its average is the share that failed. */
const ofFunction = (name: FunctionName): Alarm[] => {
  const lambda = { namespace: 'AWS/Lambda', dimensions: { FunctionName: name } } as const;
  const { routes, socketRoutes } = functionDefinition(name);
  const errors = { level: 'critical', concern: 'errors', metric: 'Errors', statistic: 'Average', threshold: ERROR_SHARE_MAX } as const;
  const slow = { level: 'warning', concern: 'latency', metric: 'Duration', statistic: 'p95', threshold: RESPONSE_MS_MAX } as const;
  return [
    alarm({ ...lambda, ...errors, name: `${name}-errors` }),
    alarm({ ...lambda, ...resources, name: `${name}-throttles`, metric: 'Throttles', statistic: 'Sum' }),
    // Nobody waits for a job that runs by itself.
    ...(routes === undefined && socketRoutes === undefined ? [] : [alarm({ ...lambda, ...slow, name: `${name}-duration` })]),
  ];
};

const ofTable = (name: TableName): Alarm[] => {
  const table = { ...resources, namespace: 'AWS/DynamoDB', dimensions: { TableName: name }, statistic: 'Sum' } as const;
  return [
    alarm({ ...table, name: `${name}-read-throttles`, metric: 'ReadThrottleEvents' }),
    alarm({ ...table, name: `${name}-write-throttles`, metric: 'WriteThrottleEvents' }),
  ];
};

export const alarms: readonly Alarm[] = [
  alarm({
    ...ours('health-check'),
    name: 'health-checks',
    level: 'critical',
    concern: 'health',
    metric: 'HealthChecksFailed',
    statistic: 'Maximum',
    periodS: functionDefinition('health-check').everyS ?? 300,
    evaluationPeriods: 1,
    missing: 'missing',
  }),
  alarm({
    ...insights,
    name: 'engine-tasks',
    level: 'critical',
    concern: 'health',
    metric: 'RunningTaskCount',
    statistic: 'Minimum',
    comparison: 'LessThanThreshold',
    threshold: engine.tasksMin,
    missing: 'missing',
  }),
  // The average of 5XXError is the share of requests that got one: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
  alarm({
    ...api,
    name: 'api-errors',
    level: 'critical',
    concern: 'errors',
    metric: '5XXError',
    statistic: 'Average',
    threshold: ERROR_SHARE_MAX,
  }),
  alarm({
    ...api,
    name: 'api-latency',
    level: 'warning',
    concern: 'latency',
    metric: 'Latency',
    statistic: 'p95',
    threshold: RESPONSE_MS_MAX,
  }),
  alarm({
    ...ours('auth'),
    name: 'sign-ins-refused',
    level: 'critical',
    concern: 'security',
    metric: 'SignInsRefused',
    statistic: 'Sum',
    threshold: REFUSED_SIGN_INS_MAX,
  }),
  alarm({ ...service, ...percentage, name: 'engine-cpu', metric: 'CPUUtilization' }),
  alarm({ ...service, ...percentage, name: 'engine-memory', metric: 'MemoryUtilization' }),
  alarm({ ...redis, ...percentage, name: 'cache-cpu', metric: 'EngineCPUUtilization' }),
  alarm({ ...redis, ...percentage, name: 'cache-memory', metric: 'DatabaseMemoryUsagePercentage' }),
  ...functionNames.flatMap(ofFunction),
  ...tableNames.flatMap(ofTable),
  alarm({
    ...insights,
    name: 'deployment',
    level: 'info',
    concern: 'change',
    metric: 'DeploymentCount',
    statistic: 'Maximum',
    evaluationPeriods: 1,
    threshold: 1,
  }),
  alarm({
    ...ours('optimisation'),
    name: 'optimised',
    level: 'info',
    concern: 'change',
    metric: 'Optimisations',
    statistic: 'Sum',
    evaluationPeriods: 1,
  }),
];
