import { expect, it, onTestFinished } from 'vitest';
import { randomSource } from '../../analyzers/models/random.ts';
import { serve } from '../../tests/loadkit.ts';
import { PLATFORM_PATH, type PlatformBatch } from '../local/telemetry/platform.ts';
import { resourcesOf, startNetwork } from './server.ts';
import type { StationSpec } from './station.ts';

const stations: readonly StationSpec[] = [
  { kind: 'queue', name: 'delay', servers: Number.POSITIVE_INFINITY, serviceS: 0.001 },
  { kind: 'queue', name: 'db', servers: 2, serviceS: 0.02 },
];
const ROOT = '1-00000000-000000000000000000000001';

it('answers, and tells each second what its stations worked and one of its traces', async () => {
  const batches: PlatformBatch[] = [];
  const told = Promise.withResolvers<void>();
  const { url: telemetry } = await serve((request, response) => {
    expect(request.url).toBe(PLATFORM_PATH);
    let body = '';
    request.on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      batches.push(JSON.parse(body) as PlatformBatch);
      response.writeHead(204).end();
      if (batches.some(({ segments }) => segments.length > 0)) told.resolve();
    });
  });
  const network = await startNetwork({ stations, telemetry, random: randomSource(1).uniform });
  onTestFinished(() => network.stop());
  const startS = Date.now() / 1000;
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      fetch(network.url, { headers: { 'x-amzn-trace-id': `Root=${ROOT}` } }).then((answer) => answer.text()),
    ),
  );
  const endS = Date.now() / 1000;
  expect(answers).toEqual(new Array(10).fill('ok'));
  await told.promise;
  const metrics = batches.flatMap((batch) => batch.metrics);
  const ofDb = (metric: string) => metrics.filter((each) => each.metric === metric && each.dimensions['ServiceName'] === 'db');
  expect(metrics.every(({ dimensions }) => dimensions['ServiceName'] === 'db')).toBe(true);
  expect(ofDb('RunningTaskCount').map(({ values }) => values)).toContainEqual([2]);
  const workedS = ofDb('CPUUtilization').reduce((sum, { values }) => sum + (2 * (values[0] ?? 0)) / 100, 0);
  expect(workedS).toBeGreaterThan(0);
  expect(workedS).toBeLessThan(2 * (endS - startS));
  expect(batches.flatMap(({ segments }) => segments)).toContainEqual(
    expect.objectContaining({ trace_id: ROOT, start_time: expect.any(Number), end_time: expect.any(Number) }),
  );
});

it('has each station that can be used up for a resource', () => {
  expect(resourcesOf(stations)).toEqual([
    { node: 'fargate:db', dimensions: { ClusterName: 'queueing-network', ServiceName: 'db' }, limits: { tasksMax: 2 } },
  ]);
});
