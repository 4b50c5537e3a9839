import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBad } from '../../malformed.ts';
import { type CostEstimate, estimateCost } from './estimate.ts';
import { byTier, PRICE_LISTS } from './price-list.ts';
import { FARGATE_SIZES, type Usage, usageOf } from './usage.ts';

const usage = (parts: object): Usage => {
  const read = usageOf({ region: 'us-east-1', ...parts });
  if (isBad(read)) throw new Error(read.bad);
  return read;
};
const cost = (parts: object): CostEstimate => estimateCost(usage(parts));

describe('estimateCost', () => {
  // Worked through by hand from https://aws.amazon.com/lambda/pricing/ without the free tier: 3 million requests of 120 ms at 1,536 MB.
  it('prices Lambda by request and by GB-second', () => {
    const { lines, total } = cost({ lambda: [{ requests: 3e6, avgDurationMs: 120, memoryMb: 1536, arch: 'x86_64' }] });
    expect(lines).toEqual([
      { service: 'Lambda', what: 'requests', quantity: 3e6, unit: 'requests', unitPrice: 2e-7, cost: expect.closeTo(0.6, 10) },
      {
        service: 'Lambda',
        what: 'duration, x86_64',
        quantity: 540_000,
        unit: 'GB-s',
        unitPrice: 0.0000166667,
        cost: expect.closeTo(9.000018, 6),
      },
    ]);
    expect(total).toBeCloseTo(9.600018, 6);
  });

  it('rounds a duration up to the millisecond, and takes x86 where nothing is said', () => {
    const of = (avgDurationMs: number) => cost({ lambda: [{ requests: 1e6, avgDurationMs, memoryMb: 1024 }] }).lines[1]?.quantity;
    expect(of(0.2)).toBe(1000);
    expect(of(10)).toBe(10_000);
    expect(of(10.01)).toBe(11_000);
    // 3.0000000000000004 in binary: no millisecond more for that.
    expect(of(3 * 0.1 * 10)).toBe(3000);
  });

  it('counts all functions of an architecture into the same tiers', () => {
    const one = { requests: 1e9, avgDurationMs: 4000, memoryMb: 1024, arch: 'x86_64' };
    const durations = cost({ lambda: [one, one, { ...one, arch: 'arm64' }] }).lines.filter(({ unit }) => unit === 'GB-s');
    expect(durations.map(({ what, quantity, unitPrice }) => [what, quantity, unitPrice])).toEqual([
      ['duration, x86_64', 6e9, 0.0000166667],
      ['duration, x86_64', 2e9, 0.000015],
      ['duration, arm64', 4e9, 0.0000133334],
    ]);
  });

  it('prices DynamoDB in both modes, which cost the same at 28.9 % of sustained use', () => {
    const [hours, seconds] = [730, 730 * 3600];
    const provisioned = cost({ dynamodb: [{ mode: 'provisioned', wcu: 100, rcu: 0, hours }] }).total ?? 0;
    const used = (share: number) => cost({ dynamodb: [{ mode: 'on-demand', writeUnits: 100 * seconds * share, readUnits: 0 }] }).total ?? 0;
    expect(provisioned).toBeCloseTo(47.45, 10);
    expect(used(0.289)).toBeCloseTo(provisioned, 1);
    expect(used(0.288)).toBeLessThan(provisioned);
    expect(used(0.29)).toBeGreaterThan(provisioned);
  });

  it('prices Fargate, both APIs and cache nodes', () => {
    const { lines, total, unpriced } = cost({
      fargate: [{ vcpu: 0.5, memoryGb: 1, hours: 730, tasks: 2, arch: 'x86_64' }],
      httpApi: [{ requests: 4e8, avgKb: 600 }],
      webSocketApi: [{ messages: 1e6, avgKb: 33, connectionMinutes: 2e6 }],
      elasticache: [{ nodeType: 'cache.t3.micro', nodes: 2, hours: 729.5 }],
    });
    expect(lines.map(({ what, quantity, cost: each }) => [what, quantity, Number(each?.toFixed(6))])).toEqual([
      ['vCPU, x86_64', 730, 29.5504],
      ['memory, x86_64', 1460, 6.4897],
      ['HTTP API requests', 3e8, 300],
      ['HTTP API requests', 5e8, 450],
      ['WebSocket messages', 2e6, 2],
      ['WebSocket connections', 2e6, 0.5],
      ['cache.t3.micro', 1460, 24.82],
    ]);
    expect(total).toBeCloseTo(813.3601, 4);
    expect(unpriced).toEqual([]);
  });

  // 90 s are 0.025 h; 20 s are billed as 60 s; 10.5 s after the minute as 71 s.
  it.each([
    [90 / 3600, 0.025],
    [20 / 3600, 60 / 3600],
    [70.5 / 3600, 71 / 3600],
    [730, 730],
    [0.1, 0.1],
  ])('bills a task of Fargate by the second, a minute at least: %d h as %d h', (hours, billed) => {
    const { lines } = cost({ fargate: [{ vcpu: 1, memoryGb: 2, hours, tasks: 3, arch: 'arm64' }] });
    expect(lines.map(({ what, quantity, unitPrice }) => [what, quantity, unitPrice])).toEqual([
      ['vCPU, arm64', expect.closeTo(3 * billed, 10), 0.03238],
      ['memory, arm64', expect.closeTo(6 * billed, 10), 0.00356],
    ]);
  });

  it('bills provisioned units and cache nodes by the hour that they began', () => {
    const { lines } = cost({
      dynamodb: [{ mode: 'provisioned', wcu: 10, rcu: 20, hours: 1.5 }],
      elasticache: [{ nodeType: 'cache.t3.micro', nodes: 2, hours: 1e-6 }],
    });
    expect(lines.map(({ quantity, cost: each }) => [quantity, each])).toEqual([
      [20, 0.013],
      [40, 0.0052],
      [2, 0.034],
    ]);
  });

  // AWS's own example of its pricing page in shape: the dimension with the highest usage counts. 50/25, 600/3,000, 1.5/1, 500/1,000.
  it('prices a load balancer by its begun hours and the dimension that it uses most', () => {
    const dimensions = { newConnectionsPerS: 50, activeConnections: 600, processedGbPerHour: 1.5, ruleEvaluationsPerS: 500 };
    const of = (entry: object) => cost({ alb: [entry] }).lines.map(({ quantity, cost: each }) => [quantity, each]);
    expect(of({ hours: 729.5, ...dimensions })).toEqual([
      [730, 16.425],
      [1459, 11.672],
    ]);
    expect(of({ hours: 730, ...dimensions, processedGbPerHour: 3 })).toEqual([
      [730, 16.425],
      [2190, 17.52],
    ]);
    expect(of({ hours: 730, lcus: 0 })).toEqual([[730, 16.425]]);
    expect(cost({ alb: [{ hours: 1, lcus: 1, newConnectionsPerS: 5 }] }).unpriced).toEqual(['alb[0].newConnectionsPerS']);
    expect(usageOf({ region: 'us-east-1', alb: [{ hours: 1 }] })).toMatchObject({ bad: 'alb[0] has no newConnectionsPerS' });
  });

  it('counts each begun unit of a message, and 512 KB are one', () => {
    const requests = (avgKb: number) => cost({ httpApi: [{ requests: 1000, avgKb }] }).lines[0]?.quantity;
    expect([0, 1, 512, 512.1, 1024, 1025].map(requests)).toEqual([1000, 1000, 1000, 2000, 2000, 3000]);
    const messages = (avgKb: number) => cost({ webSocketApi: [{ messages: 1000, avgKb, connectionMinutes: 0 }] }).lines[0]?.quantity;
    expect([0, 32, 33, 64, 65].map(messages)).toEqual([1000, 1000, 2000, 2000, 3000]);
  });

  // 1 + 0.5 billion messages: 1,000 + 400 USD. 340 million REST calls: 333 × 3.50 + 7 × 2.80 USD.
  it('goes into the next tier with what is beyond the last', () => {
    const { lines, total } = cost({
      webSocketApi: [{ messages: 1.5e9, avgKb: 1, connectionMinutes: 0 }],
      restApi: [{ requests: 3.4e8 }],
    });
    expect(lines.map(({ quantity, unitPrice, cost: each }) => [quantity, unitPrice, each])).toEqual([
      [333e6, 3.5e-6, 1165.5],
      [7e6, 2.8e-6, 19.6],
      [1e9, 1e-6, 1000],
      [5e8, 8e-7, 400],
    ]);
    expect(total).toBe(2585.1);
  });

  it('has no noise of binary in its figures, and loses nothing that is small', () => {
    const { lines, total } = cost({
      lambda: [{ requests: 3, avgDurationMs: 7, memoryMb: 128 }],
      dynamodb: [{ mode: 'on-demand', writeUnits: 3, readUnits: 7e9 }],
    });
    // 0.0000006 + 0.002625 GB-s + 0.000001875 + 875 USD, by hand.
    expect(lines.map(({ cost: each }) => each)).toEqual([6e-7, 4.37500875e-8, 1.875e-6, 875]);
    expect(total).toBe(875.00000251875);
  });

  it('has lines of quantity × price whose sum is the total', () => {
    const amount = fc.double({ min: 0, max: 1e10, noNaN: true });
    const arch = fc.constantFrom('x86_64', 'arm64');
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.double({ min: 0, max: 9e5, noNaN: true }),
        fc.integer({ min: 128, max: 10_240 }),
        arch,
        (a, b, ms, mb, on) => {
          const { lines, total } = cost({
            lambda: [{ requests: a, avgDurationMs: ms, memoryMb: mb, arch: on }],
            httpApi: [{ requests: b, avgKb: ms / 1000 }],
            webSocketApi: [{ messages: a, avgKb: ms / 1000, connectionMinutes: b }],
          });
          // Figures have 15 digits.
          for (const { quantity, unitPrice, cost: each } of lines) {
            const product = quantity * (unitPrice ?? Number.NaN);
            expect(Math.abs((each ?? Number.NaN) - product)).toBeLessThanOrEqual(1e-12 * product);
          }
          const sum = lines.reduce((so, { cost: each }) => so + (each ?? Number.NaN), 0);
          expect(Math.abs((total ?? Number.NaN) - sum)).toBeLessThanOrEqual(1e-12 * sum);
        },
      ),
    );
  });

  it('names what has no price, and never takes it for nothing', () => {
    const { lines, total, unpriced } = cost({
      elasticache: [{ nodeType: 'cache.x9.huge', nodes: 1, hours: 1 }],
      s3: [{ gb: 5 }],
      lambda: [{ requests: 0, avgDurationMs: 1, memoryMb: 128, memoryMB: 128, ephemeralGb: 10 }],
    });
    expect(lines).toEqual([
      { service: 'ElastiCache', what: 'cache.x9.huge', quantity: 1, unit: 'node-hours', unitPrice: null, cost: null },
    ]);
    expect({ total, unpriced }).toEqual({
      total: null,
      unpriced: ['ElastiCache: cache.x9.huge', 's3', 'lambda[0].memoryMB', 'lambda[0].ephemeralGb'],
    });
    const elsewhere = estimateCost({ ...usage({ httpApi: [{ requests: 1, avgKb: 1 }] }), region: 'eu-north-7' });
    expect(elsewhere).toMatchObject({ priceDate: null, total: null, unpriced: ['API Gateway: HTTP API requests'] });
  });

  it('names every field that it does not read, whatever it is called', () => {
    const entries = {
      lambda: { requests: 1, avgDurationMs: 1, memoryMb: 128, arch: 'arm' },
      dynamodb: { mode: 'on-demand', writeUnits: 1, readUnits: 1 },
      fargate: { vcpu: 1, memoryGb: 2, hours: 1, tasks: 1 },
      httpApi: { requests: 1, avgKb: 1 },
      restApi: { requests: 1 },
      webSocketApi: { messages: 1, avgKb: 1, connectionMinutes: 1 },
      elasticache: { nodeType: 'cache.t3.micro', nodes: 1, hours: 1 },
      alb: { hours: 1, lcus: 1 },
    };
    const known = new Set(Object.values(entries).flatMap((entry) => Object.keys(entry)));
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(entries) as (keyof typeof entries)[])), fc.string(), (part, name) => {
        fc.pre(!known.has(name) && name !== 'arch' && name !== '__proto__');
        expect(cost({ [part]: [entries[part], { ...entries[part], [name]: 0 }] }).unpriced).toEqual([`${part}[1].${name}`]);
      }),
    );
  });

  it('costs nothing to use nothing', () => expect(cost({})).toMatchObject({ lines: [], total: 0, unpriced: [] }));
});

describe('byTier', () => {
  const price = PRICE_LISTS[0]?.prices['lambda.duration.x86_64'] ?? { unit: '', tiers: [] };

  it('splits a quantity without losing any of it, dearest first', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e11, noNaN: true }), (quantity) => {
        const parts = byTier(price, quantity);
        expect(parts.reduce((sum, part) => sum + part.quantity, 0)).toBeCloseTo(quantity, -2);
        expect(parts.map(({ unitPrice }) => unitPrice)).toEqual(parts.map(({ unitPrice }) => unitPrice).toSorted((a, b) => b - a));
      }),
    );
  });
});

describe('usageOf', () => {
  it.each([
    [[], 'it is not a JSON object'],
    [{}, 'it has no region'],
    [{ region: 'us-east-1', lambda: {} }, 'lambda is not a list'],
    [{ region: 'us-east-1', lambda: null }, 'lambda is not a list'],
    [{ region: 'us-east-1', lambda: [7] }, 'lambda[0] is not an object'],
    [{ region: 'us-east-1', lambda: [{ requests: -1 }] }, 'lambda[0].requests is -1, not a number of 0 or more'],
    [{ region: 'us-east-1', lambda: [{ requests: '5' }] }, 'lambda[0].requests is "5"'],
    [{ region: 'us-east-1', lambda: [{ requests: JSON.parse('1e999') }] }, 'lambda[0].requests is Infinity, not a number of 0 or more'],
    [{ region: 'us-east-1', lambda: [{ requests: 1, avgDurationMs: 1, memoryMB: 128 }] }, 'lambda[0] has no memoryMb'],
    [
      { region: 'us-east-1', lambda: [{ requests: 1, avgDurationMs: 1, memoryMb: 64 }] },
      'lambda[0].memoryMb is 64, not a number from 128 to 10240',
    ],
    [
      { region: 'us-east-1', lambda: [{ requests: 1, avgDurationMs: 1, memoryMb: 128, arch: 'mips' }] },
      'lambda[0].arch is "mips", none of',
    ],
    [{ region: 'us-east-1', dynamodb: [{ mode: 'free' }] }, 'dynamodb[0].mode is "free", none of on-demand, provisioned'],
    [{ region: 'us-east-1', dynamodb: [{ mode: 'provisioned', wcu: 1 }] }, 'dynamodb[0] has no rcu'],
    [{ region: 'us-east-1', fargate: [{ vcpu: 3, memoryGb: 8, hours: 1, tasks: 1 }] }, 'fargate[0].vcpu is 3, which Fargate has not'],
    [
      { region: 'us-east-1', fargate: [{ vcpu: 0.5, memoryGb: 8, hours: 1, tasks: 1 }] },
      'fargate[0] has 0.5 vCPU with 8 GB, which Fargate has not',
    ],
    [{ region: 'us-east-1', elasticache: [{ nodes: 1, hours: 1 }] }, 'elasticache[0] has no nodeType'],
  ])('says of %j what is wrong with it', (document, bad) => {
    expect(usageOf(document)).toEqual({ bad: expect.stringContaining(bad), hint: expect.any(String) });
  });

  it('says of a missing field which ones there are', () => {
    const { hint } = usageOf({ region: 'us-east-1', lambda: [{ requests: 1, avgDurationMs: 1, memoryMB: 128 }] }) as { hint: string };
    expect(hint).toMatch(
      /^it has requests, avgDurationMs, memoryMB; a usage document is .*lambda: \[{requests, avgDurationMs, memoryMb, arch\?}\]/,
    );
  });

  it('has the pairs of Fargate that AWS lists', () => {
    const pairs = FARGATE_SIZES.map(({ vcpu, memoryGb }) => [vcpu, memoryGb.length, memoryGb[0], memoryGb.at(-1)]);
    expect(pairs).toEqual([
      [0.25, 3, 0.5, 2],
      [0.5, 4, 1, 4],
      [1, 7, 2, 8],
      [2, 13, 4, 16],
      [4, 23, 8, 30],
      [8, 12, 16, 60],
      [16, 12, 32, 120],
    ]);
  });
});
