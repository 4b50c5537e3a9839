import { expect, it } from 'vitest';
import { type KeptEvent, LogStore, type Range } from './store.ts';

const NOW_MS = 1_800_000_000_000;
const ALL: Range = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

const read = async (store: LogStore, name: string, range = ALL): Promise<KeptEvent[]> => {
  const group = store.groups.get(name);
  if (group === undefined) return [];
  const events: KeptEvent[] = [];
  for await (const part of store.scan(group, range)) events.push(...part);
  return events;
};

const line = (index: number): string =>
  JSON.stringify({ level: 'info', index, message: 'signed in', requestId: `0000-${index * 7919}`, filler: 'x'.repeat(150) });

it('gives back what it was given, compressed or not', async () => {
  const store = new LogStore(() => NOW_MS, 0);
  const messages = Array.from({ length: 10_000 }, (_, index) => line(index));
  store.append(
    '/aws/lambda/auth',
    'a',
    messages.map((message, index) => ({ timestamp: NOW_MS + index, message })),
  );
  const events = await read(store, '/aws/lambda/auth');
  expect(events.map(({ message }) => message)).toEqual(messages);
  expect(store.bytes).toBeLessThan(messages.join('').length);
  const range = { startMs: NOW_MS + 100, endMs: NOW_MS + 102 };
  expect((await read(store, '/aws/lambda/auth', range)).map(({ message }) => message)).toEqual(messages.slice(100, 103));
});

it('keeps within its bound: the most talkative group gives up its oldest, the quiet one nothing', async () => {
  const bytesMax = 3 * 1024 * 1024;
  const store = new LogStore(() => NOW_MS, 0, bytesMax);
  store.append('quiet', 'a', [{ timestamp: NOW_MS, message: 'still here' }]);
  let bytesMost = 0;
  let lines = 0;
  for (let second = 0; second < 400; second++) {
    // A second of 200 requests with five lines each, hardly to be compressed.
    const events = Array.from({ length: 1000 }, () => ({ timestamp: NOW_MS + second, message: `${Math.random()}`.repeat(5) }));
    store.append('busy', 'a', events);
    lines += events.length;
    bytesMost = Math.max(bytesMost, store.bytes);
  }
  expect(bytesMost).toBeLessThanOrEqual(bytesMax);
  const kept = await read(store, 'busy');
  expect(kept.length).toBeGreaterThan(1000);
  expect(kept.length).toBeLessThan(lines);
  expect(kept.at(-1)?.timestamp).toBe(NOW_MS + 399);
  expect(kept[0]?.timestamp).toBeGreaterThan(NOW_MS);
  expect(await read(store, 'quiet')).toHaveLength(1);
});

it('shows an event when its delay is over, and forgets it when its retention is', async () => {
  let nowMs = NOW_MS;
  const store = new LogStore(() => nowMs, 60);
  store.append('g', 's', [{ timestamp: NOW_MS, message: 'x' }]);
  nowMs += 59_999;
  expect(await read(store, 'g')).toHaveLength(0);
  nowMs += 1;
  expect(await read(store, 'g')).toHaveLength(1);
  const group = store.groups.get('g');
  if (group !== undefined) group.keptDays = 1;
  nowMs = NOW_MS + 86_400_000;
  expect(await read(store, 'g')).toHaveLength(1);
  nowMs += 1;
  expect(await read(store, 'g')).toHaveLength(0);
  store.append('g', 's', []);
  expect(group?.chunks).toHaveLength(0);
});
