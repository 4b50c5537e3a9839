import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withLimits, withPlatform, withSeries } from '../tests/platform.ts';
import type { Resource } from './contract.ts';
import { stretchOf } from './platform-series.ts';
import { partsOf, provisionedUnits } from './table-capacity.ts';

const run = withPlatform(syntheticRun({ durationS: 60 }));
const stretchIn = ({ platform }: typeof run) => stretchOf(platform, run.client.startS, run.client.startS + 60);
const table = (name: string, of = run): Resource => {
  const found = of.inventory.resources.find(({ node }) => node === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe('partsOf', () => {
  it('is the table with the indexes that the inventory and the metrics know', () => {
    const more = withSeries(run, 'dynamodb:characters/level-index', 'ConsumedReadCapacityUnits', 'Sum', 1);
    expect(partsOf(table('dynamodb:characters'), stretchIn(more))).toEqual([
      { node: 'dynamodb:characters', index: null },
      { node: 'dynamodb:characters/userId-index', index: 'userId-index' },
      { node: 'dynamodb:characters/level-index', index: 'level-index' },
    ]);
  });
});

describe('provisionedUnits', () => {
  const part = { node: 'dynamodb:guilds', index: null };

  it('goes by CloudWatch, then by the table, and has none on demand', () => {
    expect(provisionedUnits(table('dynamodb:guilds'), part, 'Read', stretchIn(run))).toBe(200);
    const silent = withSeries(run, 'dynamodb:guilds', 'ProvisionedReadCapacityUnits', 'Average', null);
    expect(
      provisionedUnits(table('dynamodb:guilds', withLimits(silent, 'dynamodb:guilds', { readUnits: 30 })), part, 'Read', stretchIn(silent)),
    ).toBe(30);
    const onDemand = withLimits(run, 'dynamodb:guilds', { billing: 'on-demand' });
    expect(provisionedUnits(table('dynamodb:guilds', onDemand), part, 'Read', stretchIn(onDemand))).toBeNull();
  });

  it('is null where it could not be read', () => {
    const silent = withSeries(run, 'dynamodb:guilds', 'ProvisionedWriteCapacityUnits', 'Average', null);
    const unread = withLimits(silent, 'dynamodb:guilds', { billing: null, writeUnits: null });
    expect(provisionedUnits(table('dynamodb:guilds', unread), part, 'Write', stretchIn(unread))).toBeNull();
  });
});
