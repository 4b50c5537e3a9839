import type { Resource, ResourceKind } from '../../contract.ts';
import { FAMILIES, resourceOf } from '../../families.ts';
import { INDEX_DIMENSION } from '../metrics-of.ts';
import type { ListedMetric } from './listed.ts';

/** By which metric of a namespace a kind is known: one that each resource of the kind has, with its plain dimensions. */
const KNOWN_BY: readonly { kind: ResourceKind; namespace: string; metrics: readonly string[] }[] = [
  { kind: 'apigateway', namespace: 'AWS/ApiGateway', metrics: ['Count', 'Latency'] },
  { kind: 'apigatewayv2', namespace: 'AWS/ApiGateway', metrics: ['Count', 'Latency'] },
  { kind: 'websocket', namespace: 'AWS/ApiGateway', metrics: ['ConnectCount', 'MessageCount'] },
  { kind: 'lambda', namespace: 'AWS/Lambda', metrics: ['Invocations', 'Duration'] },
  { kind: 'dynamodb', namespace: 'AWS/DynamoDB', metrics: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'] },
  { kind: 'ecs', namespace: 'AWS/ECS', metrics: ['CPUUtilization'] },
  { kind: 'elasticache', namespace: 'AWS/ElastiCache', metrics: ['CPUUtilization', 'EngineCPUUtilization'] },
  { kind: 'alb', namespace: 'AWS/ApplicationELB', metrics: ['RequestCount', 'TargetResponseTime'] },
  {
    kind: 'sqs',
    namespace: 'AWS/SQS',
    metrics: ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'ApproximateNumberOfMessagesVisible'],
  },
];

export const DISCOVERED_NAMESPACES = [...new Set(KNOWN_BY.map(({ namespace }) => namespace))];

/** All resources that CloudWatch lists metrics of, with the indexes of tables, each once. A second of the same name is told apart by all its dimensions. */
export function discovered(listed: readonly ListedMetric[]): Resource[] {
  const found = new Map<string, Resource>();
  for (const { kind, namespace, metrics } of KNOWN_BY) {
    const { named, also } = FAMILIES[kind];
    const plain = [named, ...also];
    for (const metric of listed) {
      if (metric.namespace !== namespace || !metrics.includes(metric.metric)) continue;
      if (Object.keys(metric.dimensions).length !== plain.length || !plain.every((name) => name in metric.dimensions)) continue;
      const resource = resourceOf(kind, metric.dimensions);
      if (resource === null) continue;
      const key = JSON.stringify([kind, ...plain.map((name) => metric.dimensions[name])]);
      if (!found.has(key)) found.set(key, resource);
    }
  }
  const withParts = [...found.values()].map((resource) => ({ ...resource, ...indexesOf(resource, listed) }));
  return distinctNodes(withParts);
}

function indexesOf({ kind, dimensions }: Resource, listed: readonly ListedMetric[]): Pick<Resource, 'indexes'> {
  if (kind !== 'dynamodb') return {};
  const names = listed.flatMap((metric) => {
    const index = metric.dimensions[INDEX_DIMENSION];
    return metric.namespace === 'AWS/DynamoDB' && metric.dimensions['TableName'] === dimensions['TableName'] && index !== undefined
      ? [index]
      : [];
  });
  const indexes = [...new Set(names)].map((name) => ({ name, readUnits: null, writeUnits: null }));
  return indexes.length > 0 ? { indexes } : {};
}

/** Two services called `engine` in two clusters are `fargate:engine` and `fargate:engine (other-cluster)`. */
export function distinctNodes(resources: readonly Resource[]): Resource[] {
  const taken = new Set<string>();
  return resources.map((resource) => {
    let { node } = resource;
    if (taken.has(node)) node = `${node} (${Object.values(resource.dimensions).join(', ')})`;
    taken.add(node);
    return { ...resource, node };
  });
}
