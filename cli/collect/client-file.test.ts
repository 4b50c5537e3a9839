import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { histogramOf } from '../../analyzers/models/histogram.ts';
import { readClient, writeClient } from './client-file.ts';
import type { Collected } from './compact.ts';

const collected: Collected = {
  client: {
    schemaVersion: 1,
    startS: 1000.25,
    periodS: 1,
    slots: 3,
    executionStartS: 1001,
    endpoints: [
      { name: '__proto__', requests: [2, 0, 1], errors: [0, 0, 1], latencyS: [histogramOf([0.125, 2]), null, histogramOf([0])] },
      { name: 'GET /</script>\u2028', requests: [0, 0, 0], errors: [0, 0, 0], latencyS: [null, null, null] },
    ],
    trends: [{ name: 'turn', unit: 's', slots: [null, histogramOf([1, 2, 3]), null] }],
    counters: [{ name: 'gold', slots: [1, -2, 0] }],
    users: [1, null, 3],
    iterations: [1, 2, 3],
    droppedIterations: [0, 0, 1],
    errorClasses: [{ endpoint: '__proto__', status: '503', errorCode: '1503', count: 1 }],
    scriptErrors: { count: 1, messages: ['oh'] },
    overflow: { names: 0, seriesLost: 0 },
    gaps: [{ fromS: 1, toS: 4 }],
    exact: {
      latencyMs: { avg: 1, min: 0, med: 1, max: 2, p90: 2, p95: 2, p99: 2 },
      requests: 3,
      failedRate: null,
      thresholds: [{ metric: 'http_req_duration', expression: 'p(95)<2000', ok: true, samples: true }],
      checks: [{ name: 'ok', passes: 1, fails: 0 }],
    },
    complete: true,
  },
  generator: {
    samples: [{ timeS: 1, engineCpuCores: null, engineMemoryBytes: 1, machineCpu: 0.5, eventLoopLagMsP99: 0, ownMemoryBytes: 2 }],
  },
};

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loadkit-client-'));
  path = join(directory, 'client.json.gz');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What is in the file, changed. */
const rewrite = async (change: (document: Record<string, unknown>) => unknown) => {
  const document = change(JSON.parse(gunzipSync(await readFile(path)).toString()));
  await writeFile(path, gzipSync(JSON.stringify(document)));
};

describe('client.json.gz', () => {
  it('reads what was written, and leaves nothing else behind', async () => {
    await writeClient(path, collected);
    expect(await readClient(path)).toEqual(collected);
    expect(await readdir(directory)).toEqual(['client.json.gz']);
  });

  it('has its keys at the top, as the contract says, and ignores keys that a later version adds', async () => {
    await writeClient(path, collected);
    await rewrite((document) => {
      expect(Object.keys(document).sort()).toEqual([...Object.keys(collected.client), 'generator'].sort());
      return { ...document, colour: 'blue' };
    });
    expect(await readClient(path)).toEqual(collected);
  });

  it('is not there at all when writing fails', async () => {
    const broken = { ...collected, generator: { samples: [1n as never] } };
    await expect(writeClient(path, broken)).rejects.toThrow(TypeError);
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused when it is missing, cut short, foreign or damaged', async () => {
    const refused = () => expect(readClient(path)).rejects.toMatchObject({ name: 'UserError', exitCode: 104 });
    await refused();
    await writeClient(path, collected);
    const whole = await readFile(path);
    for (const content of [
      whole.subarray(0, -9),
      whole.subarray(0, 5),
      Buffer.alloc(0),
      Buffer.from('hello'),
      gzipSync('[1]'),
      gzipSync('{}'),
    ]) {
      await writeFile(path, content);
      await refused();
    }
  });

  it.each<[string, (document: Record<string, unknown>) => unknown]>([
    ['another schema version', (document) => ({ ...document, schemaVersion: 2 })],
    ['users that are no numbers', (document) => ({ ...document, users: ['1', null, 3] })],
    ['a series of another length', (document) => ({ ...document, iterations: [1, 2] })],
    ['a name that is no text', (document) => ({ ...document, counters: [{ name: 5, slots: [1, 2, 3] }] })],
    ['a histogram with half a count', (document) => ({ ...document, trends: [{ name: 'x', unit: 's', slots: [0, 1, 3, 0, 1, 5, 0.5] }] })],
    ['a missing key', ({ gaps: _, ...document }) => document],
    ['no generator', ({ generator: _, ...document }) => document],
  ])('is refused with %s', async (_, change) => {
    await writeClient(path, collected);
    await rewrite(change);
    await expect(readClient(path)).rejects.toMatchObject({ name: 'UserError', exitCode: 104 });
  });
});
