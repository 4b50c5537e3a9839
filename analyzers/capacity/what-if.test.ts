import { describe, expect, it } from 'vitest';
import { loadStep, stepsToTheTable as steps } from '../../tests/load-steps.ts';
import { type WhatIf, whatIf } from './what-if.ts';

describe('whatIf', () => {
  it('names the next to be used up once a limit is lifted, and when', () => {
    const found = whatIf(steps, [{ node: 'dynamodb:guilds', name: 'wcu', value: 20 }]) as WhatIf;
    expect(found.before).toMatchObject({
      node: 'dynamodb:guilds',
      at: { throughput: expect.closeTo(250, 6), users: expect.closeTo(1000, 3) },
    });
    expect(found.after).toMatchObject({ node: 'fargate:engine', at: { throughput: expect.closeTo(400, 6) } });
    expect(found.resources[1]).toMatchObject({ node: 'dynamodb:guilds', limit: 20, at: { throughput: expect.closeTo(1000, 6) } });
  });

  it('takes no two values for one limit', () => {
    const twice = [4, 8].map((value) => ({ node: 'fargate:engine', name: 'tasks', value }));
    expect(whatIf(steps, twice)).toEqual({ bad: 'fargate:engine.tasks is set twice', hint: expect.any(String) });
  });

  it('keeps what one request uses, whatever the limit becomes', () => {
    // Half a unit for each request, and no more than the table has.
    const clipped = [40, 80, 120, 160, 200].map((throughput) =>
      loadStep(4 * throughput, {
        uses: [{ node: 'dynamodb:auctions', resource: 'read-capacity', unit: 'RCU', used: Math.min(80, 0.5 * throughput), limit: 80 }],
      }),
    );
    const at = (value: number) => (whatIf(clipped, [{ node: 'dynamodb:auctions', name: 'rcu', value }]) as WhatIf).after?.at;
    expect(at(400)?.throughput).toBeCloseTo(800, 6);
    expect(at(10)?.throughput).toBeCloseTo(20, 6);
  });

  it('puts first what was used up in the test, and what is used more than a new limit at any load', () => {
    const early = [100, 200, 300, 400].map((users) =>
      loadStep(users, {
        uses: [
          { node: 'dynamodb:auctions', resource: 'read-capacity', unit: 'RCU', used: Math.min(60, 0.3 * users), limit: 60 },
          { node: 'elasticache:cache', resource: 'connections', unit: 'connections', used: 50, limit: 1000 },
        ],
      }),
    );
    const found = whatIf(early, [{ node: 'elasticache:cache', name: 'connections', value: 40 }]) as WhatIf;
    expect(found.before).toMatchObject({ node: 'dynamodb:auctions', at: { throughput: 50, ci95: [25, 50], users: 200 } });
    expect(found.after).toMatchObject({ node: 'elasticache:cache', at: { throughput: 25, ci95: [0, 25], users: 100 } });
  });

  it('prices what is set, and the load at the new limit', () => {
    const { price } = whatIf(steps, [
      { node: 'dynamodb:guilds', name: 'wcu', value: 20 },
      { node: 'fargate:engine', name: 'tasks', value: 5 },
    ]) as WhatIf;
    expect(price.tested?.users).toBe(900);
    // 15 more write units, and a task of half a vCPU and a gigabyte.
    const more = 730 * (15 * 0.00065 + 0.5 * 0.04048 + 0.004445);
    expect((price.changed?.month ?? 0) - (price.tested?.month ?? 0)).toBeCloseTo(more, 6);
    // 500 requests a second of 2,000 users: beyond twice the load tested, nothing is said.
    expect(price.limit).toBeNull();
    const near = whatIf(steps, [{ node: 'dynamodb:guilds', name: 'wcu', value: 8 }]) as WhatIf;
    const requests = near.price.limit?.month ?? Number.NaN;
    // At 400 requests a second, of which 300 million are at the first tier's price.
    const apis = 300 + 0.9 * (400 * 730 * 3.6e-3 - 300);
    expect(requests).toBeCloseTo(apis + 730 * (8 * 0.00065 + 4 * (0.5 * 0.04048 + 0.004445)), 2);
    expect(near.price.limit?.users).toBeCloseTo(1600, 3);
  });

  it('charges nothing for a limit that costs nothing, and names a price that nobody knows', () => {
    const uses = [
      { node: 'lambda:auth', resource: 'concurrency', unit: 'executions', used: 1, limit: 10 },
      { node: 'elasticache:cache', resource: 'connections', unit: 'connections', used: 1, limit: 10 },
    ];
    const held = steps.map((step) => ({ ...step, uses }));
    const { tested, changed } = (whatIf(held, [{ node: 'lambda:auth', name: 'concurrency', value: 20 }]) as WhatIf).price;
    expect(changed).toEqual(tested);
    const other = whatIf(held, [{ node: 'elasticache:cache', name: 'connections', value: 20 }]) as WhatIf;
    expect(other.price.changed?.unpriced).toEqual(['elasticache:cache: a node that takes 20 connections']);
    const untold = whatIf(
      held.map((step) => ({ ...step, usage: null })),
      [{ node: 'lambda:auth', name: 'concurrency', value: 20 }],
    ) as WhatIf;
    expect(untold.price).toEqual({ tested: null, changed: null, limit: null });
  });

  it('prices what the test did not touch, and says that it knows no more of it', () => {
    const quiet = { node: 'dynamodb:auctions', mode: 'provisioned' as const, wcu: 5, rcu: 5, hours: 730 };
    const demand = { node: 'dynamodb:items', mode: 'on-demand' as const, writeUnits: 1, readUnits: 1 };
    const more = steps.map((step) => ({
      ...step,
      usage: step.usage && { ...step.usage, dynamodb: [...step.usage.dynamodb, quiet, demand] },
    }));
    const { after, unmeasured, price } = whatIf(more, [{ node: 'dynamodb:auctions', name: 'rcu', value: 205 }]) as WhatIf;
    expect(after?.node).toBe('dynamodb:guilds');
    expect(unmeasured).toEqual([
      { setting: 'dynamodb:auctions.rcu', reason: expect.stringContaining('The test read nothing of dynamodb:auctions') },
    ]);
    expect((price.changed?.month ?? 0) - (price.tested?.month ?? 0)).toBeCloseTo(730 * 200 * 0.00013, 6);
    expect(whatIf(more, [{ node: 'dynamodb:items', name: 'rcu', value: 5 }])).toEqual({
      bad: 'dynamodb:items is on demand: it has no rcu to set',
      hint: expect.stringContaining('loadkit cost'),
    });
    const untold = more.map((step) => ({ ...step, uses: step.uses.filter(({ resource }) => resource !== 'cpu') }));
    expect((whatIf(untold, [{ node: 'fargate:engine', name: 'tasks', value: 5 }]) as WhatIf).unmeasured[0]?.reason).toContain('how busy');
  });

  it('counts the tasks that may run, before and after', () => {
    const scaledIn = steps.map((step) => ({
      ...step,
      usage: step.usage && { ...step.usage, fargate: step.usage.fargate.map((service) => ({ ...service, tasks: 1.5 })) },
    }));
    const { price } = whatIf(scaledIn, [{ node: 'fargate:engine', name: 'tasks', value: 5 }]) as WhatIf;
    // From 4 to 5, of half a vCPU and a gigabyte.
    expect((price.changed?.month ?? 0) - (price.tested?.month ?? 0)).toBeCloseTo(730 * (0.5 * 0.04048 + 0.004445), 6);
  });

  it('takes several at once, and a smaller limit too', () => {
    const found = whatIf(steps, [
      { node: 'dynamodb:guilds', name: 'wcu', value: 20 },
      { node: 'fargate:engine', name: 'tasks', value: 3 },
    ]) as WhatIf;
    expect(found.after).toMatchObject({ node: 'fargate:engine', limit: 3, at: { throughput: expect.closeTo(300, 6) } });
  });

  it.each([
    [{ node: 'dynamodb:guilds', name: 'luck', value: 1 }, 'there is no setting luck', 'tasks, rcu, wcu'],
    [{ node: 'dynamodb:guilds', name: 'wcu', value: 0 }, "dynamodb:guilds.wcu can't be 0", 'above 0'],
    [{ node: 'dynamodb:guilds', name: 'wcu', value: 1e9 }, "dynamodb:guilds.wcu can't be 1000000000", 'at most'],
    [{ node: 'fargate:engine', name: 'tasks', value: 2.5 }, "fargate:engine.tasks can't be 2.5", 'whole'],
    [
      { node: 'dynamodb:items', name: 'wcu', value: 9 },
      'the test knows no wcu of dynamodb:items',
      'dynamodb:guilds.wcu, fargate:engine.tasks',
    ],
  ])('refuses %j', (setting, bad, hint) => {
    expect(whatIf(steps, [setting])).toEqual({ bad, hint: expect.stringContaining(hint) });
  });
});
