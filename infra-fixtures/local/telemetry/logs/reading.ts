import type { Operation } from '../service.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { groupIn, type Input, invalid, limitIn, numberIn, placeIn, streamIn, textIn, textsIn, tokenFor } from './input.ts';
import type { Group, KeptEvent, LogStore } from './store.ts';

/** A page of either operation: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const EVENTS_MAX = 10_000;
const PAGE_BYTES_MAX = 1_048_576;
const STREAM_NAMES_MAX = 100;
const PATTERN_LENGTH_MAX = 1024;
/** Later than any time that a client means. */
const EVER_MS = 8.64e15;

export const readOperations = (store: LogStore): Record<string, Operation> => ({
  FilterLogEvents: (input) => filterLogEvents(store, input),
  GetLogEvents: (input) => getLogEvents(store, input),
});

const byId = (a: KeptEvent, b: KeptEvent): number => (a.id < b.id ? -1 : Number(a.id > b.id));

/** The first of the events by an order that fit on a page; `more` when others are left. */
const pageOfEvents = async (
  parts: AsyncIterable<readonly KeptEvent[]>,
  wanted: (event: KeptEvent) => boolean,
  order: (a: KeptEvent, b: KeptEvent) => number,
  limit: number,
): Promise<{ page: KeptEvent[]; more: boolean }> => {
  let found: KeptEvent[] = [];
  for await (const events of parts) {
    found.push(...events.filter(wanted));
    // One more than the page, to know that there is more; the rest would only take memory.
    if (found.length > 2 * limit) found = found.sort(order).slice(0, limit + 1);
  }
  found.sort(order);
  let bytes = 0;
  const over = found.findIndex(({ message }, index) => {
    bytes += Buffer.byteLength(message);
    return index > 0 && (index >= limit || bytes > PAGE_BYTES_MAX);
  });
  return over === -1 ? { page: found, more: false } : { page: found.slice(0, over), more: true };
};

const filterLogEvents = async (store: LogStore, input: Input): Promise<object> => {
  const group = groupIn(store, input);
  const pattern = textIn(input, 'filterPattern') ?? '';
  if (pattern.length > PATTERN_LENGTH_MAX) throw invalid(`filterPattern is longer than ${PATTERN_LENGTH_MAX} characters`);
  const test = parseFilterPattern(pattern);
  const limit = limitIn(input, 'limit', EVENTS_MAX, EVENTS_MAX);
  const after = placeIn(input) ?? '';
  const parts = store.scan(group, {
    startMs: numberIn(input, 'startTime') ?? 0,
    endMs: numberIn(input, 'endTime') ?? EVER_MS,
    streams: streamsIn(group, input),
  });
  const { page, more } = await pageOfEvents(parts, ({ id, message }) => id > after && test(message), byId, limit);
  const last = page.at(-1);
  const events = page.map(({ stream, timestamp, message, ingestedMs, id }) => ({
    logStreamName: stream,
    timestamp,
    message,
    ingestionTime: ingestedMs,
    eventId: id,
  }));
  return { events, searchedLogStreams: [], ...(more && last !== undefined ? { nextToken: tokenFor(last.id) } : {}) };
};

/** @throws AwsError */
const streamsIn = (group: Group, input: Input): ((name: string) => boolean) => {
  const names = textsIn(input, 'logStreamNames', STREAM_NAMES_MAX);
  const prefix = textIn(input, 'logStreamNamePrefix');
  if (names !== undefined && prefix !== undefined) throw invalid('logStreamNames and logStreamNamePrefix cannot both be given.');
  if (names !== undefined) {
    for (const logStreamName of names) streamIn(group, { logStreamName });
    return (name) => names.includes(name);
  }
  return (name) => name.startsWith(prefix ?? '');
};

/**
 * One stream, newest part first unless `startFromHead`. A page is in order of time; its tokens are the places before and after it, and stay where they are
 * when nothing is there, which is how a client sees the end.
 */
const getLogEvents = async (store: LogStore, input: Input): Promise<object> => {
  const group = groupIn(store, input);
  const { name } = streamIn(group, input);
  const { direction, place } = eventTokenIn(input);
  const forward = direction === 'f' || (direction === null && input['startFromHead'] === true);
  const endMs = numberIn(input, 'endTime');
  const parts = store.scan(group, {
    startMs: numberIn(input, 'startTime') ?? 0,
    // Unlike FilterLogEvents', this end is exclusive.
    endMs: endMs === undefined ? EVER_MS : endMs - 1,
    streams: (stream) => stream === name,
  });
  const wanted = ({ id }: KeptEvent): boolean => place === null || (forward ? id > place : id < place);
  const limit = limitIn(input, 'limit', EVENTS_MAX, EVENTS_MAX);
  const { page } = await pageOfEvents(parts, wanted, forward ? byId : (a, b) => byId(b, a), limit);
  page.sort(byId);
  return {
    events: page.map(({ timestamp, message, ingestedMs }) => ({ timestamp, message, ingestionTime: ingestedMs })),
    nextForwardToken: `f/${page.at(-1)?.id ?? place ?? START}/s`,
    nextBackwardToken: `b/${page[0]?.id ?? place ?? START}/s`,
  };
};

const START = '0'.repeat(56);
const EVENT_TOKEN = /^([fb])\/(\d{56})\/s$/;

const eventTokenIn = (input: Input): { direction: string | null; place: string | null } => {
  const token = textIn(input, 'nextToken');
  if (token === undefined) return { direction: null, place: null };
  const [, direction = null, place = null] = EVENT_TOKEN.exec(token) ?? [];
  if (direction === null) throw invalid('The specified nextToken is invalid.');
  return { direction, place };
};
