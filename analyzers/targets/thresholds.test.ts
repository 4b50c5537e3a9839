import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { targetOf, withClient } from '../../tests/judged.ts';
import { judge } from '../judge.ts';
import { standardLimit, type Threshold } from './thresholds.ts';

const run = syntheticRun();
const withThreshold = (threshold: Threshold) => {
  const { exact } = run.client;
  if (!exact) throw new Error('the run has exact values');
  return withClient(run, { exact: { ...exact, thresholds: [...exact.thresholds, threshold] } });
};

describe('standardLimit', () => {
  it.each([
    ['http_req_duration', 'avg<500', 'latency-avg'],
    ['http_req_duration', 'avg < 500.0', 'latency-avg'],
    ['http_req_duration', 'p(95)<2000', 'latency-p95'],
    ['http_req_failed', 'rate<=0.01', 'error-rate'],
    ['http_req_duration', 'p(95)<300', null],
    ['http_req_duration', 'p(99)<2000', null],
    ['http_req_duration', 'avg>500', null],
    ['http_req_duration', 'avg==500', null],
    ['http_req_duration{name:login}', 'p(95)<2000', null],
    ['chat_round_trip', 'avg<500', null],
  ])('%s: %s stands for %s', (metric, expression, id) => {
    expect(standardLimit({ metric, expression, ok: true, samples: true }, run.plan)).toBe(id);
  });
});

describe('thresholdTargets', () => {
  const own = { metric: 'chat_round_trip', expression: 'p(95)<200', ok: true, samples: true };

  it('makes a target of each threshold of the script’s own, by k6’s word', () => {
    const id = 'k6:chat_round_trip:p(95)<200' as const;
    expect(targetOf(id, withThreshold(own))).toMatchObject({ verdict: 'pass', limit: 200, value: null });
    expect(targetOf(id, withThreshold({ ...own, ok: false })).verdict).toBe('fail');
  });

  it('does not pass one without samples, as k6 does', () => {
    expect(targetOf('k6:chat_round_trip:p(95)<200', withThreshold({ ...own, samples: false }))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no sample of chat_round_trip was taken, which k6 lets pass',
    });
  });

  it('has no second target for a standard one', () => {
    expect(judge(run).targets.map(({ id }) => id)).toEqual(['latency-avg', 'latency-p95', 'error-rate', 'throughput', 'availability']);
  });
});
