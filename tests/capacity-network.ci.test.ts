/**
 * `loadkit capacity` with real k6 against networks of waits whose truth is known (`queueing-networks.ts`), with CloudWatch and X-Ray for their platform. A test
 * takes five to six minutes, so this runs in CI alone (vitest.config.ts), and all four at once: together they keep a tenth of two cores busy.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Capacity } from '../analyzers/capacity/capacity.ts';
import { randomSource } from '../analyzers/models/random.ts';
import { startTelemetry } from '../infra-fixtures/local/telemetry/telemetry.ts';
import { resourcesOf, startNetwork } from '../infra-fixtures/queueing-network/server.ts';
import type { StationSpec } from '../infra-fixtures/queueing-network/station.ts';
import { loadkit, temporaryFolder } from './loadkit.ts';
import { coherency, limited, limitOf, PEAK, queues, USERS } from './queueing-networks.ts';

/** Users without think time: as many requests are in the network at any time. */
const SCRIPT = `import http from 'k6/http';
export const options = {
  scenarios: { users: { executor: 'constant-vus', vus: Number(__ENV.LOADKIT_USERS), duration: __ENV.LOADKIT_DURATION_S + 's' } },
};
const hex = (value, digits) => value.toString(16).padStart(digits, '0');
export default function () {
  const root = __ENV.LOADKIT_TRACE_PREFIX + hex(__VU, 6) + hex(__ITER, 10);
  http.get(__ENV.LOADKIT_TARGET, { tags: { name: 'GET /' }, headers: { 'X-Amzn-Trace-Id': 'Root=' + root } });
}`;

/** As short as a steady window allows. */
const STEP = '35s';

async function steppedTest(stations: readonly StationSpec[], [from, to]: readonly [number, number], seed: number): Promise<Capacity> {
  const cwd = temporaryFolder();
  const telemetry = await startTelemetry({ periodS: 1, delayS: 1 });
  onTestFinished(() => telemetry.stop());
  const network = await startNetwork({ stations, telemetry: telemetry.endpoint, random: randomSource(seed).uniform });
  onTestFinished(() => network.stop());
  const resources = resourcesOf(stations);
  writeFileSync(path.join(cwd, 'network.js'), SCRIPT);
  writeFileSync(path.join(cwd, 'k6.config.json'), JSON.stringify({ ext: { loadkit: { resources } } }));
  const aws = { AWS_ENDPOINT_URL: telemetry.endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const load = ['--users', `${from}..${to}`, '--steps', '8', '--refine', '0', '--duration', STEP];
  const { stdout, stderr } = await loadkit(['capacity', 'network.js', '--target', network.url, ...load, '--out', 'test', '--json'], {
    cwd,
    // A network without resources tells nothing of its platform, and nobody is to ask for it.
    env: resources.length > 0 ? aws : {},
  });
  if (stdout === '') throw new Error(`no capacity on stdout; stderr says:\n${stderr}`);
  expect(JSON.parse(readFileSync(path.join(cwd, 'test/capacity.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  return JSON.parse(stdout) as Capacity;
}

const expectWithin = (share: number, value: number | null | undefined, truth: number): void => {
  expect(value ?? Number.NaN, `known to be ${truth}`).toBeGreaterThan(truth * (1 - share));
  expect(value ?? Number.NaN, `known to be ${truth}`).toBeLessThan(truth * (1 + share));
};
const expectRefused = ({ usl, resources }: Capacity, usersMax: number): void => {
  expect(usl).toMatchObject({
    verdict: 'inconclusive',
    peak: null,
    reason: expect.stringContaining('Test with `loadkit capacity'),
    testedUsersMax: usersMax,
  });
  for (const { at } of resources) expect(at?.users ?? 0).toBeLessThanOrEqual(2 * usersMax);
};

/** A step that a stalling machine spoils is made again, of its own accord. */
const TIMEOUT_MS = 600_000;

it('recovers demands, limit and peak where the test brackets them, and refuses at a fifth', { timeout: TIMEOUT_MS }, async () => {
  const [full, fifth, peaked, fifthOfPeak] = await Promise.all([
    steppedTest(queues, USERS.queues.bracketing, 1),
    steppedTest(queues, USERS.queues.fifth, 2),
    steppedTest(coherency, USERS.coherency.bracketing, 3),
    steppedTest(coherency, USERS.coherency.fifth, 4),
  ]);
  for (const station of limited) {
    const found = full.resources.find(({ node }) => node === `fargate:${station.name}`);
    expectWithin(0.05, found?.perRequest, station.serviceS);
    expectWithin(0.1, found?.at?.throughput, limitOf(station));
  }
  // What it says of the first to be used up is what came of it.
  const [first] = full.resources;
  expect(first?.node).toBe('fargate:database');
  expectWithin(0.1, Math.max(...full.steps.map(({ throughput }) => throughput ?? 0)), first?.at?.throughput ?? Number.NaN);
  expectWithin(0.1, full.usl.limit, 200);
  expect(full.usl.peak).toBeNull();

  expectWithin(0.1, peaked.usl.peak?.users, PEAK.users);
  expectWithin(0.1, peaked.usl.peak?.throughput, PEAK.throughput);

  expectRefused(fifth, USERS.queues.fifth[1]);
  expectRefused(fifthOfPeak, USERS.coherency.fifth[1]);
});
