import { describe, expect, it } from 'vitest';
import { awsError, stubClient, testClock } from '../../../tests/telemetry.ts';
import type { Inventory, Resource } from '../../contract.ts';
import type { CloudWatch } from '../cloudwatch.ts';
import { completed } from './configured.ts';
import { findResources, type Wanted } from './find.ts';

type Listed = [namespace: string, metric: string, dimensions: Record<string, string>];
const reading = (listed: Listed[] | Error) => ({
  clock: testClock(),
  cloudwatch: stubClient<CloudWatch>((_name, { Namespace }) => {
    if (listed instanceof Error) throw listed;
    const metrics = listed.filter(([namespace]) => namespace === Namespace);
    return {
      Metrics: metrics.map(([namespace, MetricName, dimensions]) => ({
        Namespace: namespace,
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
    };
  }),
});
const find = (listed: Listed[] | Error, wanted: Partial<Wanted> = {}) =>
  findResources(reading(listed), { resources: [], edges: [], named: null, ...wanted }, 'eu-central-1', true);
const nodes = ({ inventory }: Awaited<ReturnType<typeof find>>) =>
  (inventory as Inventory).resources.map(({ node, kind }) => `${node} ${kind}`);

describe('discovered', () => {
  it('tells the kinds of APIs apart by what they count', async () => {
    const found = await find([
      ['AWS/ApiGateway', 'Count', { ApiName: 'game' }],
      ['AWS/ApiGateway', 'Count', { ApiName: 'game', Stage: 'prod' }],
      ['AWS/ApiGateway', 'Count', { ApiId: 'http1' }],
      ['AWS/ApiGateway', 'MessageCount', { ApiId: 'ws1' }],
    ]);
    expect(nodes(found)).toEqual(['apigateway:game apigateway', 'apigateway:http1 apigatewayv2', 'apigateway:ws1 websocket']);
    expect(found.guessed).toBe(true);
  });

  it('finds indexes of tables, load balancers, queues, and two services of one name', async () => {
    const found = await find([
      ['AWS/DynamoDB', 'ConsumedReadCapacityUnits', { TableName: 'users' }],
      ['AWS/DynamoDB', 'ConsumedReadCapacityUnits', { TableName: 'users', GlobalSecondaryIndexName: 'email-index' }],
      ['AWS/ECS', 'CPUUtilization', { ClusterName: 'a', ServiceName: 'engine' }],
      ['AWS/ECS', 'CPUUtilization', { ClusterName: 'b', ServiceName: 'engine' }],
      ['AWS/ECS', 'CPUUtilization', { ClusterName: 'b' }],
      ['AWS/ApplicationELB', 'RequestCount', { LoadBalancer: 'app/engine/1' }],
      ['AWS/SQS', 'NumberOfMessagesSent', { QueueName: 'batch' }],
      ['AWS/Lambda', 'Invocations', {}],
    ]);
    expect(nodes(found)).toEqual([
      'dynamodb:users dynamodb',
      'fargate:engine ecs',
      'fargate:engine (b, engine) ecs',
      'alb:engine alb',
      'sqs:batch sqs',
    ]);
    expect((found.inventory as Inventory).resources[0]?.indexes).toEqual([{ name: 'email-index', readUnits: null, writeUnits: null }]);
  });

  it('says where to look when nothing is listed, and which action when it may not be', async () => {
    const empty = await find([]);
    expect(empty.none).toEqual({ missing: expect.stringContaining('ext.loadkit.aws.region') });
    expect(empty.inventory).toMatchObject({ resources: [], gaps: [{ reason: expect.stringContaining('lists no resource') }] });
    const denied = await find(awsError('AccessDenied', '', 403));
    expect(denied.none).toEqual({ missing: expect.stringContaining('cloudwatch:ListMetrics') });
    expect(denied.inventory).toMatchObject({ resources: [], gaps: [{ next: expect.stringContaining('cloudwatch:ListMetrics') }] });
  });

  it('is missing altogether where nobody else would be answered', async () => {
    const expired = await find(awsError('ExpiredToken', '', 403));
    expect(expired.inventory).toEqual({ missing: expect.stringContaining('aws sso login') });
  });

  it('takes no whole account', async () => {
    const { inventory } = await find(Array.from({ length: 400 }, (_, i) => ['AWS/Lambda', 'Invocations', { FunctionName: `f${i}` }]));
    expect((inventory as Inventory).resources).toHaveLength(300);
    expect((inventory as Inventory).gaps).toEqual([
      expect.objectContaining({ next: expect.stringContaining('ext.loadkit.aws.stackName') }),
    ]);
  });
});

describe('configured', () => {
  it('stands as it is named though nothing may be listed, with a gap', async () => {
    const { inventory, listed } = await find(awsError('AccessDenied', '', 403), {
      resources: [{ node: 'lambda:auth', limits: { memoryMb: 256 } }],
    });
    expect(listed).toBeNull();
    expect(inventory).toMatchObject({
      resources: [{ node: 'lambda:auth', kind: 'lambda', dimensions: { FunctionName: 'auth' }, limits: { memoryMb: 256 } }],
      gaps: [{ source: 'inventory', next: expect.stringContaining('cloudwatch:ListMetrics') }],
    });
  });

  it('says what it cannot complete', async () => {
    const { inventory } = await find([], { resources: [{ node: 'fargate:engine' }, { node: 'mystery:x' }, { node: 'lambda:auth' }] });
    expect((inventory as Inventory).resources.map(({ node }) => node)).toEqual(['lambda:auth']);
    expect((inventory as Inventory).gaps.map(({ next }) => next)).toEqual([
      expect.stringContaining('ClusterName'),
      expect.stringContaining('`kind`'),
    ]);
  });

  it('goes before what a stack says, and keeps edges between what there is', async () => {
    const stack: Resource = { node: 'lambda:game-auth', kind: 'lambda', dimensions: { FunctionName: 'game-auth' }, limits: {} };
    const { inventory } = await find([], {
      resources: [{ node: 'lambda:auth', dimensions: { FunctionName: 'game-auth' } }],
      named: async () => ({ resources: [stack], gaps: [] }),
      edges: [
        { from: 'lambda:auth', to: 'lambda:auth' },
        { from: 'lambda:auth', to: 'dynamodb:gone' },
      ],
    });
    expect(inventory).toMatchObject({ resources: [{ node: 'lambda:auth' }], edges: [{ to: 'lambda:auth' }] });
    expect((inventory as Inventory).edges).toHaveLength(1);
  });
});

it.each([
  [{ node: 'lambda:auth' }, { FunctionName: 'auth' }, []],
  [{ node: 'ecs:engine' }, { ServiceName: 'engine' }, ['ClusterName']],
  [{ node: 'alb:engine' }, {}, ['LoadBalancer']],
  [{ node: 'apigateway:chat', kind: 'websocket' as const, dimensions: { ApiId: 'ws1' } }, { ApiId: 'ws1' }, []],
  [{ node: 'apigateway:game', dimensions: { ApiName: 'game-api', Stage: 'prod' } }, { ApiName: 'game-api', Stage: 'prod' }, []],
])('completes %j', (configured, dimensions, missing) => {
  expect(completed(configured)).toMatchObject({ resource: { dimensions }, missing });
});
