import type { ResourceKind } from '../../contract.ts';

/** A resource as CloudFormation or its tags name it. An API has to be looked up: its metrics go by what the name doesn't tell. */
export type Reference =
  | { kind: Exclude<ResourceKind, 'apigateway' | 'apigatewayv2' | 'websocket' | 'elasticache'>; dimensions: Record<string, string> }
  | { kind: 'elasticache'; cluster: string }
  | { kind: 'replication-group'; group: string }
  | { kind: 'rest-api'; id: string }
  | { kind: 'web-api'; id: string }
  | { kind: 'stack'; name: string };

/**
 * By its ARN; null for what has no metrics that are read.
 *
 * @example referenceOfArn('arn:aws:ecs:eu-central-1:1:service/game/engine') // {kind: 'ecs', dimensions: {ClusterName: 'game', ServiceName: 'engine'}}
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function referenceOfArn(arn: string): Reference | null {
  const [, , service = '', , , ...rest] = arn.split(':');
  const [type = '', ...names] = rest.join(':').split(/[:/]/);
  const [name = '', second = ''] = names;
  switch (service) {
    case 'lambda':
      return type === 'function' && names.length === 1 ? { kind: 'lambda', dimensions: { FunctionName: name } } : null;
    case 'dynamodb':
      return type === 'table' && names.length === 1 ? { kind: 'dynamodb', dimensions: { TableName: name } } : null;
    case 'ecs':
      return type === 'service' && second !== '' ? { kind: 'ecs', dimensions: { ClusterName: name, ServiceName: second } } : null;
    case 'elasticache':
      if (type === 'cluster') return { kind: 'elasticache', cluster: name };
      return type === 'replicationgroup' ? { kind: 'replication-group', group: name } : null;
    case 'elasticloadbalancing':
      return type === 'loadbalancer' && name === 'app' ? { kind: 'alb', dimensions: { LoadBalancer: names.join('/') } } : null;
    case 'sqs':
      return { kind: 'sqs', dimensions: { QueueName: type } };
    case 'apigateway':
      return apiOf(rest.join(':'));
    default:
      return null;
  }
}

/** `/restapis/a1b2c3`, `/apis/a1b2c3`; their stages and routes have longer ones. */
function apiOf(path: string): Reference | null {
  const [, collection, id = '', ...below] = path.split('/');
  if (id === '' || below.length > 0) return null;
  if (collection === 'restapis') return { kind: 'rest-api', id };
  return collection === 'apis' ? { kind: 'web-api', id } : null;
}

/** By its type and physical id in a CloudFormation stack: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html */
export function referenceOfStackResource(type: string, id: string): Reference | null {
  switch (type) {
    case 'AWS::Lambda::Function':
      return { kind: 'lambda', dimensions: { FunctionName: id } };
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return { kind: 'dynamodb', dimensions: { TableName: id } };
    case 'AWS::ECS::Service':
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer':
      return referenceOfArn(id);
    case 'AWS::CloudFormation::Stack':
      return { kind: 'stack', name: id };
    case 'AWS::ElastiCache::CacheCluster':
      return { kind: 'elasticache', cluster: id };
    case 'AWS::ElastiCache::ReplicationGroup':
      return { kind: 'replication-group', group: id };
    case 'AWS::SQS::Queue':
      // Its URL.
      return { kind: 'sqs', dimensions: { QueueName: id.slice(id.lastIndexOf('/') + 1) } };
    case 'AWS::ApiGateway::RestApi':
      return { kind: 'rest-api', id };
    case 'AWS::ApiGatewayV2::Api':
      return { kind: 'web-api', id };
    default:
      return null;
  }
}
