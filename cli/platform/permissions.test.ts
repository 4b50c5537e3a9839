import { expect, it, onTestFinished, vi } from 'vitest';
import type { TroubleName } from '../../infra-fixtures/local/telemetry/trouble.ts';
import { startTestTelemetry, testClock } from '../../tests/telemetry.ts';
import { testHost } from '../../tests/test-host.ts';
import { type AwsDiagnosis, diagnoseAws } from './permissions.ts';

async function diagnosed(...trouble: TroubleName[]): Promise<AwsDiagnosis> {
  const { endpoint } = await startTestTelemetry({ trouble, clock: { ...testClock(), now: Date.now } });
  for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return diagnoseAws(await testHost(), { aws: { region: 'eu-central-1', stackName: 'game' }, resources: [], edges: [] });
}

it('tells which actions are allowed, what mends the others, and the least policy', async () => {
  const diagnosis = await diagnosed('denied');
  expect(diagnosis).toMatchObject({ ready: true, region: 'eu-central-1', clock: { status: 'ok' } });
  expect(diagnosis.checks).toContainEqual(expect.objectContaining({ action: 'cloudwatch:GetMetricData', status: 'ok' }));
  expect(diagnosis.checks).toContainEqual(
    expect.objectContaining({ action: 'xray:BatchGetTraces', status: 'warn', fix: expect.stringContaining('xray:BatchGetTraces') }),
  );
  expect(JSON.stringify(diagnosis.policy)).toContain('cloudformation:ListStackResources');
});

const OF_TELEMETRY = /^(cloudwatch|xray|logs):/;
const notAllowed = ({ checks }: AwsDiagnosis): string[] =>
  checks.filter(({ action, status }) => OF_TELEMETRY.test(action) && status !== 'ok').map(({ action }) => action);

it('tells of a clock that is not that of AWS, and of nothing else that comes of it', async () => {
  const diagnosis = await diagnosed('skew');
  expect(diagnosis.clock).toEqual({
    status: 'warn',
    found: "this machine's clock is 10 min behind AWS's",
    fix: expect.stringContaining('NTP'),
  });
  expect(notAllowed(diagnosis)).toEqual([]);
});

it('tries again what is throttled', async () => {
  expect(notAllowed(await diagnosed('throttle'))).toEqual([]);
});
