import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { histogramOf } from '../../analyzers/models/histogram.ts';
import { encodePush, type PushedSeries } from '../../tests/remote-write.ts';
import { startCollector } from './collector.ts';
import { compact } from './compact.ts';

let directory: string;
let journalPath: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loadkit-collector-'));
  journalPath = join(directory, 'journal.ndjson');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const post = async (url: string, series: readonly PushedSeries[]) =>
  (await fetch(url, { method: 'POST', body: new Uint8Array(encodePush(series)) })).status;
const requests = (latency: number[]): PushedSeries => ({
  metric: 'k6_http_req_duration_seconds',
  labels: { expected_response: 'true', name: 'GET /a?token=abc', status: '200' },
  value: histogramOf(latency),
});
const end = { exact: null, scriptErrors: { count: 0, messages: [] } };

describe('startCollector', () => {
  it('has on disk what it has acknowledged, without a proper end', async () => {
    let nowMs = 1_000_000;
    const collector = await startCollector({
      journalPath,
      now: () => nowMs,
      redact: (text) => text.replace(/token=\w+/, 'token=***'),
      onTrouble: (trouble) => expect.unreachable(trouble),
    });
    expect(await post(collector.url, [requests([0.1])])).toBe(204);
    nowMs += 1000;
    expect(await post(collector.url, [requests([0.1, 0.3])])).toBe(204);
    const killed = (await compact(journalPath)).client;
    expect(killed).toMatchObject({ complete: false, startS: 999, slots: 2 });
    expect(killed.endpoints).toMatchObject([{ name: 'GET /a?token=***', requests: [1, 1] }]);

    await collector.finish(end);
    expect((await compact(journalPath)).client.complete).toBe(true);
    expect(collector.live()).toMatchObject({ requests: 2, requestsPerS: 1, rejectedPushes: 0 });
    await expect(post(collector.url, [])).rejects.toThrow();
  });

  it.skipIf(!existsSync('/dev/full'))('tells once that the disk is full, refuses further pushes, and still ends quietly', async () => {
    const onTrouble = vi.fn();
    // The header still fits.
    const file = await open('/dev/full', 'w');
    const appendFile = vi.spyOn(file, 'appendFile').mockResolvedValueOnce();
    const collector = await startCollector({
      journalPath,
      now: Date.now,
      redact: (text) => text,
      onTrouble,
      fs: { open: async () => file },
    });
    expect(await post(collector.url, [requests([0.1])])).toBe(503);
    expect(await post(collector.url, [requests([0.1, 0.2])])).toBe(503);
    await collector.finish(end);
    expect(onTrouble.mock.calls).toEqual([["cannot write the run's data: the disk is full"]]);
    expect(appendFile).toHaveBeenCalledTimes(2);
  });

  it('answers garbage with 400, counts it, and goes on', async () => {
    const collector = await startCollector({ journalPath, now: Date.now, redact: (text) => text, onTrouble: expect.unreachable });
    const garbage = await fetch(collector.url, { method: 'POST', body: 'hello' });
    expect(garbage.status).toBe(400);
    expect(await post(collector.url, [requests([0.1])])).toBe(204);
    expect(collector.live()).toMatchObject({ requests: 1, rejectedPushes: 1 });
    await collector.finish(end);
  });

  it('tells of a defect of its own instead of losing data in silence', async () => {
    const onTrouble = vi.fn();
    const redact = (): string => {
      throw new Error('broken pattern');
    };
    const collector = await startCollector({ journalPath, now: Date.now, redact, onTrouble });
    expect(await post(collector.url, [requests([0.1])])).toBe(503);
    expect(onTrouble.mock.calls).toEqual([['a defect in loadkit lost data of the run: broken pattern']]);
    await collector.finish(end);
  });
});
