import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GeneratorSample } from '../../analyzers/contract.ts';
import { histogramOf, mergeHistograms } from '../../analyzers/models/histogram.ts';
import { compact, SLOTS_MAX } from './compact.ts';
import type { JournalRecord, Push } from './journal.ts';
import { packHistogram } from './packed.ts';

const header: JournalRecord = { kind: 'journal', version: 1, startedS: 900 };
const end: JournalRecord = { kind: 'end', exact: null, scriptErrors: { count: 2, messages: ['oh'] } };
const push = (atS: number, part: Partial<Push> = {}): Push => ({
  kind: 'push',
  fromS: atS - 1,
  atS,
  users: 10,
  iterations: 1,
  droppedIterations: 0,
  endpoints: [],
  trends: [],
  counters: [],
  errorClasses: [],
  ...part,
});
const generator = (timeS: number, part: Partial<GeneratorSample> = {}): JournalRecord => ({
  kind: 'generator',
  timeS,
  engineCpuCores: 1,
  engineMemoryBytes: 1e8,
  machineCpu: 0.5,
  eventLoopLagMsP99: 1,
  ownMemoryBytes: 5e7,
  ...part,
});
const latency = (...seconds: number[]) => packHistogram(histogramOf(seconds));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loadkit-compact-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

let files = 0;
const compacted = async (records: readonly JournalRecord[], tail = '') => {
  const path = join(directory, `${files++}.ndjson`);
  await writeFile(path, `${records.map((record) => JSON.stringify(record)).join('\n')}\n${tail}`);
  return compact(path);
};
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe('compact', () => {
  it('lays pushes out second by second', async () => {
    const { client } = await compacted([
      header,
      push(1001, {
        endpoints: [[0, 1, latency(0.1, 0.2)]],
        trends: [[0, latency(3)]],
        counters: [[0, 5]],
        errorClasses: [[0, 1]],
        names: {
          endpoints: ['GET /a'],
          trends: [{ name: 'turn', unit: 's' }],
          counters: ['gold'],
          errorClasses: [{ endpoint: 0, status: '503', errorCode: '1503' }],
        },
      }),
      push(1002, { users: 20, executionStartS: 1001.4 }),
      push(1003, { users: null, endpoints: [[0, 0, latency(0.4)]], droppedIterations: 3, overflow: { names: 4, seriesLost: 5 } }),
      end,
    ]);
    expect(client).toMatchObject({
      startS: 1000,
      periodS: 1,
      slots: 3,
      executionStartS: 1001.4,
      users: [10, 20, null],
      iterations: [1, 1, 1],
      droppedIterations: [0, 0, 3],
      endpoints: [{ name: 'GET /a', requests: [2, 0, 1], errors: [1, 0, 0], latencyS: [{ count: 2 }, null, { count: 1 }] }],
      trends: [{ name: 'turn', unit: 's', slots: [{ count: 1 }, null, null] }],
      counters: [{ name: 'gold', slots: [5, 0, 0] }],
      errorClasses: [{ endpoint: 'GET /a', status: '503', errorCode: '1503', count: 1 }],
      scriptErrors: { count: 2, messages: ['oh'] },
      overflow: { names: 4, seriesLost: 5 },
      complete: true,
    });
  });

  it('gives each push its slot though they come a little early and late', async () => {
    const jitter = [0, 0.3, -0.3, 0.2, 0, -0.2, 0.4, 0];
    const pushes = jitter.map((late, k) =>
      push(1001 + k + late, { fromS: Math.max(1000 + k + late, k === 0 ? 0 : 1000 + k + (jitter[k - 1] ?? 0)) }),
    );
    expect((await compacted([header, ...pushes, end])).client.iterations).toEqual(jitter.map(() => 1));
  });

  it('makes two slots one when there would be too many, and loses nothing', async () => {
    const seconds = 3 * SLOTS_MAX;
    const pushes = Array.from({ length: seconds }, (_, k) =>
      push(1001 + k, {
        users: k,
        endpoints: [[0, 1, latency(0.001 * (1 + (k % 100)))]],
        ...(k === 0 && { names: { endpoints: ['GET /a'] } }),
      }),
    );
    const { client } = await compacted([header, ...pushes, end]);
    expect(client).toMatchObject({ startS: 1000, periodS: 4, slots: seconds / 4 });
    expect(total(client.iterations)).toBe(seconds);
    expect(client.users.slice(0, 3)).toEqual([3, 7, 11]);
    const [endpoint = expect.unreachable()] = client.endpoints;
    expect(endpoint.requests).toEqual(Array.from({ length: seconds / 4 }, () => 4));
    expect(total(endpoint.errors)).toBe(seconds);
    const { sum: _, ...all } = histogramOf(Array.from({ length: seconds }, (_, k) => 0.001 * (1 + (k % 100))));
    expect(mergeHistograms(endpoint.latencyS)).toMatchObject(all);
  });

  it('keeps what kill -9 left, and says that it is a part', async () => {
    const { client } = await compacted([header, push(1001), push(1002)], '{"kind":"push","fromS":1002,"it');
    expect(client).toMatchObject({ slots: 2, complete: false, exact: null });
  });

  it('holds the number of users over a second that fell between two samples, and over no longer gap', async () => {
    const at = (timeS: number, users: number) => push(timeS, { users });
    const { client } = await compacted([header, at(1001, 5), at(1003, 7), at(1006, 9), end]);
    expect(client.users).toEqual([5, 5, 7, null, null, 9]);
  });

  it('knows a run that never began', async () => {
    const { client, generator } = await compacted([header]);
    expect(client).toMatchObject({ startS: 900, slots: 0, users: [], endpoints: [], executionStartS: null, complete: false });
    expect(generator.samples).toEqual([]);
  });

  it('joins gaps that touch', async () => {
    const gap = (fromS: number, atS: number) => push(atS, { fromS, gap: true });
    const { client } = await compacted([header, push(1001), gap(1001, 1005), gap(1005, 1009), push(1010), gap(1010, 1014), end]);
    expect(client.gaps).toEqual([
      { fromS: 1001, toS: 1009 },
      { fromS: 1010, toS: 1014 },
    ]);
    expect(total(client.iterations)).toBe(5);
  });

  it('goes on forwards when the clock is set back', async () => {
    const { client } = await compacted([header, push(1001), push(1002), push(502), push(503), end]);
    expect(client.iterations).toEqual([1, 3]);
  });

  it('keeps generator samples bounded: the mean of processor use, the highest of the rest', async () => {
    const { generator: short } = await compacted([header, generator(1000.2), generator(1001.2, { engineCpuCores: null }), end]);
    expect(short.samples.map(({ engineCpuCores }) => engineCpuCores)).toEqual([1, null]);
    const samples = Array.from({ length: 2 * SLOTS_MAX }, (_, k) =>
      generator(1000 + k, { engineCpuCores: k % 2 === 0 ? 1 : 2, machineCpu: null, eventLoopLagMsP99: k, ownMemoryBytes: k }),
    );
    const { generator: long } = await compacted([header, ...samples, end]);
    expect(long.samples).toHaveLength(SLOTS_MAX);
    expect(long.samples[1]).toEqual({
      timeS: 1003,
      engineCpuCores: 1.5,
      engineMemoryBytes: 1e8,
      machineCpu: null,
      eventLoopLagMsP99: 3,
      ownMemoryBytes: 3,
    });
  });

  it('refuses a journal with a record that makes no sense', async () => {
    await expect(compacted([header, push(1001, { endpoints: [[0, 0, [1, 2, 3]]] }), end])).rejects.toMatchObject({ exitCode: 104 });
    await expect(compacted([header, { kind: 'push' } as unknown as Push, end])).rejects.toMatchObject({ exitCode: 104 });
  });
});
