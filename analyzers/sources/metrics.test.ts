import { describe, expect, it } from 'vitest';
import { awsError, stubClient, testClock } from '../../tests/telemetry.ts';
import { type Inventory, isMissing, type Resource, SCHEMA_VERSION } from '../contract.ts';
import type { CloudWatch } from './cloudwatch.ts';
import { readMetrics } from './metrics.ts';

const inventoryOf = (resources: Resource[]): Inventory => ({
  schemaVersion: SCHEMA_VERSION,
  region: 'eu-central-1',
  resources,
  edges: [],
  gaps: [],
});

const read = (cloudwatch: CloudWatch, resources: Resource[]) => {
  const clock = testClock();
  const toS = clock.now() / 1000;
  const patience = { everyMs: 1000, waitMsMax: 5000, delayS: 0 };
  return readMetrics({ cloudwatch, clock }, inventoryOf(resources), null, { fromS: toS - 60, toS, patience, resolutionS: 60 });
};

describe('readMetrics', () => {
  it('says once why several batches could not be read', async () => {
    const metrics = Array.from({ length: 1200 }, (_, i) => ({ namespace: 'Game', name: `Own${i}`, dimensions: {}, stats: ['Sum'] }));
    const cloudwatch = stubClient<CloudWatch>((_, { MetricDataQueries = [] }) => {
      const queries = MetricDataQueries as { Id: string }[];
      // The looks at the beginning, which are smaller, are answered: with nothing.
      if (queries.length > 100) throw awsError('ServiceUnavailable', 'come again', 503);
      return { MetricDataResults: queries.map(({ Id }) => ({ Id, StatusCode: 'Complete' })) };
    });
    const answer = await read(cloudwatch, [{ node: 'sqs:batch', kind: 'sqs', dimensions: {}, metrics, limits: {} }]);
    expect(isMissing(answer) && answer.missing.match(/AWS answered with an error of its own \(come again\), for 500 of/g)).toHaveLength(1);
  });

  it('says that there is nothing where nothing was asked for', async () => {
    expect(
      await read(
        stubClient<CloudWatch>(() => ({ MetricDataResults: [] })),
        [],
      ),
    ).toMatchObject({
      missing: expect.stringContaining('has no datapoint'),
    });
  });
});
