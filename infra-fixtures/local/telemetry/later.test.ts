import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { expect, it, onTestFinished } from 'vitest';
import { PLATFORM_PATH, type PlatformBatch } from './platform.ts';
import { startTelemetry } from './telemetry.ts';

const TRACE_ID = '1-6b000000-0badcafe0000000000000001';

it('keeps what is told in skew by the clock of the endpoint', async () => {
  const telemetry = await startTelemetry({ periodS: 60, delayS: 0, trouble: ['skew'] });
  onTestFinished(() => telemetry.stop());
  const atS = Math.floor(Date.now() / 60_000) * 60 - 120;
  const [inner, outer] = ['00000000000000bb', '00000000000000aa'].map((id) => ({ id, name: 'auth', start_time: atS, end_time: atS + 1 }));
  const embedded = {
    _aws: { Timestamp: atS * 1000, CloudWatchMetrics: [{ Namespace: 'Game', Dimensions: [[]], Metrics: [{ Name: 'Logins' }] }] },
    Logins: 1,
  };
  const batch: PlatformBatch = {
    metrics: [
      {
        namespace: 'AWS/Lambda',
        metric: 'Invocations',
        dimensions: { FunctionName: 'auth' },
        unit: 'Count',
        atS,
        values: [1],
        counts: [1],
      },
    ],
    logs: [{ group: '/aws/lambda/auth', stream: 's', events: [{ timestamp: atS * 1000, message: JSON.stringify(embedded) }] }],
    segments: [{ ...outer, trace_id: TRACE_ID, subsegments: [inner] }],
  };
  await fetch(telemetry.endpoint + PLATFORM_PATH, { method: 'POST', body: JSON.stringify(batch) });

  const config = { endpoint: telemetry.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const [cloudwatch, logs, xray] = [new CloudWatchClient(config), new CloudWatchLogsClient(config), new XRayClient(config)];
  onTestFinished(() => [cloudwatch, logs, xray].forEach((client) => void client.destroy()));
  const query = (Id: string, Namespace: string, MetricName: string, Dimensions: { Name: string; Value: string }[]) => ({
    Id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
  });
  const metrics = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date((atS - 600) * 1000),
      EndTime: new Date((atS + 1200) * 1000),
      MetricDataQueries: [
        query('own', 'AWS/Lambda', 'Invocations', [{ Name: 'FunctionName', Value: 'auth' }]),
        query('emf', 'Game', 'Logins', []),
      ],
    }),
  );
  expect(metrics.MetricDataResults?.map(({ Timestamps }) => Timestamps?.map((time) => Number(time) / 1000))).toEqual([
    [atS + 600],
    [atS + 600],
  ]);
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/auth' }));
  expect(events?.map(({ timestamp }) => timestamp)).toEqual([(atS + 600) * 1000]);
  const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [TRACE_ID] }));
  expect(JSON.parse(Traces?.[0]?.Segments?.[0]?.Document ?? '')).toMatchObject({
    start_time: atS + 600,
    end_time: atS + 601,
    subsegments: [{ start_time: atS + 600, end_time: atS + 601 }],
  });
});
