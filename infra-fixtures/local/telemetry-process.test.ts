import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { startChild } from './child.ts';
import { healthySettings, settingsEnvironment } from './settings.ts';
import { startPlatform } from './telemetry/platform.ts';

const environment = (periodS: number): Record<string, string> => {
  const settings = healthySettings();
  return { ...settingsEnvironment({ ...settings, telemetry: { ...settings.telemetry, periodS, delayS: 0 } }) };
};

it('takes what the platform tells, and answers an SDK client', async () => {
  const child = startChild('telemetry-process', { env: environment(1) });
  try {
    const { endpoint } = await child.message<{ endpoint: string }>('listening');
    const platform = startPlatform(endpoint);
    platform.metric('AWS/Lambda', 'Invocations', { FunctionName: 'auth' }, 1, 'Count');
    await platform.stop();
    const client = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    // The bucket of this second can be read when the second is over.
    await expect
      .poll(async () => (await client.send(new ListMetricsCommand({}))).Metrics, { timeout: 5000 })
      .toEqual([{ Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions: [{ Name: 'FunctionName', Value: 'auth' }] }]);
    client.destroy();
  } finally {
    await child.stop();
  }
  expect(await child.exited).toBe('telemetry-process exited with code 0');
});

it('says what is wrong with a period that CloudWatch does not know', async () => {
  const child = startChild('telemetry-process', { env: environment(7) });
  await expect(child.message('listening')).rejects.toThrow(/telemetry period must be one of 1, 5, 10, 20, 30, 60 seconds, not 7/);
  await child.exited;
});
