import type { Input } from '../input.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { groupNamed, type KeptEvent, type LogStore } from './store.ts';

/** All limits: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const EVENTS_MAX = 10_000;
const PAGE_BYTES_MAX = 1_048_576;
const PATTERN_LENGTH_MAX = 1024;
/** Later than any time that a client means. */
const EVER_MS = 8.64e15;

/** Pages are in order of time; the token holds the last event that was given. */
export const filterLogEvents = async (store: LogStore, input: Input): Promise<object> => {
  input.unsupported('logStreamNames', 'logStreamNamePrefix');
  const group = groupNamed(store, input.optionalText('logGroupName', 512) ?? input.text('logGroupIdentifier', 2048));
  const test = parseFilterPattern(input.optionalText('filterPattern', PATTERN_LENGTH_MAX, 0) ?? '');
  const limit = input.integer('limit', 1, EVENTS_MAX) ?? EVENTS_MAX;
  const after = String(input.place() ?? '');
  const startMs = input.integer('startTime', 0, EVER_MS) ?? 0;
  const endMs = input.integer('endTime', 0, EVER_MS) ?? EVER_MS;
  const parts = store.scan(group, { startMs, endMs });
  const found = await firstOf(parts, ({ id, message }) => id > after && test(message), limit + 1);
  let bytes = 0;
  const over = found.findIndex(({ message }, index) => {
    bytes += Buffer.byteLength(message);
    return index > 0 && (index >= limit || bytes > PAGE_BYTES_MAX);
  });
  const page = over === -1 ? found : found.slice(0, over);
  const events = page.map(({ stream, timestamp, message, ingestedMs, id }) => ({
    logStreamName: stream,
    timestamp,
    message,
    ingestionTime: ingestedMs,
    eventId: id,
  }));
  return { events, searchedLogStreams: [], ...(over !== -1 && { nextToken: input.tokenOf(page.at(-1)?.id) }) };
};

/** So many of the wanted events, by time; no more of them are held than twice as many. */
const firstOf = async (parts: AsyncIterable<readonly KeptEvent[]>, isWanted: (event: KeptEvent) => boolean, count: number) => {
  const byId = (a: KeptEvent, b: KeptEvent): number => (a.id < b.id ? -1 : Number(a.id > b.id));
  let found: KeptEvent[] = [];
  for await (const events of parts) {
    found.push(...events.filter(isWanted));
    if (found.length > 2 * count) found = found.sort(byId).slice(0, count);
  }
  return found.sort(byId).slice(0, count);
};
