import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { functionNames, tableNames } from '../infra-fixtures/game/definition.ts';
import { PLATFORM_PATH, type PlatformBatch, type PlatformMetric } from '../infra-fixtures/local/telemetry/platform.ts';

const REQUESTS_PER_S = 200;
const HOUR_S = 3600;
const LINES_PER_REQUEST = 4;
/** One a second, and 5 % of the rest: X-Ray's default rule. */
const TRACES_PER_S = 11;
const SEGMENTS_PER_TRACE = 6;

/** Memory of the telemetry endpoint over an hour at 200 requests a second, told as the stack's processes tell it, faster than it came. */
export async function bench(): Promise<string> {
  const startS = Math.floor(Date.now() / 60_000) * 60;
  const child = fork(path.join(import.meta.dirname, 'telemetry-hour.js'), [String(startS * 1000)]);
  const next = async <T>() => ((await once(child, 'message')) as [T])[0];
  const { endpoint } = await next<{ endpoint: string }>();
  const resident = new Map<number, number>();
  try {
    for (let second = 0; second < HOUR_S; second += 1) {
      const atS = startS + second;
      child.send({ nowMs: (atS + 1) * 1000 });
      const { rssBytes } = await next<{ rssBytes: number }>();
      resident.set(second, rssBytes);
      const answer = await fetch(endpoint + PLATFORM_PATH, { method: 'POST', body: JSON.stringify(batch(atS)) });
      if (!answer.ok) throw new Error(`a batch was refused: ${answer.status}`);
    }
    child.send({ end: true });
    const { peakBytes } = await next<{ peakBytes: number }>();
    const megabytes = (bytes: number | undefined) => ((bytes ?? Number.NaN) / 2 ** 20).toFixed(0);
    const at = [600, 1800, HOUR_S - 1].map((second) => `${megabytes(resident.get(second))} MB after ${Math.round(second / 60)} min`);
    return `resident ${at.join(', ')}; peak ${megabytes(peakBytes)} MB, one run`;
  } finally {
    child.kill('SIGKILL');
  }
}

const batch = (atS: number): PlatformBatch => ({
  metrics: [
    ...functionNames.flatMap((name) => functionMetrics(name, atS)),
    ...tableNames.flatMap((name) => tableMetrics(name, atS)),
    ...apiMetrics(atS),
  ],
  logs: functionNames.map((name) => ({ group: `/aws/lambda/${name}`, stream: `stream-${atS % 10}`, events: lines(name, atS) })),
  segments: Array.from({ length: TRACES_PER_S }, (_, i) => segments(atS, i)).flat(),
});

const PER_FUNCTION = Math.ceil(REQUESTS_PER_S / functionNames.length);

const metric = (namespace: string, name: string, dimensions: Record<string, string>, atS: number, values: number[]): PlatformMetric => ({
  namespace,
  metric: name,
  dimensions,
  unit: 'Milliseconds',
  atS,
  values,
  counts: values.map(() => 1),
});

/** As many different values as there were requests. */
const latencies = (count: number, atS: number): number[] =>
  Array.from({ length: count }, (_, i) => Number((2 + ((atS * 31 + i * 17) % 997) / 7).toPrecision(3)));

const functionMetrics = (name: string, atS: number): PlatformMetric[] => {
  const metrics = ['Invocations', 'Errors', 'ConcurrentExecutions'].map((each) =>
    metric('AWS/Lambda', each, { FunctionName: name }, atS, [1]),
  );
  return [...metrics, metric('AWS/Lambda', 'Duration', { FunctionName: name }, atS, latencies(PER_FUNCTION, atS))];
};

const OPERATIONS = ['GetItem', 'PutItem', 'UpdateItem', 'Query'];
const tableMetrics = (name: string, atS: number): PlatformMetric[] => [
  ...['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map((each) =>
    metric('AWS/DynamoDB', each, { TableName: name }, atS, [1, 2, 4.5]),
  ),
  ...OPERATIONS.map((Operation) =>
    metric('AWS/DynamoDB', 'SuccessfulRequestLatency', { TableName: name, Operation }, atS, latencies(10, atS)),
  ),
];

const ROUTES_PER_API = 28;
const apiMetrics = (atS: number): PlatformMetric[] =>
  ['Count', 'Latency', 'IntegrationLatency', '4XXError', '5XXError'].flatMap((name) => [
    metric('AWS/ApiGateway', name, { ApiName: 'api' }, atS, latencies(REQUESTS_PER_S, atS)),
    ...Array.from({ length: ROUTES_PER_API }, (_, i) =>
      metric('AWS/ApiGateway', name, { ApiName: 'api', Stage: 'prod', Resource: `/r${i}`, Method: 'GET' }, atS, latencies(7, atS)),
    ),
  ]);

const lines = (name: string, atS: number) =>
  Array.from({ length: PER_FUNCTION * LINES_PER_REQUEST }, (_, i) => ({
    timestamp: atS * 1000 + i,
    message: `REPORT RequestId: ${hex(atS * 1000 + i, 32)}\tDuration: ${(2 + (i % 97) / 7).toFixed(2)} ms\tBilled Duration: ${3 + (i % 97)} ms\tMemory Size: 512 MB\tMax Memory Used: 92 MB ${name}`,
  }));

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

const segments = (atS: number, trace: number): object[] =>
  Array.from({ length: SEGMENTS_PER_TRACE }, (_, i) => ({
    name: `service-${i}`,
    id: hex(atS * 1000 + trace * 10 + i, 16),
    trace_id: `1-${hex(atS, 8)}-${hex(trace, 24)}`,
    ...(i > 0 && { parent_id: hex(atS * 1000 + trace * 10 + i - 1, 16) }),
    start_time: atS + i / 1000,
    end_time: atS + 0.1 - i / 1000,
    ...(i === 0
      ? {
          origin: 'AWS::ApiGateway::Stage',
          http: { request: { method: 'GET', url: `https://example.com/r${trace}` }, response: { status: 200 } },
        }
      : { origin: 'AWS::Lambda::Function' }),
  }));
