import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Report } from '../analyzers/contract.ts';
import { findK6 } from '../cli/engines/k6/find.ts';
import { realHost } from '../cli/host.ts';
import { MAIN, meteredK6, runProcess, spread, temporaryFolder } from './measure.ts';

const ROUNDS = 5;
const DURATION_S = 20;

/** 200 users with think time on 20 routes: some 800 requests a second, which leaves the two cores room, so that nobody waits for a processor. */
const SCRIPT = `import http from 'k6/http';
import { sleep } from 'k6';
export const options = { scenarios: { players: { executor: 'constant-vus', vus: 200, duration: '${DURATION_S}s', gracefulStop: '2s' } } };
export default function () {
  const route = (__VU + __ITER) % 20;
  http.get(\`\${__ENV.LOADKIT_TARGET}/r\${route}\`, { tags: { name: \`GET /r\${route}\` } });
  sleep(0.2 + (__ITER % 10) / 100);
}`;

/** Processor time of k6 per request, and requests per second, under loadkit against bare \`k6 run\` of the same script: at most 1.10, at least 0.95. */
export async function bench(): Promise<string> {
  const { folder, remove } = temporaryFolder();
  const server = createServer((_request, response) => void response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const script = path.join(folder, 'overhead.js');
  writeFileSync(script, SCRIPT);
  const k6 = meteredK6((await findK6(realHost())).path, folder);

  const measured = { bare: [] as Measured[], ours: [] as Measured[] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const summary = path.join(folder, `bare-${round}.json`);
      const bare = await runProcess(k6.path, [
        'run',
        '--quiet',
        '--no-usage-report',
        '--summary-export',
        summary,
        '-e',
        `LOADKIT_TARGET=${target}`,
        script,
      ]);
      if (bare.code !== 0) throw new Error(bare.stderr);
      const { metrics } = (await import(summary, { with: { type: 'json' } })).default as { metrics: { http_reqs: { count: number } } };
      measured.bare.push({ requests: metrics.http_reqs.count, cpuS: k6.cpuS() });

      const ours = await runProcess(
        process.execPath,
        [MAIN, 'run', script, '--target', target, '--json', '--out', path.join(folder, `run-${round}`)],
        { env: { LOADKIT_K6: k6.path } },
      );
      const { summary: counted } = JSON.parse(ours.stdout) as Report;
      measured.ours.push({ requests: counted.requests ?? Number.NaN, cpuS: k6.cpuS() });
    }
  } finally {
    server.close();
    server.closeAllConnections();
    remove();
  }
  const perRequest = ({ cpuS, requests }: Measured) => (1e6 * cpuS) / requests;
  const pairs = measured.ours.map((ours, i) => ({ ours, bare: measured.bare[i] ?? { requests: Number.NaN, cpuS: Number.NaN } }));
  return [
    `k6 alone ${spread(measured.bare.map(perRequest), 0)} µs of processor per request, ${spread(
      measured.bare.map(({ requests }) => requests / DURATION_S),
      0,
    )} requests/s`,
    `under loadkit ${spread(measured.ours.map(perRequest), 0)} µs, ${spread(
      measured.ours.map(({ requests }) => requests / DURATION_S),
      0,
    )} requests/s`,
    `ratio of processor time ${spread(pairs.map(({ ours, bare }) => perRequest(ours) / perRequest(bare)))} (target: at most 1.10)`,
    `ratio of requests/s ${spread(pairs.map(({ ours, bare }) => ours.requests / bare.requests))} (target: at least 0.95), ${ROUNDS} pairs of ${DURATION_S} s`,
  ].join('\n');
}

interface Measured {
  requests: number;
  cpuS: number;
}
