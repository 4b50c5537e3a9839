import type { Resource, ResourceKind } from './contract.ts';

/** What stands before the colon of a node. */
export type Family = 'apigateway' | 'lambda' | 'dynamodb' | 'fargate' | 'elasticache' | 'alb' | 'sqs';

/** How a node is called and what AWS calls it, kind by kind: `lambda:auth` has the metrics of `{FunctionName: 'auth'}`. */
interface Naming {
  family: Family;
  /** The dimension that has the name. */
  named: string;
  /** Dimensions that its metrics have besides. */
  also: readonly string[];
}

export const FAMILIES: Readonly<Record<ResourceKind, Naming>> = {
  apigateway: { family: 'apigateway', named: 'ApiName', also: [] },
  apigatewayv2: { family: 'apigateway', named: 'ApiId', also: [] },
  websocket: { family: 'apigateway', named: 'ApiId', also: [] },
  lambda: { family: 'lambda', named: 'FunctionName', also: [] },
  dynamodb: { family: 'dynamodb', named: 'TableName', also: [] },
  ecs: { family: 'fargate', named: 'ServiceName', also: ['ClusterName'] },
  elasticache: { family: 'elasticache', named: 'CacheClusterId', also: [] },
  alb: { family: 'alb', named: 'LoadBalancer', also: [] },
  sqs: { family: 'sqs', named: 'QueueName', also: [] },
};

export const KINDS = Object.keys(FAMILIES) as ResourceKind[];

/** The family of a node decides its kind, unless that is stated: an API is taken for a REST API. `ecs:` is understood, too. */
export function kindOf(node: string): ResourceKind | null {
  const family = node.slice(0, Math.max(0, node.indexOf(':')));
  if (family === 'ecs') return 'ecs';
  return KINDS.find((kind) => FAMILIES[kind].family === family) ?? null;
}

export const nameOf = (node: string): string => node.slice(node.indexOf(':') + 1);

/** `app/engine/0000000000000001` is called `engine`. */
const shortName = (kind: ResourceKind, name: string): string => (kind === 'alb' ? (name.split('/')[1] ?? name) : name);

/** A resource by its dimensions; null where these are not its kind's. */
export function resourceOf(kind: ResourceKind, dimensions: Readonly<Record<string, string>>): Resource | null {
  const { family, named } = FAMILIES[kind];
  const name = dimensions[named];
  if (name === undefined) return null;
  return { node: `${family}:${shortName(kind, name)}`, kind, dimensions: { ...dimensions }, limits: {} };
}

/** A resource by its node's name alone; null where its kind does not follow. */
export function resourceOfNode(node: string): Resource | null {
  const kind = kindOf(node);
  return kind === null ? null : { node, kind, dimensions: { [FAMILIES[kind].named]: nameOf(node) }, limits: {} };
}
