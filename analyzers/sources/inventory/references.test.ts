import { expect, it } from 'vitest';
import { referenceOfArn, referenceOfStackResource } from './references.ts';

const ARN = 'arn:aws:';

it.each([
  ['lambda:eu-central-1:1:function:auth', { kind: 'lambda', dimensions: { FunctionName: 'auth' } }],
  ['lambda:eu-central-1:1:function:auth:live', null],
  ['dynamodb:eu-central-1:1:table/users', { kind: 'dynamodb', dimensions: { TableName: 'users' } }],
  ['dynamodb:eu-central-1:1:table/users/index/email-index', null],
  ['ecs:eu-central-1:1:service/game/engine', { kind: 'ecs', dimensions: { ClusterName: 'game', ServiceName: 'engine' } }],
  ['ecs:eu-central-1:1:cluster/game', null],
  ['elasticache:eu-central-1:1:cluster:cache-001', { kind: 'elasticache', cluster: 'cache-001' }],
  ['elasticache:eu-central-1:1:replicationgroup:cache', { kind: 'replication-group', group: 'cache' }],
  [
    'elasticloadbalancing:eu-central-1:1:loadbalancer/app/engine/50dc6c49',
    { kind: 'alb', dimensions: { LoadBalancer: 'app/engine/50dc6c49' } },
  ],
  ['elasticloadbalancing:eu-central-1:1:loadbalancer/net/engine/50dc6c49', null],
  ['sqs:eu-central-1:1:batch', { kind: 'sqs', dimensions: { QueueName: 'batch' } }],
  ['apigateway:eu-central-1::/restapis/a1b2c3', { kind: 'rest-api', id: 'a1b2c3' }],
  ['apigateway:eu-central-1::/restapis/a1b2c3/stages/prod', null],
  ['apigateway:eu-central-1::/apis/a1b2c3', { kind: 'web-api', id: 'a1b2c3' }],
  ['s3:::bucket', null],
])('reads %s', (arn, expected) => {
  expect(referenceOfArn(ARN + arn)).toEqual(expected);
});

it.each([
  ['AWS::Lambda::Function', 'game-auth-1X2Y', { kind: 'lambda', dimensions: { FunctionName: 'game-auth-1X2Y' } }],
  [
    'AWS::ECS::Service',
    'arn:aws:ecs:eu-central-1:1:service/game/engine',
    { kind: 'ecs', dimensions: { ClusterName: 'game', ServiceName: 'engine' } },
  ],
  ['AWS::SQS::Queue', 'https://sqs.eu-central-1.amazonaws.com/1/batch', { kind: 'sqs', dimensions: { QueueName: 'batch' } }],
  [
    'AWS::CloudFormation::Stack',
    'arn:aws:cloudformation:eu-central-1:1:stack/inner/1',
    { kind: 'stack', name: 'arn:aws:cloudformation:eu-central-1:1:stack/inner/1' },
  ],
  ['AWS::IAM::Role', 'role', null],
])('reads %s of a stack', (type, id, expected) => {
  expect(referenceOfStackResource(type, id)).toEqual(expected);
});

it('takes anything for an ARN without harm', () => {
  for (const text of ['', ':::::', 'arn:aws:ecs', 'arn:aws:apigateway:x::']) expect(referenceOfArn(text)).toBeNull();
});
