import type { Resource } from '../contract.ts';
import { FAMILIES, type Family, nameOf } from '../families.ts';

/**
 * What traces call a service, as the inventory calls it: `lambda:auth`, `dynamodb:auctions`, `elasticache:cache`, `fargate:engine`,
 * `apigateway:api`. A resource of the inventory is found by any of the names that it goes by at AWS (its dimensions, or what stands after
 * the colon of its node); what is no resource keeps its service's name.
 */
export interface NodeNames {
  /** A resource of this family: `lambda` and `auth` make `lambda:auth`, unless the inventory knows it by another node. */
  resource(family: Family, name: string): string;
  /** A service that says only its name. */
  service(name: string): string;
  /** By the `Type` of a service or the `origin` of a segment, such as `AWS::Lambda::Function`. */
  ofType(type: string | undefined, name: string): string;
  /** The one WebSocket API, where there is exactly one: calls to its connections don't say which. */
  socketApi: string | null;
}

export function nodeNames(resources: readonly Resource[] = []): NodeNames {
  const byFamily = new Map<string, string>();
  const byName = new Map<string, Set<string>>();
  for (const { node, kind, dimensions } of resources) {
    for (const name of new Set([nameOf(node), ...Object.values(dimensions)])) {
      byFamily.set(`${FAMILIES[kind].family}\n${name}`, node);
      byName.set(name, (byName.get(name) ?? new Set<string>()).add(node));
    }
  }
  const resource = (family: Family, name: string): string => byFamily.get(`${family}\n${name}`) ?? `${family}:${name}`;
  // A table and a function may share a name: then the name alone says nothing.
  const service = (name: string): string => {
    const known = byName.get(name);
    return known?.size === 1 ? ([...known][0] ?? name) : name;
  };
  const socketApis = resources.filter(({ kind }) => kind === 'websocket');
  return {
    resource,
    service,
    ofType: (type, name) => {
      const family = familyOf(type);
      return family === null ? service(name) : resource(family, family === 'apigateway' ? withoutStage(name) : lastPart(family, name));
    },
    socketApi: socketApis.length === 1 ? (socketApis[0]?.node ?? null) : null,
  };
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html : `origin` */
function familyOf(type: string | undefined): Family | null {
  if (type === undefined) return null;
  if (type === 'AWS::Lambda' || type === 'AWS::Lambda::Function') return 'lambda';
  if (type.startsWith('AWS::ApiGateway')) return 'apigateway';
  if (type.startsWith('AWS::ECS::')) return 'fargate';
  return TYPES.get(type) ?? null;
}

const TYPES: ReadonlyMap<string, Family> = new Map([
  ['AWS::DynamoDB::Table', 'dynamodb'],
  ['AWS::SQS::Queue', 'sqs'],
  ['AWS::ElastiCache::CacheCluster', 'elasticache'],
]);

/** API Gateway's segments are named `<api>/<stage>`. */
const withoutStage = (name: string): string => (name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : name);

/** A queue goes by its URL or by its name. */
const lastPart = (family: Family, name: string): string => (family === 'sqs' ? name.slice(name.lastIndexOf('/') + 1) : name);
