import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Inventory, SCHEMA_VERSION } from '../contract.ts';
import { telemetryFileOf } from '../telemetry-file.ts';
import type { Series } from './cloudwatch.ts';
import { telemetryOf } from './telemetry-of.ts';

const NONE = Number.NaN;
const INVENTORY: Inventory = {
  schemaVersion: SCHEMA_VERSION,
  region: 'us-east-1',
  resources: [
    {
      node: 'dynamodb:users',
      kind: 'dynamodb',
      dimensions: {},
      indexes: [{ name: 'email-index', readUnits: null, writeUnits: null }],
      limits: {},
    },
  ],
  edges: [],
  gaps: [],
};
const RANGE = { startS: 600, endS: 780, periodS: 60 };
const part = (operation: string | undefined, stat: string, values: number[], metric = 'SuccessfulRequestLatency'): Series => ({
  query: {
    node: 'dynamodb:users',
    namespace: 'AWS/DynamoDB',
    metric,
    dimensions: {},
    stat,
    ...(operation === undefined ? {} : { part: operation }),
  },
  values: Float64Array.from(values),
});
const series = (read: Series[]) =>
  Object.fromEntries(telemetryOf(read, INVENTORY, RANGE).series.map(({ metric, stat, values }) => [`${metric} ${stat}`, values]));

describe('telemetryOf', () => {
  it('adds up the parts of a metric where that is exact, and keeps them', () => {
    const read = [
      part('GetItem', 'SampleCount', [1, 3, NONE]),
      part('GetItem', 'Average', [10, 20, NONE]),
      part('GetItem', 'Maximum', [10, 25, NONE]),
      part('GetItem', 'p95', [10, 24, NONE]),
      part('Query', 'SampleCount', [NONE, 1, NONE]),
      part('Query', 'Average', [NONE, 60, NONE]),
      part('Query', 'Maximum', [NONE, 60, NONE]),
      part('Query', 'p95', [NONE, 60, NONE]),
    ];
    expect(series(read)).toMatchObject({
      'SuccessfulRequestLatency SampleCount': [1, 4, null],
      'SuccessfulRequestLatency Average': [10, 30, null],
      'SuccessfulRequestLatency Maximum': [10, 60, null],
      'SuccessfulRequestLatency:Query p95': [null, 60, null],
    });
    // A percentile of percentiles is no percentile.
    expect(series(read)).not.toHaveProperty('SuccessfulRequestLatency p95');
  });

  it('makes no average of parts whose weights are not known', () => {
    expect(series([part('GetItem', 'Average', [1, 1, 1]), part('Query', 'Average', [9, 9, 9])])).not.toHaveProperty(
      'SuccessfulRequestLatency Average',
    );
  });

  it('begins with the first datapoint of all', () => {
    const file = telemetryOf([part(undefined, 'Sum', [NONE, 5, NONE], 'Count')], INVENTORY, RANGE);
    expect(file.times).toEqual([660, 720]);
    expect(file.series[0]?.values).toEqual([5, null]);
    expect(file.nodes.map(({ id }) => id)).toEqual(['dynamodb:users', 'dynamodb:users/email-index']);
  });

  it('is a telemetry file, whatever was read', () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(NONE));
    const one = fc.record({
      operation: fc.constantFrom(undefined, 'GetItem', 'Query'),
      stat: fc.constantFrom('Sum', 'Average', 'SampleCount', 'Maximum', 'Minimum', 'p95'),
      metric: fc.constantFrom('A', 'B'),
      values: fc.array(value, { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ operation, stat, metric }) => `${operation} ${stat} ${metric}` }), (all) => {
        // A metric either comes in parts or it doesn't.
        const read = all.filter(({ operation, metric }) => (metric === 'A') === (operation === undefined));
        const file = telemetryOf(
          read.map(({ operation, stat, metric, values }) => part(operation, stat, values, metric)),
          INVENTORY,
          RANGE,
        );
        expect(telemetryFileOf(JSON.parse(JSON.stringify(file)))).not.toHaveProperty('bad');
      }),
    );
  });
});
