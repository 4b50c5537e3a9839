import { DescribeAlarmHistoryCommand, DescribeAlarmsCommand, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import type { AwsClients } from './clients.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** An IAM action that a run's sources use, and the cheapest call that shows whether it is allowed. */
export interface Permission {
  action: string;
  /** What is read with it. */
  gives: string;
  /** Without it there is nothing to judge the platform by; without the others, less. */
  needed: boolean;
  /** Resolves where it is allowed. `now` is epoch milliseconds. */
  attempt(clients: AwsClients, now: number): Promise<unknown>;
}

/** Nothing is called so: who may ask for it is told that it isn't there. */
const NOBODY = 'loadkit-doctor-asks-for-nothing';
const MINUTE_MS = 60_000;
const window = (now: number) => ({ StartTime: new Date(now - MINUTE_MS), EndTime: new Date(now) });

/** In the order in which a run uses them. */
export const PERMISSIONS: readonly Permission[] = [
  {
    action: 'cloudwatch:ListMetrics',
    gives: 'which resources and metrics there are',
    needed: true,
    attempt: ({ cloudwatch }) => cloudwatch.send(new ListMetricsCommand({ Namespace: 'AWS/Lambda' })),
  },
  {
    action: 'cloudwatch:GetMetricData',
    gives: 'what the resources did',
    needed: true,
    attempt: ({ cloudwatch }, now) => cloudwatch.send(new GetMetricDataCommand({ ...window(now), MetricDataQueries: [ONE_QUERY] })),
  },
  {
    action: 'cloudwatch:DescribeAlarms',
    gives: 'alarms',
    needed: false,
    attempt: ({ cloudwatch }) => cloudwatch.send(new DescribeAlarmsCommand({ MaxRecords: 1 })),
  },
  {
    action: 'cloudwatch:DescribeAlarmHistory',
    gives: 'when alarms went off',
    needed: false,
    attempt: ({ cloudwatch }) => cloudwatch.send(new DescribeAlarmHistoryCommand({ MaxRecords: 1 })),
  },
  {
    action: 'xray:GetTraceSegmentDestination',
    gives: 'whether traces are in X-Ray or, by Transaction Search, in the logs',
    needed: false,
    attempt: async ({ xray }) => {
      const { GetTraceSegmentDestinationCommand } = await import('@aws-sdk/client-xray');
      return (await xray()).send(new GetTraceSegmentDestinationCommand({}));
    },
  },
  {
    action: 'xray:GetTraceSummaries',
    gives: 'which requests have traces',
    needed: false,
    attempt: async ({ xray }, now) => {
      const { GetTraceSummariesCommand } = await import('@aws-sdk/client-xray');
      return (await xray()).send(new GetTraceSummariesCommand(window(now)));
    },
  },
  {
    action: 'xray:BatchGetTraces',
    gives: 'traces',
    needed: false,
    attempt: async ({ xray }) => {
      const { BatchGetTracesCommand } = await import('@aws-sdk/client-xray');
      return (await xray()).send(new BatchGetTracesCommand({ TraceIds: ['1-00000000-000000000000000000000000'] }));
    },
  },
  {
    action: 'xray:GetServiceGraph',
    gives: 'who calls whom',
    needed: false,
    attempt: async ({ xray }, now) => {
      const { GetServiceGraphCommand } = await import('@aws-sdk/client-xray');
      return (await xray()).send(new GetServiceGraphCommand(window(now)));
    },
  },
  {
    action: 'logs:DescribeLogGroups',
    gives: 'whether there are traces in the logs',
    needed: false,
    attempt: async ({ logs }) => {
      const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      return (await logs()).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: NOBODY, limit: 1 }));
    },
  },
  {
    action: 'logs:StartQuery',
    gives: 'traces, where Transaction Search is on',
    needed: false,
    attempt: async ({ logs }, now) => {
      const { StartQueryCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      const range = { startTime: Math.floor(now / 1000) - 60, endTime: Math.floor(now / 1000) };
      return (await logs()).send(new StartQueryCommand({ logGroupName: NOBODY, queryString: 'fields @timestamp | limit 1', ...range }));
    },
  },
  {
    action: 'logs:GetQueryResults',
    gives: 'traces, where Transaction Search is on',
    needed: false,
    attempt: async ({ logs }) => {
      const { GetQueryResultsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      return (await logs()).send(new GetQueryResultsCommand({ queryId: '00000000-0000-0000-0000-000000000000' }));
    },
  },
  {
    action: 'lambda:GetFunctionConfiguration',
    gives: 'memory, timeout and architecture of functions',
    needed: false,
    attempt: async ({ lambda }) => {
      const { GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
      return (await lambda()).send(new GetFunctionConfigurationCommand({ FunctionName: NOBODY }));
    },
  },
  {
    action: 'lambda:GetFunctionConcurrency',
    gives: 'reserved concurrency of functions',
    needed: false,
    attempt: async ({ lambda }) => {
      const { GetFunctionConcurrencyCommand } = await import('@aws-sdk/client-lambda');
      return (await lambda()).send(new GetFunctionConcurrencyCommand({ FunctionName: NOBODY }));
    },
  },
  {
    action: 'lambda:GetAccountSettings',
    gives: "the account's concurrency",
    needed: false,
    attempt: async ({ lambda }) => {
      const { GetAccountSettingsCommand } = await import('@aws-sdk/client-lambda');
      return (await lambda()).send(new GetAccountSettingsCommand({}));
    },
  },
  {
    action: 'dynamodb:DescribeTable',
    gives: 'capacity of tables and indexes',
    needed: false,
    attempt: async ({ dynamodb }) => {
      const { DescribeTableCommand } = await import('@aws-sdk/client-dynamodb');
      return (await dynamodb()).send(new DescribeTableCommand({ TableName: NOBODY }));
    },
  },
  {
    action: 'ecs:DescribeServices',
    gives: 'task counts',
    needed: false,
    attempt: async ({ ecs }) => {
      const { DescribeServicesCommand } = await import('@aws-sdk/client-ecs');
      return (await ecs()).send(new DescribeServicesCommand({ cluster: NOBODY, services: [NOBODY] }));
    },
  },
  {
    action: 'ecs:DescribeTaskDefinition',
    gives: 'processor, architecture and memory of tasks',
    needed: false,
    attempt: async ({ ecs }) => {
      const { DescribeTaskDefinitionCommand } = await import('@aws-sdk/client-ecs');
      return (await ecs()).send(new DescribeTaskDefinitionCommand({ taskDefinition: NOBODY }));
    },
  },
  {
    action: 'application-autoscaling:DescribeScalableTargets',
    gives: 'how many tasks a service may have',
    needed: false,
    attempt: async ({ autoScaling }) => {
      const { DescribeScalableTargetsCommand } = await import('@aws-sdk/client-application-auto-scaling');
      return (await autoScaling()).send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', MaxResults: 1 }));
    },
  },
  {
    action: 'application-autoscaling:DescribeScalingPolicies',
    gives: 'what a service scales by',
    needed: false,
    attempt: async ({ autoScaling }) => {
      const { DescribeScalingPoliciesCommand } = await import('@aws-sdk/client-application-auto-scaling');
      return (await autoScaling()).send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs', MaxResults: 1 }));
    },
  },
  {
    action: 'elasticache:DescribeCacheClusters',
    gives: 'node types of caches',
    needed: false,
    attempt: async ({ elasticache }) => {
      const { DescribeCacheClustersCommand } = await import('@aws-sdk/client-elasticache');
      return (await elasticache()).send(new DescribeCacheClustersCommand({ CacheClusterId: NOBODY }));
    },
  },
  {
    action: 'elasticache:DescribeCacheParameters',
    gives: 'memory and connections of caches',
    needed: false,
    attempt: async ({ elasticache }) => {
      const { DescribeCacheParametersCommand } = await import('@aws-sdk/client-elasticache');
      return (await elasticache()).send(new DescribeCacheParametersCommand({ CacheParameterGroupName: NOBODY }));
    },
  },
  {
    action: 'apigateway:GET',
    gives: 'throttling of APIs',
    needed: false,
    attempt: async ({ apiGateway }) => {
      const { GetRestApisCommand } = await import('@aws-sdk/client-api-gateway');
      return (await apiGateway()).send(new GetRestApisCommand({ limit: 1 }));
    },
  },
];

const ONE_QUERY = {
  Id: 'q0',
  MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations' }, Period: 60, Stat: 'Sum' },
};

/** For those who name a stack or tags. */
const NAMING: Readonly<Record<'stackName' | 'tags', readonly string[]>> = {
  stackName: ['cloudformation:ListStackResources', 'elasticache:DescribeReplicationGroups'],
  tags: ['tag:GetResources', 'elasticache:DescribeReplicationGroups'],
};

export interface Attempt extends Omit<Permission, 'attempt'> {
  /** Null: allowed. */
  trouble: Trouble | null;
}

/** Whoever is told that nothing is called so, or that a request is not quite right, was let in. */
const LET_IN: ReadonlySet<Trouble['kind']> = new Set(['not-found', 'invalid']);

/** Tries every action once, all at the same time. A policy that allows an action on some resources only may let a run in where this is refused. */
export const tryPermissions = (clients: AwsClients, now: number): Promise<Attempt[]> =>
  Promise.all(
    PERMISSIONS.map(async ({ attempt, ...permission }) => {
      try {
        await attempt(clients, now);
        return { ...permission, trouble: null };
      } catch (error) {
        const trouble = troubleOf(error, permission.action);
        return { ...permission, trouble: LET_IN.has(trouble.kind) ? null : trouble };
      }
    }),
  );

/** The least policy under which a run reads all that it can. None of these actions changes anything; most can't be limited to a resource. */
export function leastPolicy(naming: { stackName?: string | undefined; tags?: object | undefined } = {}) {
  const actions = [
    ...PERMISSIONS.map(({ action }) => action),
    ...(naming.stackName === undefined ? [] : NAMING.stackName),
    ...(naming.tags === undefined ? [] : NAMING.tags),
  ];
  const inIam = actions.filter((action) => action !== API_GATEWAY);
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'LoadkitReads', Effect: 'Allow', Action: [...new Set(inIam)].toSorted(), Resource: '*' },
      // Of API Gateway the resource is a path: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
      {
        Sid: 'LoadkitReadsApiGateway',
        Effect: 'Allow',
        Action: [API_GATEWAY],
        Resource: ['restapis', 'restapis/*/stages', 'apis', 'apis/*/stages', 'account'].map((path) => `arn:aws:apigateway:*::/${path}`),
      },
    ],
  };
}
const API_GATEWAY = 'apigateway:GET';
