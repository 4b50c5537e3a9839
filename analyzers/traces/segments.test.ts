import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSound } from '../../tests/sound-trace.ts';
import { madeTraces } from '../../tests/xray-documents.ts';
import type { Resource, Span, Trace } from '../contract.ts';
import { createNaming } from './naming.ts';
import { segmentTrace } from './segments.ts';

const ID = '1-6b000000-0badcafe0000000000000001';
const naming = createNaming();
const convert = (...documents: unknown[]): Trace | null => segmentTrace(ID, documents, naming);
const line = ({ node, operation, remote }: Span): string => `${node} ${operation}${remote ? ' (call)' : ''}`;

describe('segmentTrace', () => {
  it('makes a tree of a request’s documents, in which each node has its name of the inventory', () => {
    const [made] = [...madeTraces({ prefix: '1-6b000000-0badcafe', count: 1, startS: 1000, perS: 1, segments: 5 })];
    const trace = convert(...(made?.documents ?? []));
    expect(trace).toMatchObject({ id: ID, weight: 1, partial: false });
    const byId = new Map(trace?.spans.map((span) => [span.id, span]));
    const way = (span: Span): string[] => [line(span), ...(span.parentId === null ? [] : way(byId.get(span.parentId) as Span))];
    const leaf = trace?.spans.find(({ node }) => node === 'dynamodb:characters') as Span;
    expect(way(leaf)).toEqual([
      'dynamodb:characters GetItem (call)',
      'lambda:character Invocation',
      'lambda:character Function',
      'lambda:character Service',
      'lambda:character Invoke (call)',
      'apigateway:api GET /characters/{id}',
    ]);
    // Inferred segments say nothing new.
    expect(trace?.spans).toHaveLength(7);
  });

  it('goes by the nodes of the inventory', () => {
    const resource = (node: string, kind: Resource['kind'], dimensions: Record<string, string>): Resource => ({
      node,
      kind,
      dimensions,
      limits: {},
    });
    const known = createNaming([
      resource('lambda:auth', 'lambda', { FunctionName: 'game-prod-auth-1A2B' }),
      resource('elasticache:cache', 'elasticache', { CacheClusterId: 'redis.example.com' }),
      resource('apigateway:chat', 'websocket', { ApiId: 'abc' }),
      // A function and a table of one name: the name alone says nothing.
      resource('lambda:guilds', 'lambda', { FunctionName: 'guilds' }),
      resource('dynamodb:guilds', 'dynamodb', { TableName: 'guilds' }),
    ]);
    const call = (id: string, name: string, namespace: string, aws = {}): object => ({
      id,
      name,
      namespace,
      aws,
      start_time: 1,
      end_time: 2,
    });
    const trace = segmentTrace(
      ID,
      [
        {
          ...{ id: '1', name: 'game-prod-auth-1A2B', origin: 'AWS::Lambda::Function', start_time: 1, end_time: 2 },
          subsegments: [
            call('2', 'redis.example.com', 'remote'),
            call('3', 'ApiGatewayManagementApi', 'aws', { operation: 'PostToConnection' }),
            call('4', 'guilds', 'remote'),
            call('5', 'DynamoDB', 'aws', { operation: 'TransactWriteItems', table_names: ['a', 'b'] }),
            call('6', 'SQS', 'aws', { operation: 'SendMessage', queue_url: 'https://sqs.us-east-1.amazonaws.com/1/jobs' }),
          ],
        },
      ],
      known,
    );
    expect(trace?.spans.map(({ node }) => node)).toEqual([
      'lambda:auth',
      'elasticache:cache',
      'apigateway:chat',
      'guilds',
      'DynamoDB',
      'sqs:jobs',
    ]);
  });

  it('counts an initialization before the function’s time as its caller’s wait', () => {
    const trace = convert(
      { id: 'a', name: 'auth', origin: 'AWS::Lambda', start_time: 10, end_time: 13 },
      {
        ...{ id: 'b', name: 'auth', origin: 'AWS::Lambda::Function', parent_id: 'a', start_time: 12, end_time: 13 },
        subsegments: [
          { id: 'c', name: 'Initialization', start_time: 10.5, end_time: 12 },
          { id: 'd', name: 'Invocation', start_time: 12, end_time: 13 },
          { id: 'e', name: 'hash password', start_time: 12.1, end_time: 12.5 },
        ],
      },
    );
    expect(Object.fromEntries(trace?.spans.map(({ id, parentId }) => [id, parentId]) ?? [])).toEqual({
      a: null,
      b: 'a',
      c: 'a',
      d: 'b',
      e: 'd',
    });
  });

  it('puts subsegments that were sent by themselves under the owner of their parent, in any order', () => {
    const part = (id: string, parent: string): object => ({
      id,
      name: 'part',
      type: 'subsegment',
      parent_id: parent,
      start_time: 1,
      end_time: 2,
    });
    const trace = convert(part('3', '2'), part('2', '1'), part('9', 'nobody'), {
      ...{ id: '1', name: 'engine', origin: 'AWS::ECS::Fargate', start_time: 1, end_time: 2 },
    });
    expect(trace?.partial).toBe(true);
    expect(trace?.spans.map(({ id, node }) => [id, node])).toEqual([
      ['1', 'fargate:engine'],
      ['2', 'fargate:engine'],
      ['3', 'fargate:engine'],
      ['9', 'part'],
    ]);
  });

  it('tells outcomes, retries and what is in progress', () => {
    const flagged = (id: string, flags: object): object => ({ id, name: 'x', start_time: 1, end_time: 2, ...flags });
    const trace = convert(
      flagged('1', { throttle: true, error: true }),
      flagged('2', { fault: true }),
      flagged('3', { error: true, aws: { retries: 2 } }),
      flagged('4', { metadata: { default: { 'aws.retries': 1 } } }),
      { id: '5', name: 'x', start_time: 1, in_progress: true },
    );
    expect(trace?.spans.map(({ outcome, retries, endS }) => [outcome, retries, endS])).toEqual([
      ['throttle', undefined, 2],
      ['fault', undefined, 2],
      ['error', 2, 2],
      ['ok', 1, 2],
      ['ok', undefined, null],
    ]);
    expect(trace?.partial).toBe(true);
  });

  it('takes the whole document where it came in progress before, and is null where none says anything', () => {
    const whole = { id: '1', name: 'x', start_time: 1, end_time: 2 };
    expect(convert({ ...whole, end_time: undefined, in_progress: true }, whole)).toMatchObject({ partial: false, spans: [{ endS: 2 }] });
    expect(convert()).toBeNull();
    expect(convert({ id: 7 }, 'text')).toBeNull();
  });

  it('makes a trace that can be walked of whatever it is given', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const time = fc.oneof(fc.double(), fc.double({ min: 1, max: 3, noNaN: true }), fc.constant('soon'), fc.constant(undefined));
    const entity = fc.letrec<{ entity: object }>((tie) => ({
      entity: fc.record(
        {
          ...{ id: fc.oneof(id, fc.anything()), parent_id: fc.option(id, { nil: undefined }), name: fc.oneof(fc.string(), fc.anything()) },
          ...{ start_time: time, end_time: time, in_progress: fc.boolean(), inferred: fc.boolean() },
          type: fc.constantFrom('subsegment', undefined),
          namespace: fc.constantFrom('aws', 'remote', undefined),
          origin: fc.constantFrom('AWS::Lambda', 'AWS::Lambda::Function', 'AWS::ApiGateway::Stage', 'remote', undefined),
          ...{ aws: fc.anything(), http: fc.anything(), metadata: fc.anything() },
          subsegments: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('entity'), { maxLength: 3 })),
        },
        { requiredKeys: [] },
      ),
    })).entity;
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ arbitrary: entity, weight: 9 }, { arbitrary: fc.anything(), weight: 1 }), { maxLength: 6 }),
        (documents) => {
          const trace = segmentTrace(ID, documents, naming);
          if (trace !== null) expectSound(trace);
        },
      ),
    );
  });
});
