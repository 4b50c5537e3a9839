import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type TestHost, testHost } from '../../tests/test-host.ts';
import { telemetry } from '../../tests/written-telemetry.ts';
import type { UserError } from '../errors.ts';
import { diagnoseCommand } from './diagnose.ts';

const usual = { api: { 'Latency/Average': 0.1, 'Requests/Sum': 500 }, 'db/orders': { 'Latency/Average': 0.02, 'Requests/Sum': 500 } };
const normal = telemetry(100, ['api>db/orders'], usual, { seed: 1 });
const slow = (seconds: number) => (t: number) => seconds + (t >= 6 ? 0.3 : 0);
const incident = telemetry(
  10,
  ['api>db/orders'],
  {
    api: { 'Latency/Average': slow(0.1), 'Requests/Sum': 500 },
    'db/orders': { 'Latency/Average': slow(0.02), 'Requests/Sum': 500 },
  },
  { seed: 2 },
);

async function hostWith(files: Readonly<Record<string, string | Uint8Array | object>>): Promise<TestHost> {
  const host = await testHost();
  for (const [name, content] of Object.entries(files)) {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    await fs.writeFile(path.join(host.folder, name), isRaw ? content : JSON.stringify(content));
  }
  return host;
}

const files = { 'normal.json': normal, 'incident.json': incident };
const run = (host: TestHost, { symptom = 'api/Latency/Average', incident = 'incident.json' } = {}, ...more: string[]) =>
  diagnoseCommand(host).parseAsync(['--normal', 'normal.json', '--incident', incident, '--symptom', symptom, ...more], { from: 'user' });

test('--json prints one document with the verdict and the causes, likeliest first, and ends with 0', async () => {
  const host = await hostWith(files);
  await run(host, {}, '--json');
  const document = JSON.parse(host.written.stdout);
  expect(document).toMatchObject({
    schemaVersion: 1,
    verdict: 'bottleneck',
    causes: [{ node: 'db/orders', resource: 'latency', score: expect.any(Number), since: 1_790_000_360, evidence: expect.any(Array) }],
  });
  expect(document.causes[0].evidence[0]).toMatchObject({ what: expect.any(String), value: expect.any(Number) });
  expect(host.written).toMatchObject({ stderr: '', exitCode: 0 });
});

test('says it for a reader without --json', async () => {
  const host = await hostWith(files);
  await run(host);
  expect(host.written.stdout).toMatch(/^bottleneck: Latency of api is 0\.\d+ instead of 0\.\d+; db\/orders explains it best\n/);
  expect(host.written.stdout).toMatch(
    /\nfrom \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ to \S+Z\n\n1\. db\/orders \(latency\), score 0\.\d\d\n {3}share of /,
  );
  expect(host.written.stdout).toMatch(/\n {3}Latency Average, against 0\.02\d* beside it: 0\.3\d*\n/);
});

test('an empty list of causes and 0 where nothing is wrong', async () => {
  const host = await hostWith({ ...files, 'incident.json': telemetry(10, ['api>db/orders'], usual, { seed: 3 }) });
  await run(host, {}, '--json');
  expect(JSON.parse(host.written.stdout)).toMatchObject({ verdict: 'no bottleneck', causes: [] });
  expect(host.written.exitCode).toBe(0);
});

test('takes gzipped files, and node ids with slashes', async () => {
  const host = await hostWith({ 'normal.json': normal, 'incident.json.gz': gzipSync(JSON.stringify(incident)) });
  await run(host, { incident: 'incident.json.gz', symptom: 'db/orders/Latency/Average' }, '--json');
  expect(JSON.parse(host.written.stdout)).toMatchObject({ verdict: 'bottleneck', causes: [{ node: 'db/orders' }] });
});

test('too little data is inconclusive, and ends with 80', async () => {
  const host = await hostWith({ ...files, 'normal.json': telemetry(4, ['api>db/orders'], usual) });
  await run(host, {}, '--json');
  expect(JSON.parse(host.written.stdout)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringMatching(/4 datapoints/),
    causes: [],
  });
  expect(host.written.exitCode).toBe(80);
});

test.each<[string, Parameters<typeof hostWith>[0], Parameters<typeof run>[1], RegExp, RegExp]>([
  ['a file that is not there', { 'normal.json': normal }, {}, /^cannot read the telemetry file incident\.json$/, /path/],
  [
    'a file that is not JSON',
    { ...files, 'incident.json': '{"schemaVersion": 1,' },
    {},
    /^the telemetry file incident\.json is not JSON: /,
    /whole/,
  ],
  ['a torn archive', { ...files, 'incident.json': gzipSync('{}').subarray(0, 12) }, {}, /is not JSON: /, /whole/],
  [
    'a file of another kind',
    { ...files, 'incident.json': { ...incident, times: [1] } },
    {},
    /^incident\.json is no telemetry file: series\[0\] has 10 values for 1 times$/,
    /null where it is missing/,
  ],
  ['no period', { ...files, 'incident.json': telemetry(0, ['api>db/orders'], usual) }, {}, /^incident\.json holds no time$/, /one period/],
  [
    'different periods',
    { ...files, 'incident.json': { ...incident, periodS: 20 } },
    {},
    /periods of 60 s and incident\.json of 20 s/,
    /same/,
  ],
  ['a symptom of one word', files, { symptom: 'api' }, /^--symptom api is not NODE\/METRIC\/STAT$/, /such as/],
  [
    'an unknown metric',
    files,
    { symptom: 'api/Duration/Average' },
    /neither file has a series api\/Duration\/Average/,
    /^api has Latency\/Average/,
  ],
  [
    'an unknown node',
    files,
    { symptom: 'web/Latency/Average' },
    /neither file has a series web/,
    /^the nodes with series are api, db\/orders$/,
  ],
])('refuses %s with 104, one sentence and a hint', async (_, given, options, message, hint) => {
  const host = await hostWith(given);
  const error = (await run(host, options).catch((thrown: unknown) => thrown)) as UserError;
  expect(error).toMatchObject({ exitCode: 104, message: expect.stringMatching(message), hint: expect.stringMatching(hint) });
  expect(host.written.stdout).toBe('');
});
