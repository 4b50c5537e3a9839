import { describe, expect, it } from 'vitest';
import { bottlenecksOf } from './bottlenecks.ts';
import type { Finding, Harm } from './contract.ts';

const EDGES = [
  { from: 'apigateway:api', to: 'lambda:character' },
  { from: 'lambda:character', to: 'dynamodb:characters' },
  { from: 'lambda:guilds', to: 'dynamodb:guilds' },
];

const found = (node: string, harm: Harm, since: number | null = null, resource: string = harm): Finding => ({
  id: `of-${node}`,
  verdict: 'warn',
  severity: 'high',
  title: `${node} ${harm}`,
  why: 'because',
  evidence: [{ what: `${node} ${harm}`, value: 1 }],
  next: `mend ${node}`,
  limiter: { node, resource, harm, since },
});
const nodesOf = (findings: Finding[], free = true): string[] => bottlenecksOf(findings, EDGES, free).map(({ node }) => node);

describe('bottlenecksOf', () => {
  it('names nothing where no finding names a limiter', () => {
    const { limiter, ...plain } = found('lambda:auth', 'refuses');
    expect(limiter?.node).toBe('lambda:auth');
    expect(bottlenecksOf([plain], EDGES, true)).toEqual([]);
  });

  it('takes what is refused for surer than what waits, is slow or is wasteful', () => {
    const harms: Harm[] = ['wasteful', 'refuses', 'slow', 'waits'];
    expect(nodesOf(harms.map((harm) => found(`sqs:${harm}`, harm)))).toEqual(['sqs:refuses', 'sqs:waits', 'sqs:slow', 'sqs:wasteful']);
  });

  it('looks for the cause downstream: who waits for a slow table runs out of concurrency by it', () => {
    const table = found('dynamodb:characters', 'slow');
    const refusing = (node: string, resource: string): Finding => found(node, 'refuses', null, resource);
    expect(nodesOf([refusing('lambda:character', 'concurrency'), table])).toEqual(['dynamodb:characters', 'lambda:character']);
    expect(nodesOf([refusing('apigateway:api', 'timeout'), table])[0]).toBe('dynamodb:characters');
    expect(nodesOf([refusing('lambda:guilds', 'concurrency'), table])[0]).toBe('lambda:guilds');
  });

  it('does not explain by a callee what a node does by itself', () => {
    const refusing = (node: string, resource: string): Finding => found(node, 'refuses', null, resource);
    for (const resource of ['rate-limit', 'memory', 'errors'])
      expect(nodesOf([refusing('lambda:character', resource), found('dynamodb:characters', 'slow')])[0]).toBe('lambda:character');
    expect(nodesOf([refusing('lambda:character', 'errors'), found('dynamodb:characters', 'refuses')])[0]).toBe('dynamodb:characters');
    expect(nodesOf([refusing('lambda:character', 'concurrency'), found('dynamodb:characters', 'wasteful')])[0]).toBe('lambda:character');
  });

  it('looks for the cause of a slow function in the cache that has not what it asks for, and in no other waste', () => {
    const edges = [
      { from: 'lambda:leaderboards', to: 'elasticache:cache' },
      { from: 'lambda:leaderboards', to: 'dynamodb:characters' },
    ];
    const slow = found('lambda:leaderboards', 'slow', null, 'code');
    const first = (...others: Finding[]) => bottlenecksOf([slow, ...others], edges, true)[0]?.node;
    expect(first(found('elasticache:cache', 'wasteful', null, 'hit-rate'))).toBe('elasticache:cache');
    expect(first(found('elasticache:cache', 'wasteful', null, 'memory'))).toBe('elasticache:cache');
    expect(first(found('dynamodb:characters', 'wasteful', null, 'index'))).toBe('lambda:leaderboards');
  });

  it('looks for why a table is read so much in the cache before it, but not for why it answers slowly', () => {
    const edges = ['lambda:leaderboards', 'lambda:batch'].flatMap((from) => [
      { from, to: 'dynamodb:characters' },
      { from, to: from === 'lambda:batch' ? 'sqs:batch' : 'elasticache:cache' },
    ]);
    const table = (resource: string) => found('dynamodb:characters', 'slow', null, resource);
    const cache = found('elasticache:cache', 'wasteful', null, 'hit-rate');
    const first = (...all: Finding[]) => bottlenecksOf(all, edges, true)[0]?.node;
    expect(first(table('time'), cache)).toBe('elasticache:cache');
    expect(first(table('time'), table('latency'), cache)).toBe('dynamodb:characters');
    expect(first(table('time'), found('sqs:batch', 'wasteful', null, 'retries'))).toBe('dynamodb:characters');
    expect(bottlenecksOf([table('time'), cache], EDGES, true)[0]?.node).toBe('dynamodb:characters');
  });

  it('takes only a table for what is read in the place of a cache: a service that the same callers wait for is slow by itself', () => {
    const edges = ['fargate:engine', 'elasticache:cache'].map((to) => ({ from: 'lambda:api', to }));
    const findings = [found('fargate:engine', 'slow', null, 'time'), found('elasticache:cache', 'wasteful', null, 'hit-rate')];
    expect(bottlenecksOf(findings, edges, true).map(({ node, score }) => [node, score])).toEqual([
      ['fargate:engine', 0.7],
      ['elasticache:cache', 0.6],
    ]);
  });

  it('says of a node that makes too many calls that it does, before that time goes by in it', () => {
    const [only] = bottlenecksOf([found('lambda:api', 'slow', null, 'time'), found('lambda:api', 'slow', null, 'calls')], EDGES, true);
    expect(only?.resource).toBe('calls');
  });

  it('takes neither of two that call each other for the other’s cause', () => {
    const edges = [
      { from: 'lambda:a', to: 'lambda:b' },
      { from: 'lambda:b', to: 'lambda:a' },
    ];
    const scores = bottlenecksOf([found('lambda:a', 'slow'), found('lambda:b', 'slow')], edges, true).map(({ score }) => score);
    expect(scores).toEqual([0.7, 0.7]);
  });

  it('leaves waste with who makes it', () => {
    const [first] = bottlenecksOf([found('lambda:character', 'wasteful'), found('dynamodb:characters', 'wasteful')], EDGES, true);
    expect(first?.score).toBe(0.6);
  });

  it('gathers what is known of a node, its indexes too', () => {
    const [only, ...others] = bottlenecksOf(
      [found('dynamodb:guilds/by-name', 'slow', 120), found('dynamodb:guilds', 'refuses', 150)],
      EDGES,
      true,
    );
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      node: 'dynamodb:guilds',
      resource: 'refuses',
      since: 120,
      recommendation: 'mend dynamodb:guilds mend dynamodb:guilds/by-name',
    });
    expect(only?.evidence).toHaveLength(2);
    expect(only?.score).toBeCloseTo(0.93);
  });

  it('names what a node ran out of before that it failed, and gives all the advice that there is, each once', () => {
    const refusing = (resource: string, next: string): Finding => ({ ...found('lambda:auth', 'refuses', null, resource), next });
    const all = [refusing('errors', 'Read the log.'), refusing('timeout', 'Wait longer.'), refusing('memory', 'Wait longer.')];
    expect(bottlenecksOf(all, EDGES, true)).toMatchObject([{ resource: 'timeout', recommendation: 'Wait longer. Read the log.' }]);
    const [slow] = bottlenecksOf([...all, found('lambda:auth', 'slow')].toReversed(), EDGES, true);
    expect(slow).toMatchObject({ resource: 'memory', recommendation: 'Wait longer. Read the log. mend lambda:auth' });
  });

  it('believes no wait and no slowness that a busy generator saw', () => {
    const all = (['wasteful', 'refuses', 'slow', 'waits'] as const).map((harm) => found(`sqs:${harm}`, harm));
    expect(nodesOf(all, false)).toEqual(['sqs:refuses', 'sqs:wasteful']);
  });

  it('begins with what was there first, of two as sure', () => {
    expect(nodesOf([found('sqs:late', 'slow', 90), found('sqs:early', 'slow', 60), found('sqs:unknown', 'slow')])).toEqual([
      'sqs:early',
      'sqs:late',
      'sqs:unknown',
    ]);
  });
});
