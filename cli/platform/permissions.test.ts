import { expect, it, onTestFinished, vi } from 'vitest';
import { startTestTelemetry } from '../../tests/telemetry.ts';
import { testHost } from '../../tests/test-host.ts';
import { diagnoseAws } from './permissions.ts';

it('tells which actions are allowed, what mends the others, and the least policy', async () => {
  const { endpoint } = await startTestTelemetry({ trouble: ['denied'] });
  for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const diagnosis = await diagnoseAws(await testHost(), { aws: { region: 'eu-central-1', stackName: 'game' }, resources: [], edges: [] });
  expect(diagnosis).toMatchObject({ ready: true, region: 'eu-central-1' });
  expect(diagnosis.checks).toContainEqual(expect.objectContaining({ action: 'cloudwatch:GetMetricData', status: 'ok' }));
  expect(diagnosis.checks).toContainEqual(
    expect.objectContaining({ action: 'xray:BatchGetTraces', status: 'warn', fix: expect.stringContaining('xray:BatchGetTraces') }),
  );
  expect(JSON.stringify(diagnosis.policy)).toContain('cloudformation:ListStackResources');
});
