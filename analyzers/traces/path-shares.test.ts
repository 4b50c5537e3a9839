import { describe, expect, it } from 'vitest';
import { call, made, madeTrace, many } from '../../tests/made-trace.ts';
import type { Trace } from '../contract.ts';
import { randomSource } from '../models/random.ts';
import { pathShares } from './path-shares.ts';

const request = (number: number, databaseMs: number, totalMs: number, weight = 1): Trace =>
  madeTrace(
    number,
    made('apigateway:api GET /x', 0, totalMs, [call('dynamodb:x Query', 0, databaseMs), call('lambda:log Invoke', 0, databaseMs / 2)]),
    {
      weight,
    },
  );

describe('pathShares', () => {
  it('counts each trace as often as it stands for', () => {
    const { shares, traces, requests } = pathShares([request(1, 10, 100, 9), request(2, 90, 100, 1)]);
    expect({ traces, requests }).toEqual({ traces: 2, requests: 10 });
    expect(shares.map(({ node, share }) => [node, Number(share.toFixed(6))])).toEqual([
      ['apigateway:api', 0.82],
      ['dynamodb:x', 0.18],
      ['lambda:log', 0],
    ]);
    // Work beside the path counts as self time all the same.
    expect(shares[2]?.selfMs).toBeCloseTo((9 * 5 + 45) / 10);
    expect(shares[0]?.pathMs).toBeCloseTo(82);
  });

  it('leaves out what isn’t whole', () => {
    expect(pathShares([madeTrace(1, made('a b', 0, 10), { partial: true })])).toEqual({ shares: [], traces: 0, requests: 0 });
  });

  it('has no interval of one trace, and one that holds the truth in 95 of 100 samples', () => {
    expect(pathShares([request(1, 10, 100)]).shares[0]?.interval).toBeNull();
    const random = randomSource(1).uniform;
    // Durations are exponential and the database takes a uniform share of each: 0.5 of all time.
    const held = Array.from({ length: 400 }, () => {
      const sample = many(60, (k) => {
        const totalMs = -100 * Math.log(1 - random());
        return request(k, totalMs * random(), totalMs, 1 + Math.floor(5 * random()));
      });
      const [lo, hi] = pathShares(sample).shares.find(({ node }) => node === 'dynamodb:x')?.interval ?? [1, 0];
      return lo <= 0.5 && hi >= 0.5;
    }).filter(Boolean).length;
    expect(held / 400).toBeGreaterThan(0.91);
    expect(held / 400).toBeLessThan(0.98);
  });
});
