import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Inventory, SCHEMA_VERSION } from '../../analyzers/contract.ts';
import type { TelemetryFile } from '../../analyzers/telemetry-file.ts';
import { testHost } from '../../tests/test-host.ts';
import { FILES } from '../store.ts';
import { readPlatform, writePlatform } from './files.ts';

const ABSENT = { notAsked: 'no platform was asked' };
const inventory: Inventory = { schemaVersion: SCHEMA_VERSION, region: 'eu-central-1', resources: [], edges: [], gaps: [] };
const platform: TelemetryFile = {
  schemaVersion: SCHEMA_VERSION,
  periodS: 60,
  times: [60, 120],
  nodes: [{ id: 'lambda:auth' }],
  edges: [],
  series: [{ node: 'lambda:auth', metric: 'Errors', stat: 'Sum', values: [null, 3] }],
};

describe('a run directory', () => {
  it('gives back what it was given, reasons for what is missing included', async () => {
    const host = await testHost();
    const files = { inventory, platform, alarms: { missing: 'cloudwatch:DescribeAlarms: access is denied' } };
    await writePlatform(host, host.folder, files);
    expect(await readPlatform(host, host.folder, ABSENT)).toMatchObject(files);
    expect((await host.fs.readdir(host.folder)).toSorted()).toEqual([FILES.alarms, FILES.inventory, FILES.platform]);
  });

  it('of before there was anything to ask has not been asked', async () => {
    const host = await testHost();
    expect(await readPlatform(host, host.folder, ABSENT)).toEqual({
      inventory: ABSENT,
      platform: ABSENT,
      alarms: ABSENT,
      traces: ABSENT,
    });
  });

  it.each([
    [FILES.platform, 'no gzip'],
    [FILES.platform, gzipSync('{"schemaVersion": 2}')],
    [FILES.inventory, '{"schemaVersion":1,"resources":[]}'],
    [FILES.inventory, '{"schemaVersion":1,"resources":[],"edges":[null],"gaps":[]}'],
    [FILES.inventory, '{"schemaVersion":1,"resources":[{"node":3}],"edges":[],"gaps":[]}'],
    [FILES.alarms, '{'],
    [FILES.alarms, '{"schemaVersion":1,"alarms":[null]}'],
  ])('with a damaged %s goes without that one', async (name, content) => {
    const host = await testHost();
    await writePlatform(host, host.folder, { inventory, platform, alarms: { schemaVersion: SCHEMA_VERSION, alarms: [] } });
    await host.fs.writeFile(path.join(host.folder, name), content);
    const { traces: _withTheInventory, ...found } = await readPlatform(host, host.folder, ABSENT);
    expect(Object.values(found).filter((each) => 'missing' in each)).toEqual([{ missing: expect.stringContaining(name) }]);
  });
});
