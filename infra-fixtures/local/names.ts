import { cache, engine, restApi, socketApi } from '../game/definition.ts';

/**
 * What AWS calls the parts of the stack: the dimensions of their metrics, their log groups. Names are the definition's own, so that a node of a diagnosis
 * (`lambda:auth`, `dynamodb:auctions`, `elasticache:cache`, `fargate:engine`, `apigateway:api`, `apigateway:chat`) and a dimension go by the same word.
 */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';
const CLUSTER = engine.cluster;
const SERVICE = engine.service;
const LOAD_BALANCER = 'app/engine/0000000000000001';
const TARGET_GROUP = 'targetgroup/engine/0000000000000001';
const CACHE_CLUSTER = cache.clusterId;
const CACHE_NODE = cache.nodeId;

export const restApiDimensions = { ApiName: restApi.name, Stage: restApi.stage } as const;
export const socketApiDimensions = { ApiId: socketApi.name, Stage: socketApi.stage } as const;
export const functionDimensions = (name: string) => ({ FunctionName: name });
export const tableDimensions = (table: string) => ({ TableName: table });
export const indexDimensions = (table: string, index: string) => ({ TableName: table, GlobalSecondaryIndexName: index });
export const operationDimensions = (table: string, Operation: string) => ({ TableName: table, Operation });
export const serviceDimensions = { ClusterName: CLUSTER, ServiceName: SERVICE } as const;
export const loadBalancerDimensions = { LoadBalancer: LOAD_BALANCER } as const;
export const targetGroupDimensions = { ...loadBalancerDimensions, TargetGroup: TARGET_GROUP } as const;
export const cacheDimensions = { CacheClusterId: CACHE_CLUSTER } as const;
export const cacheNodeDimensions = { CacheClusterId: CACHE_CLUSTER, CacheNodeId: CACHE_NODE } as const;

export const functionLogGroup = (name: string): string => `/aws/lambda/${name}`;
export const serviceLogGroup = `/ecs/${SERVICE}`;
export const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;
