import { describe, expect, it } from 'vitest';
import { stackResources } from '../../../infra-fixtures/local/resources.ts';
import { healthySettings } from '../../../infra-fixtures/local/settings.ts';
import { awsError, stubClient } from '../../../tests/telemetry.ts';
import { type Inventory, type Resource, type ResourceKind, SCHEMA_VERSION } from '../../contract.ts';
import type { AwsClients } from '../clients.ts';
import { readLimits } from './limits.ts';
import { namedResources } from './named.ts';
import { statesAll } from './stated-limits.ts';

/** All of AWS, by the names of its commands. */
const aws = (answers: Record<string, (input: Record<string, unknown>) => unknown>) => {
  const client = stubClient<{ send: never }>((name, input) => {
    const answer = answers[name];
    if (answer === undefined) throw awsError('UnknownOperationException', '', 404);
    return answer(input);
  });
  const clients = new Proxy({}, { get: () => async () => client }) as AwsClients;
  return { clients, calls: client.calls };
};
const denied = () => {
  throw awsError('AccessDeniedException', '', 403);
};
const resource = (node: string, kind: ResourceKind, dimensions: Record<string, string>, limits = {}): Resource => ({
  node,
  kind,
  dimensions,
  limits,
});
const read = (resources: Resource[], clients: AwsClients): Promise<Inventory> =>
  readLimits({ schemaVersion: SCHEMA_VERSION, region: 'eu-central-1', resources, edges: [], gaps: [] }, clients, {});
const auth = resource('lambda:auth', 'lambda', { FunctionName: 'auth' });
const chat = resource('lambda:chat', 'lambda', { FunctionName: 'chat' });

const LAMBDA = {
  GetFunctionConfiguration: () => ({ MemorySize: 256, Timeout: 15, Architectures: ['arm64'] }),
  GetFunctionConcurrency: ({ FunctionName }: Record<string, unknown>) =>
    FunctionName === 'auth' ? { ReservedConcurrentExecutions: 100 } : {},
  GetAccountSettings: () => ({ AccountLimit: { ConcurrentExecutions: 1000 } }),
};

describe('readLimits', () => {
  it('reads those of functions, and the account’s once', async () => {
    const { clients, calls } = aws(LAMBDA);
    const { resources, gaps } = await read([auth, chat], clients);
    expect(resources.map(({ limits }) => limits)).toEqual([
      { memoryMb: 256, timeoutS: 15, arch: 'arm64', reservedConcurrency: 100, accountConcurrency: 1000 },
      { memoryMb: 256, timeoutS: 15, arch: 'arm64', reservedConcurrency: null, accountConcurrency: 1000 },
    ]);
    expect(calls.filter((name) => name === 'GetAccountSettings')).toHaveLength(1);
    expect(gaps).toEqual([]);
  });

  it('says where a listing leads in a circle', async () => {
    const stages = ({ NextToken }: Record<string, unknown>) => ({
      Items: [{ StageName: 'prod', DefaultRouteSettings: { ThrottlingRateLimit: 100 } }],
      NextToken: NextToken === 'a' ? 'b' : 'a',
    });
    const { clients } = aws({ GetApis: () => ({ Items: [] }), GetStages: stages });
    const { resources, gaps } = await read([resource('apigateway:http1', 'apigatewayv2', { ApiId: 'http1' })], clients);
    expect(resources[0]?.limits).toMatchObject({ ratePerS: 100 });
    expect(gaps).toEqual([expect.objectContaining({ source: 'inventory', reason: expect.stringContaining('circle') })]);
  });

  it('leaves out what is denied, asks for it no more, and names the action once', async () => {
    const { clients, calls } = aws({ ...LAMBDA, GetFunctionConcurrency: denied });
    const many = Array.from({ length: 20 }, (_, i) => resource(`lambda:f${i}`, 'lambda', { FunctionName: `f${i}` }));
    const { resources, gaps } = await read(many, clients);
    expect(resources[0]?.limits).toEqual({ memoryMb: 256, timeoutS: 15, arch: 'arm64', accountConcurrency: 1000 });
    expect(gaps).toEqual([expect.objectContaining({ next: expect.stringContaining('lambda:GetFunctionConcurrency') })]);
    // Those that were under way when the first was denied.
    expect(calls.filter((name) => name === 'GetFunctionConcurrency').length).toBeLessThanOrEqual(4);
  });

  it('asks nothing of what states all of its limits', async () => {
    const { clients, calls } = aws({});
    const limits = { memoryMb: 1, timeoutS: 3, arch: 'x86_64', reservedConcurrency: null, accountConcurrency: 10 };
    expect((await read([resource('lambda:auth', 'lambda', {}, limits)], clients)).resources[0]?.limits).toEqual(limits);
    expect(calls).toEqual([]);
    // As the embedded stack does.
    expect(stackResources(healthySettings()).filter((own) => !statesAll(own))).toEqual([]);
  });

  it('asks what states one limit for the others, and leaves that', async () => {
    const { clients } = aws(LAMBDA);
    const { resources } = await read([{ ...auth, limits: { memoryMb: 1 } }], clients);
    expect(resources[0]?.limits).toEqual({ memoryMb: 1, timeoutS: 15, arch: 'arm64', reservedConcurrency: 100, accountConcurrency: 1000 });
    const refused = aws({ ...LAMBDA, GetFunctionConcurrency: denied });
    expect((await read([{ ...auth, limits: { memoryMb: 1 } }], refused.clients)).gaps).toHaveLength(1);
  });

  it('leaves the units of an index that states them', async () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 10, WriteCapacityUnits: 5 };
    const GlobalSecondaryIndexes = ['email-index', 'name-index'].map((IndexName) => ({ IndexName, ProvisionedThroughput }));
    const { clients } = aws({ DescribeTable: () => ({ Table: { ProvisionedThroughput, GlobalSecondaryIndexes } }) });
    const users = resource('dynamodb:users', 'dynamodb', { TableName: 'users' }, { readUnits: 7 });
    const { resources } = await read([{ ...users, indexes: [{ name: 'email-index', readUnits: 3, writeUnits: null }] }], clients);
    expect(resources[0]).toMatchObject({
      limits: { billing: 'provisioned', readUnits: 7, writeUnits: 5 },
      indexes: [
        { name: 'email-index', readUnits: 3, writeUnits: 5 },
        { name: 'name-index', readUnits: 10, writeUnits: 5 },
      ],
    });
  });

  it.each([
    [
      { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } },
      { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      { billing: 'on-demand', readUnits: null, writeUnits: null },
    ],
    [{}, { ReadCapacityUnits: 10, WriteCapacityUnits: 5 }, { billing: 'provisioned', readUnits: 10, writeUnits: 5 }],
  ])('reads a table with its indexes: %j', async (billing, ProvisionedThroughput, limits) => {
    const { clients } = aws({
      DescribeTable: () => ({
        Table: { ...billing, ProvisionedThroughput, GlobalSecondaryIndexes: [{ IndexName: 'email-index', ProvisionedThroughput }] },
      }),
    });
    const { resources } = await read([resource('dynamodb:users', 'dynamodb', { TableName: 'users' })], clients);
    const { readUnits, writeUnits } = limits;
    expect(resources[0]).toMatchObject({ limits, indexes: [{ name: 'email-index', readUnits, writeUnits }] });
  });

  it.each([
    [{ runtimePlatform: { cpuArchitecture: 'ARM64' } }, 'arm64'],
    [{ runtimePlatform: { operatingSystemFamily: 'LINUX' } }, 'x86_64'],
    [{}, 'x86_64'],
  ])('reads a service with its tasks and what it scales by: %j', async (platform, arch) => {
    const { clients } = aws({
      DescribeServices: () => ({
        services: [
          {
            desiredCount: 2,
            taskDefinition: 'engine:7',
            deployments: [{ createdAt: new Date(1_790_000_000_000), updatedAt: new Date(1_790_000_180_000) }],
          },
        ],
      }),
      DescribeTaskDefinition: () => ({ taskDefinition: { cpu: '512', memory: '1024', ...platform } }),
      DescribeScalableTargets: ({ ResourceIds }) => ({
        ScalableTargets: (ResourceIds as string[])[0] === 'service/game/engine' ? [{ MinCapacity: 2, MaxCapacity: 6 }] : [],
      }),
      DescribeScalingPolicies: () => ({
        ScalingPolicies: [
          {
            TargetTrackingScalingPolicyConfiguration: {
              TargetValue: 70,
              PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
            },
          },
          { StepScalingPolicyConfiguration: {} },
        ],
      }),
    });
    const { resources } = await read([resource('fargate:engine', 'ecs', { ClusterName: 'game', ServiceName: 'engine' })], clients);
    expect(resources[0]?.deployments).toEqual([{ createdS: 1_790_000_000, updatedS: 1_790_000_180 }]);
    expect(resources[0]?.limits).toEqual({
      tasksDesired: 2,
      cpuUnits: 512,
      memoryMb: 1024,
      arch,
      tasksMin: 2,
      tasksMax: 6,
      scaling: [{ metric: 'ECSServiceAverageCPUUtilization', target: 70 }],
    });
  });

  it.each([
    ['no target', () => ({ ScalableTargets: [] }), []],
    ['a target that may not be read', denied, undefined],
  ])('says that nothing scales a service with step policies only where it has %s', async (_, DescribeScalableTargets, scaling) => {
    const DescribeScalingPolicies = () => ({ ScalingPolicies: [{ StepScalingPolicyConfiguration: {} }] });
    const { clients } = aws({
      DescribeServices: () => ({ services: [{ desiredCount: 2 }] }),
      DescribeScalableTargets,
      DescribeScalingPolicies,
    });
    const { resources } = await read([resource('fargate:engine', 'ecs', { ClusterName: 'game', ServiceName: 'engine' })], clients);
    expect(resources[0]?.limits.scaling).toEqual(scaling);
  });

  it('reads the memory that the parameter group leaves a cache of its type', async () => {
    const parameters = [
      { Marker: 'more', Parameters: [{ ParameterName: 'reserved-memory-percent', ParameterValue: '25' }] },
      {
        Parameters: [{ ParameterName: 'maxclients', ParameterValue: '65000' }],
        CacheNodeTypeSpecificParameters: [
          { ParameterName: 'maxmemory', CacheNodeTypeSpecificValues: [{ CacheNodeType: 'cache.t3.micro', Value: '536870912' }] },
        ],
      },
    ];
    const { clients } = aws({
      DescribeCacheClusters: () => ({
        CacheClusters: [{ CacheNodeType: 'cache.t3.micro', CacheParameterGroup: { CacheParameterGroupName: 'own' } }],
      }),
      DescribeCacheParameters: ({ Marker }) => parameters[Marker === 'more' ? 1 : 0],
    });
    const { resources } = await read([resource('elasticache:cache', 'elasticache', { CacheClusterId: 'cache' })], clients);
    expect(resources[0]?.limits).toEqual({ nodeType: 'cache.t3.micro', memoryBytes: 402_653_184, connectionsMax: 65_000 });
  });

  it('reads the throttling of a stage, else of the account, and calls an API by its name', async () => {
    const stage = (throttlingRateLimit: number) => ({
      stageName: 'prod',
      methodSettings: { '*/*': { throttlingRateLimit, throttlingBurstLimit: 20 } },
    });
    const { clients } = aws({
      GetRestApis: () => ({
        items: [
          { id: 'r1', name: 'tight' },
          { id: 'r2', name: 'open' },
        ],
      }),
      GetStages: ({ restApiId, ApiId }) => (ApiId === undefined ? { item: restApiId === 'r1' ? [stage(10)] : [stage(-1)] } : { Items: [] }),
      GetAccount: () => ({ throttleSettings: { rateLimit: 10_000, burstLimit: 5000 } }),
      GetApis: () => ({ Items: [{ ApiId: 'ws1', Name: 'chat', ProtocolType: 'WEBSOCKET' }] }),
    });
    const { resources } = await read(
      [
        resource('apigateway:tight', 'apigateway', { ApiName: 'tight' }),
        resource('apigateway:open', 'apigateway', { ApiName: 'open' }),
        resource('apigateway:ws1', 'apigatewayv2', { ApiId: 'ws1' }),
      ],
      clients,
    );
    expect(resources).toMatchObject([
      { limits: { ratePerS: 10, burst: 20 } },
      { limits: { ratePerS: 10_000, burst: 5000 } },
      { node: 'apigateway:chat', kind: 'websocket', limits: {} },
    ]);
  });
});

describe('namedResources', () => {
  it('reads a stack with those within it, and what has tags', async () => {
    const summary = (ResourceType: string, PhysicalResourceId: string) => ({ ResourceType, PhysicalResourceId });
    const { clients } = aws({
      ListStackResources: ({ StackName }) => ({
        StackResourceSummaries:
          StackName === 'game'
            ? [
                summary('AWS::CloudFormation::Stack', 'inner'),
                summary('AWS::ApiGateway::RestApi', 'r1'),
                summary('AWS::ElastiCache::ReplicationGroup', 'cache'),
              ]
            : [summary('AWS::Lambda::Function', 'auth')],
      }),
      GetRestApis: () => ({ items: [{ id: 'r1', name: 'api' }] }),
      DescribeReplicationGroups: () => ({ ReplicationGroups: [{ MemberClusters: ['cache-001', 'cache-002'] }] }),
      GetResources: ({ TagFilters }) => ({
        ResourceTagMappingList: [{ ResourceARN: `arn:aws:sqs:eu-central-1:1:${(TagFilters as { Key: string }[])[0]?.Key}` }],
      }),
    });
    const { resources, gaps } = await namedResources(clients, { stackName: 'game', tags: { app: 'game' } }, undefined);
    expect(resources.map(({ node }) => node)).toEqual([
      'apigateway:api',
      'elasticache:cache-001',
      'elasticache:cache-002',
      'lambda:auth',
      'sqs:app',
    ]);
    expect(gaps).toEqual([]);
  });

  it('says which action is denied', async () => {
    const { clients } = aws({ ListStackResources: denied });
    expect(await namedResources(clients, { stackName: 'game' }, undefined)).toEqual({
      resources: [],
      gaps: [expect.objectContaining({ next: expect.stringContaining('cloudformation:ListStackResources') })],
    });
  });
});
