import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanOf, mergeHistograms, quantile, relativeError } from '../../analyzers/models/histogram.ts';
import { startCollector } from './collector.ts';
import { type Collected, compact } from './compact.ts';
import { PUSH_INTERVAL_S } from './series.ts';

/** Real k6 2.2, for instance the one that `loadkit engine path` prints. CI sets it. */
const K6 = process.env['LOADKIT_K6'];

const SCRIPT = `
import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
const crafted = new Counter('items_crafted');
const turn = new Trend('turn_time', true);
const size = new Trend('guild_size');
export const options = {
  discardResponseBodies: true,
  systemTags: ['name', 'status', 'error_code', 'expected_response'],
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)'],
  scenarios: { play: { executor: 'shared-iterations', vus: 8, iterations: 1200, maxDuration: '20s' } },
};
export function setup() { http.get(__ENV.TARGET + '/fast', { tags: { name: 'GET /setup' } }); }
export default function () {
  const i = __ITER * 8 + __VU;
  http.get(__ENV.TARGET + '/fast?' + i, { tags: { name: 'GET /fast' } });
  http.get(__ENV.TARGET + (i % 10 === 0 ? '/missing' : '/slow?ms=' + (i % 40)), { tags: { name: 'GET /slow' } });
  if (i % 50 === 0) http.get('http://127.0.0.1:1/', { tags: { name: '__proto__' } });
  crafted.add(2);
  turn.add(i % 100);
  size.add(i % 7);
}
`;

const isSummary = (value: unknown): value is { metrics: Record<string, Record<string, number>> } =>
  typeof value === 'object' && value !== null && 'metrics' in value;

describe.skipIf(!K6)('collection from real k6 (set LOADKIT_K6 to its path)', () => {
  let directory: string;
  let target: Server;
  let collected: Collected;
  let metrics: Record<string, Record<string, number>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loadkit-collect-'));
    target = await startTarget();
    const journalPath = join(directory, 'journal.ndjson');
    const collector = await startCollector({
      journalPath,
      now: Date.now,
      redact: (text) => text,
      onTrouble: (trouble) => expect.unreachable(trouble),
    });
    await runK6(directory, target, collector.url, collector.watchEngine);
    expect(collector.live()).toMatchObject({ requests: expect.any(Number), rejectedPushes: 0 });
    await collector.finish({ exact: null, scriptErrors: { count: 0, messages: [] } });
    collected = await compact(journalPath);
    const summary: unknown = JSON.parse(await readFile(join(directory, 'summary.json'), 'utf8'));
    if (!isSummary(summary)) throw new Error('k6 wrote another summary than this test knows');
    metrics = summary.metrics;
  });
  afterAll(async () => {
    target.close();
    await rm(directory, { recursive: true, force: true });
  });

  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const endpoint = (name: string) => collected.client.endpoints.find((entry) => entry.name === name);

  it('counts every request and iteration that k6 counts', () => {
    const { client } = collected;
    expect(total(client.endpoints.flatMap(({ requests }) => requests))).toBe(metrics['http_reqs']?.['count']);
    expect(total(client.iterations)).toBe(metrics['iterations']?.['count']);
    expect(client.endpoints.map(({ name }) => name).sort()).toEqual(['GET /fast', 'GET /setup', 'GET /slow', '__proto__']);
    expect(total(endpoint('GET /fast')?.requests ?? [])).toBe(1200);
    expect(client.overflow).toEqual({ names: 0, seriesLost: 0 });
    expect(client.complete).toBe(true);
  });

  it('counts failures by endpoint, status and error code', () => {
    // In k6's summary of a rate, `passes` are the samples that were true: requests that failed.
    const errors = collected.client.endpoints.flatMap(({ errors }) => errors);
    expect(total(errors)).toBe(metrics['http_req_failed']?.['passes']);
    expect(collected.client.errorClasses).toEqual(
      expect.arrayContaining([
        { endpoint: 'GET /slow', status: '404', errorCode: '1404', count: total(endpoint('GET /slow')?.errors ?? []) },
        { endpoint: '__proto__', status: '0', errorCode: '1212', count: total(endpoint('__proto__')?.requests ?? []) },
      ]),
    );
    expect(collected.client.errorClasses).toHaveLength(2);
  });

  it('gives quantiles within the stated bound of k6’s own, and the exact mean', () => {
    const latency = mergeHistograms(collected.client.endpoints.flatMap(({ latencyS }) => latencyS));
    if (latency === null) throw new Error('no latencies');
    const bound = relativeError(latency.schema);
    const exact = metrics['http_req_duration'] ?? {};
    for (const [stat, q] of [
      ['med', 0.5],
      ['p(90)', 0.9],
      ['p(95)', 0.95],
      ['p(99)', 0.99],
    ] as const) {
      const estimateMs = (quantile(latency, q) ?? Number.NaN) * 1000;
      // k6 interpolates between neighbouring ranks; with 2,400 requests those are less than a percent apart.
      expect(Math.abs(Math.log(estimateMs / (exact[stat] ?? Number.NaN)))).toBeLessThan(Math.log1p(bound) + 0.01);
    }
    expect((meanOf(latency) ?? Number.NaN) * 1000).toBeCloseTo(exact['avg'] ?? Number.NaN, 6);
  });

  it('keeps the metrics of the script’s own, in their units', () => {
    expect(collected.client.counters).toEqual([{ name: 'items_crafted', slots: expect.any(Array) }]);
    expect(total(collected.client.counters[0]?.slots ?? [])).toBe(2400);
    const trends = new Map(collected.client.trends.map((trend) => [trend.name, { unit: trend.unit, all: mergeHistograms(trend.slots) }]));
    expect([...trends].map(([name, { unit, all }]) => [name, unit, all?.count]).sort()).toEqual([
      ['guild_size', '', 1200],
      ['turn_time', 's', 1200],
    ]);
    expect((quantile(trends.get('turn_time')?.all ?? expect.unreachable(), 1) ?? 0) / 0.099).toBeCloseTo(1, 1);
  });

  it('lays time out in seconds, from users at work to the end', () => {
    const { client, generator } = collected;
    expect(client.periodS).toBe(PUSH_INTERVAL_S);
    expect(Math.max(...client.users.map((users) => users ?? 0))).toBe(8);
    expect(client.executionStartS).toBeGreaterThanOrEqual(client.startS - 1);
    expect(client.executionStartS).toBeLessThan(client.startS + client.slots);
    expect(client.gaps).toEqual([]);
    expect(
      generator.samples.some(({ engineCpuCores, engineMemoryBytes }) => (engineCpuCores ?? 0) > 0 && (engineMemoryBytes ?? 0) > 1e6),
    ).toBe(true);
  });
});

/** Answers at once, or after `ms`; `/missing` is 404. */
const startTarget = async (): Promise<Server> => {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    await delay(Number(url.searchParams.get('ms') ?? 0));
    response.writeHead(url.pathname === '/missing' ? 404 : 200).end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const runK6 = async (directory: string, target: Server, pushUrl: string, started: (pid: number) => void): Promise<void> => {
  const script = join(directory, 'script.js');
  await writeFile(script, SCRIPT);
  const k6 = spawn(
    K6 ?? '',
    [
      'run',
      '--quiet',
      '--no-usage-report',
      '--log-output',
      'none',
      '--features',
      'native-histograms',
      '--out',
      'experimental-prometheus-rw',
      '--summary-export',
      join(directory, 'summary.json'),
      script,
    ],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        TARGET: `http://127.0.0.1:${(target.address() as AddressInfo).port}`,
        K6_PROMETHEUS_RW_SERVER_URL: pushUrl,
        K6_PROMETHEUS_RW_PUSH_INTERVAL: `${PUSH_INTERVAL_S}s`,
        K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
      },
    },
  );
  if (k6.pid !== undefined) started(k6.pid);
  const [code] = await once(k6, 'exit');
  expect(code).toBe(0);
};
