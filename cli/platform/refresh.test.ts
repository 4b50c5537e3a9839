import * as path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Alarms, type Inventory, type Plan, SCHEMA_VERSION } from '../../analyzers/contract.ts';
import { syntheticRun } from '../../tests/artifacts.ts';
import { made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import { startTestTelemetry, testClock } from '../../tests/telemetry.ts';
import { type TestHost, testHost } from '../../tests/test-host.ts';
import { analyzeRun } from '../analyze.ts';
import { writeClient } from '../collect/client-file.ts';
import { FILES, writePlan } from '../store.ts';
import { readPlatform, writePlatform } from './files.ts';
import { refresh } from './refresh.ts';

const { plan, client, generator } = syntheticRun({ durationS: 60 });
const ABSENT = { notAsked: 'no platform was asked' };
const NOBODY = { asked: false, files: {}, config: undefined };

const directoryOf = async (host: TestHost, own: Plan): Promise<string> => {
  await writePlan(host, host.folder, own);
  await writeClient(path.join(host.folder, FILES.client), { client, generator });
  return host.folder;
};

describe('refresh', () => {
  it('asks nobody of a run that asked nobody, and its verdict stands', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, plan);
    await refresh(host, directory, NOBODY);
    expect(await readPlatform(host, directory, ABSENT)).toMatchObject({ platform: ABSENT });
    expect((await analyzeRun(host, directory)).report.findings).toEqual([]);
  });

  it('does not ask a stack that is gone', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, {
      ...plan,
      target: { ...plan.target, embedded: true },
      aws: { endpoint: 'http://127.0.0.1:9', region: 'us-east-1' },
    });
    await refresh(host, directory, NOBODY);
    await expect(refresh(host, directory, { ...NOBODY, asked: true })).rejects.toMatchObject({ name: 'UserError', exitCode: 104 });
    const { report } = await analyzeRun(host, directory);
    expect(report.verdict).toBe('inconclusive');
    expect(report.findings).toContainEqual(
      expect.objectContaining({ title: expect.stringContaining('the run ended before AWS had answered') }),
    );
  });

  it('takes a telemetry file for the platform’s answer', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, plan);
    const file = {
      schemaVersion: 1,
      periodS: 60,
      times: [client.startS],
      nodes: [{ id: 'lambda:auth' }, { id: 'dynamodb:users/email-index' }, { id: 'something' }],
      edges: [{ from: 'lambda:auth', to: 'something' }],
      series: [{ node: 'lambda:auth', metric: 'Errors', stat: 'Sum', values: [3] }],
    };
    await host.fs.writeFile(path.join(host.folder, 'own.json'), JSON.stringify(file));
    await refresh(host, directory, { ...NOBODY, files: { platform: 'own.json' } });
    expect(await readPlatform(host, directory, ABSENT)).toMatchObject({
      platform: file,
      inventory: { resources: [{ node: 'lambda:auth', kind: 'lambda' }], gaps: [] },
      alarms: { notAsked: expect.stringContaining('own.json') },
    });
  });

  it('takes a telemetry file for the metrics, and leaves what else the run has', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, plan);
    const file = {
      schemaVersion: SCHEMA_VERSION,
      periodS: 60,
      times: [client.startS],
      nodes: [{ id: 'lambda:auth' }],
      edges: [],
      series: [],
    };
    const inventory: Inventory = {
      schemaVersion: SCHEMA_VERSION,
      region: 'eu-central-1',
      resources: [{ node: 'lambda:auth', kind: 'lambda', dimensions: { FunctionName: 'auth' }, limits: { memoryMb: 256 } }],
      edges: [],
      gaps: [],
    };
    const alarms: Alarms = { schemaVersion: SCHEMA_VERSION, alarms: [] };
    const traces = tracesWith(many(2, (k) => madeTrace(k, made('lambda:auth Invocation', 0, 100))));
    await writePlatform(host, directory, { inventory, platform: { missing: 'denied' }, alarms, traces });
    await host.fs.writeFile(path.join(host.folder, 'own.json'), JSON.stringify(file));
    await refresh(host, directory, { ...NOBODY, files: { platform: 'own.json' } });
    expect(await readPlatform(host, directory, ABSENT)).toEqual({ platform: file, inventory, alarms, traces });
  });

  const otlp = (service: string) => ({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: '6b0000000badcafe0000000000000001',
                spanId: '0000000000000001',
                name: 'GET /auth',
                kind: 2,
                startTimeUnixNano: '1000000000000',
                endTimeUnixNano: '1001000000000',
              },
            ],
          },
        ],
      },
    ],
  });
  const api: Inventory = {
    schemaVersion: SCHEMA_VERSION,
    region: '',
    resources: [{ node: 'apigateway:api', kind: 'apigateway', dimensions: { ApiName: 'api' }, limits: {} }],
    edges: [],
    gaps: [
      { source: 'xray', reason: 'xray:GetTraceSummaries: access is denied', next: 'x' },
      { source: 'alarms', reason: 'cloudwatch:DescribeAlarms: access is denied', next: 'x' },
    ],
  };
  const platform = { missing: 'denied' };
  const alarms = { missing: 'denied' };

  it('takes traces of the user’s own by the names of the inventory, and leaves what else the run has', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, plan);
    await writePlatform(host, directory, { inventory: api, platform, alarms });
    await host.fs.writeFile(path.join(host.folder, 'own.json'), JSON.stringify(otlp('api')));
    await refresh(host, directory, { ...NOBODY, files: { traces: 'own.json' } });
    const found = await readPlatform(host, directory, ABSENT);
    expect(found).toMatchObject({ platform, alarms, traces: { source: 'otlp', traces: [{ spans: [{ node: 'apigateway:api' }] }] } });
    expect((found.inventory as Inventory).gaps.map(({ source }) => source)).toEqual(['alarms']);
  });

  it('takes traces also for a run that asked nobody', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, plan);
    await host.fs.writeFile(path.join(host.folder, 'own.json'), JSON.stringify(otlp('api')));
    await refresh(host, directory, { ...NOBODY, files: { traces: 'own.json' } });
    expect(await readPlatform(host, directory, ABSENT)).toMatchObject({ platform: ABSENT, inventory: ABSENT, traces: { source: 'otlp' } });
  });

  it('takes nothing where one of the files is not what it should be', async () => {
    const host = await testHost();
    const directory = await directoryOf(host, plan);
    const traces = tracesWith(many(2, (k) => madeTrace(k, made('apigateway:api GET /auth', 0, 100))));
    await writePlatform(host, directory, { inventory: api, platform, alarms, traces });
    const before = await readPlatform(host, directory, ABSENT);
    const own = { schemaVersion: SCHEMA_VERSION, periodS: 60, times: [], nodes: [], edges: [], series: [] };
    await host.fs.writeFile(path.join(host.folder, 'own.json'), JSON.stringify(own));
    const files = { platform: 'own.json', traces: 'own.json' };
    await expect(refresh(host, directory, { ...NOBODY, files })).rejects.toMatchObject({ exitCode: 104, hint: expect.any(String) });
    expect(await readPlatform(host, directory, ABSENT)).toEqual(before);
  });

  it('asks again for a run that has no answer yet, and keeps the answer', async () => {
    const clock = testClock();
    const toS = clock.now() / 1000 - 3600;
    const telemetry = await startTestTelemetry({ clock });
    await telemetry.tell(
      [0, 1, 2, 3].map((minute) => ({
        namespace: 'AWS/Lambda',
        metric: 'Invocations',
        dimensions: { FunctionName: 'auth' },
        atS: toS - 240 + 60 * minute,
        values: [1, 1],
      })),
    );
    const times = { startedAt: new Date((toS - 240) * 1000).toISOString(), endedAt: new Date(toS * 1000).toISOString() };
    const host = await testHost();
    const directory = await directoryOf(host, { ...plan, ...times, aws: { endpoint: telemetry.endpoint, region: 'us-east-1' } });
    await host.fs.writeFile(
      path.join(host.folder, 'k6.config.json'),
      JSON.stringify({ ext: { loadkit: { resources: [{ node: 'lambda:auth', limits: { memoryMb: 256 } }] } } }),
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    onTestFinished(() => void vi.unstubAllEnvs());
    const began = performance.now();
    const now = (): number => clock.now() + performance.now() - began;
    await refresh({ ...host, now }, directory, NOBODY);
    const { platform } = await readPlatform(host, directory, ABSENT);
    expect(platform).toMatchObject({
      periodS: 60,
      series: expect.arrayContaining([{ node: 'lambda:auth', metric: 'Invocations', stat: 'Sum', unit: 'Count', values: [2, 2, 2, 2] }]),
    });
    expect(host.written.stderr).toContain('AWS: ');

    // Asked again where nothing is listed any more: no answer is no reason to lose one.
    const silent = await startTestTelemetry({ clock });
    await writePlan(host, directory, { ...plan, ...times, aws: { endpoint: silent.endpoint, region: 'us-east-1' } });
    await refresh({ ...host, now }, directory, { ...NOBODY, asked: true });
    expect(host.written.stderr).toMatch(/nothing of the platform[\s\S]*platform\.json\.gz of before is kept/);
    expect((await readPlatform(host, directory, ABSENT)).platform).toEqual(platform);
  }, 60_000);
});
