import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PLATFORM_PATH, type PlatformBatch } from '../infra-fixtures/local/telemetry/platform.ts';

/** Takes what processes of the stack hand over, in place of the telemetry endpoint. */
export interface PlatformReceiver {
  url: string;
  metrics: PlatformBatch['metrics'];
  /** Of all observations of a metric under exactly these dimensions. */
  sum(metric: string, dimensions: Readonly<Record<string, string>>): number;
  stop(): void;
}

export const receivePlatform = async (): Promise<PlatformReceiver> => {
  const metrics: PlatformBatch['metrics'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      if (request.url === PLATFORM_PATH) metrics.push(...(JSON.parse(body) as PlatformBatch).metrics);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics,
    sum: (name, dimensions) =>
      metrics
        .filter((each) => each.metric === name && JSON.stringify(each.dimensions) === JSON.stringify(dimensions))
        .reduce((total, { values, counts }) => total + values.reduce((all, value, at) => all + value * (counts[at] ?? 0), 0), 0),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
