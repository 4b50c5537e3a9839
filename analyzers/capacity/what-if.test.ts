import { describe, expect, it } from 'vitest';
import { stepsToTheTable as steps } from '../../tests/load-steps.ts';
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
    [
      { node: 'dynamodb:items', name: 'wcu', value: 9 },
      'the test knows no wcu of dynamodb:items',
      'dynamodb:guilds.wcu, fargate:engine.tasks',
    ],
  ])('refuses %j', (setting, bad, hint) => {
    expect(whatIf(steps, [setting])).toEqual({ bad, hint: expect.stringContaining(hint) });
  });
});
