import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { TelemetryFile } from '../analyzers/telemetry-file.ts';
import { testHost } from '../tests/test-host.ts';
import { readTelemetryFile } from './telemetry-file.ts';

const file: TelemetryFile = {
  schemaVersion: 1,
  periodS: 60,
  times: [60, 120],
  nodes: [{ id: 'lambda:auth' }],
  edges: [],
  series: [{ node: 'lambda:auth', metric: 'Errors', stat: 'Sum', values: [null, 3] }],
};

it.each([
  ['plain', JSON.stringify(file)],
  ['compressed', gzipSync(JSON.stringify(file))],
])('may be %s, whatever it is called', async (_how, content) => {
  const host = await testHost();
  for (const name of ['a.json', 'a.json.gz', 'a']) {
    await host.fs.writeFile(path.join(host.folder, name), content);
    expect(await readTelemetryFile(host, name)).toEqual(file);
  }
});

const counting = (stat: string, value: number): string =>
  JSON.stringify({ ...file, series: [{ node: 'lambda:auth', metric: 'Errors', stat, values: [null, value] }] });

it.each([
  ['gone.json', null, /^cannot read the telemetry file gone\.json$/],
  ['torn.json', '{"schema', /^the telemetry file torn\.json is not JSON/],
  ['torn.json.gz', gzipSync(JSON.stringify(file)).subarray(0, 40), /^the telemetry file torn\.json\.gz is not JSON/],
  ['other.json', '{"schemaVersion":1}', /^other\.json is no telemetry file: /],
  ['sum.json', counting('Sum', -1), /Errors\/Sum of lambda:auth is -1/],
  ['count.json', counting('SampleCount', -1), /Errors\/SampleCount of lambda:auth is -1/],
])('is refused with one clear error where it is none: %s', async (name, content, message) => {
  const host = await testHost();
  if (content !== null) await host.fs.writeFile(path.join(host.folder, name), content);
  await expect(readTelemetryFile(host, name)).rejects.toMatchObject({
    name: 'UserError',
    exitCode: 104,
    message: expect.stringMatching(message),
  });
});

it('may hold what is negative and no count', async () => {
  const host = await testHost();
  await host.fs.writeFile(path.join(host.folder, 'a.json'), counting('Minimum', -1));
  expect((await readTelemetryFile(host, 'a.json')).series[0]?.values).toEqual([null, -1]);
});
