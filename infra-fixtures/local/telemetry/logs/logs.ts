import { ACCOUNT_ID, REGION } from '../../names.ts';
import type { Clock } from '../clock.ts';
import { AwsError, type Operation, type Service } from '../service.ts';
import { type EmbeddedMetric, embeddedMetrics } from './embedded-metrics.ts';
import { GROUP_NAME, groupIn, type Input, invalid, numberIn, pageOf, requiredText, STREAM_NAME, streamIn, textIn } from './input.ts';
import { queryOperations } from './queries.ts';
import { readOperations } from './reading.ts';
import { SPANS_GROUP } from './spans.ts';
import { type Group, type LogEvent, LogStore } from './store.ts';

export interface Logs {
  service: Service;
  /** Lines of the platform's, which needs no group or stream to be there. Embedded metrics among them are handed on. */
  ingest(group: string, stream: string, events: readonly LogEvent[]): void;
}

export interface LogsOptions {
  clock: Clock;
  /** How long after it came an event can be read. Its embedded metrics are handed on at once. */
  delayS: number;
  onEmbeddedMetric: (metric: EmbeddedMetric) => void;
  /** Whether Transaction Search is on: then there is a group `aws/spans`. */
  spans?: boolean;
  /** What all groups may take together; for tests. */
  bytesMax?: number;
}

/** CloudWatch Logs, as far as loadkit and the game use it. */
export const createLogs = ({ clock, delayS, onEmbeddedMetric, spans = false, bytesMax }: LogsOptions): Logs => {
  const store = new LogStore(clock, delayS, bytesMax);
  if (spans) store.createGroup(SPANS_GROUP);
  const ingest: Logs['ingest'] = (group, stream, events) => {
    store.append(group, stream, events);
    for (const { message } of events) for (const metric of embeddedMetrics(message)) onEmbeddedMetric(metric);
  };
  const operations = { ...groupOperations(store), PutLogEvents: putLogEvents(store, clock, ingest), ...readOperations(store) };
  return { service: { prefix: 'logs', operations: { ...operations, ...queryOperations(store, clock) } }, ingest };
};

/** Guess: AWS allows a million; here each costs memory. */
const GROUPS_MAX = 1000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const groupOperations = (store: LogStore): Record<string, Operation> => ({
  CreateLogGroup: (input) => {
    const name = requiredText(input, 'logGroupName', GROUP_NAME);
    if (store.groups.has(name)) throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    if (store.groups.size >= GROUPS_MAX) throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
    store.createGroup(name);
    return {};
  },
  CreateLogStream: (input) => {
    const group = groupIn(store, input);
    const name = requiredText(input, 'logStreamName', STREAM_NAME);
    if (group.streams.has(name)) throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    store.createStream(group, name);
    return {};
  },
  PutRetentionPolicy: (input) => {
    const group = groupIn(store, input);
    const days = numberIn(input, 'retentionInDays');
    if (days === undefined || !RETENTION_DAYS.includes(days)) {
      throw invalid(`retentionInDays must be one of ${RETENTION_DAYS.join(', ')}`);
    }
    group.retentionDays = days;
    return {};
  },
  DescribeLogGroups: (input) => {
    const prefix = textIn(input, 'logGroupNamePrefix') ?? '';
    const pattern = textIn(input, 'logGroupNamePattern')?.toLowerCase() ?? '';
    const groups = [...store.groups.values()].filter(({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(pattern));
    const { page, nextToken } = pageOf(groups.sort(byName), ({ name }) => name, input);
    return { logGroups: page.map(described), ...(nextToken === undefined ? {} : { nextToken }) };
  },
  DescribeLogStreams: (input) => {
    const group = groupIn(store, input);
    const prefix = textIn(input, 'logStreamNamePrefix');
    const byTime = textIn(input, 'orderBy') === 'LastEventTime';
    if (byTime && prefix !== undefined) throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
    const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
    streams.sort(byTime ? (a, b) => (a.lastMs ?? 0) - (b.lastMs ?? 0) || byName(a, b) : byName);
    if (input['descending'] === true) streams.reverse();
    const { page, nextToken } = pageOf(streams, ({ name }) => name, input);
    const logStreams = page.map(({ name, createdMs, firstMs, lastMs, lastIngestedMs }) => ({
      logStreamName: name,
      creationTime: createdMs,
      arn: `${groupArn(group)}:log-stream:${name}`,
      ...(lastIngestedMs === undefined ? {} : { lastIngestionTime: lastIngestedMs, uploadSequenceToken: '1' }),
      ...(firstMs === undefined ? {} : { firstEventTimestamp: firstMs, lastEventTimestamp: lastMs }),
      storedBytes: 0,
    }));
    return { logStreams, ...(nextToken === undefined ? {} : { nextToken }) };
  },
});

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : Number(a.name > b.name));

const groupArn = ({ name }: Group): string => `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${name}`;

const described = (group: Group): object => ({
  logGroupName: group.name,
  creationTime: group.createdMs,
  ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
  metricFilterCount: 0,
  arn: `${groupArn(group)}:*`,
  logGroupArn: groupArn(group),
  storedBytes: group.chunks.reduce((sum, { bytes }) => sum + bytes, 0),
  logGroupClass: 'STANDARD',
});

/** All limits: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const EVENTS_MAX = 10_000;
const BATCH_BYTES_MAX = 1_048_576;
const EVENT_BYTES = 26;
const SPAN_MAX_MS = 24 * 3_600_000;
const OLD_MAX_MS = 14 * 86_400_000;
const AHEAD_MAX_MS = 2 * 3_600_000;

const putLogEvents =
  (store: LogStore, clock: Clock, ingest: Logs['ingest']): Operation =>
  (input) => {
    const group = groupIn(store, input);
    const stream = streamIn(group, input);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search-ingesting-span-log-groups.html
    if (group.name === SPANS_GROUP) throw invalid('Log events cannot be put into aws/spans.');
    const events = eventsIn(input);
    const now = clock();
    const expiredMs = now - (group.retentionDays ?? Number.POSITIVE_INFINITY) * 86_400_000;
    const first = (test: (event: LogEvent) => boolean): number => {
      const index = events.findIndex(test);
      return index === -1 ? events.length : index;
    };
    const kept = first(({ timestamp }) => timestamp >= now - OLD_MAX_MS);
    const expired = first(({ timestamp }) => timestamp >= expiredMs);
    const tooNew = first(({ timestamp }) => timestamp > now + AHEAD_MAX_MS);
    ingest(group.name, stream.name, events.slice(Math.max(kept, expired), tooNew));
    const rejected = {
      ...(tooNew < events.length ? { tooNewLogEventStartIndex: tooNew } : {}),
      ...(kept > 0 ? { tooOldLogEventEndIndex: kept } : {}),
      ...(expired > kept ? { expiredLogEventEndIndex: expired } : {}),
    };
    return { nextSequenceToken: '1', ...(Object.keys(rejected).length === 0 ? {} : { rejectedLogEventsInfo: rejected }) };
  };

/** @throws AwsError for a batch that is refused as a whole */
const eventsIn = (input: Input): LogEvent[] => {
  const given = input['logEvents'];
  if (!Array.isArray(given) || given.length < 1 || given.length > EVENTS_MAX) {
    throw invalid(`1 validation error detected: Value at 'logEvents' failed to satisfy constraint: length must be from 1 to ${EVENTS_MAX}`);
  }
  const events = given.map((event: Input) => {
    const timestamp = numberIn(event, 'timestamp');
    const message = textIn(event, 'message');
    if (timestamp === undefined || message === undefined) throw invalid('Log event timestamp and message are required');
    if (message === '') throw invalid('Log event message must not be empty');
    return { timestamp, message };
  });
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_BYTES, 0);
  if (bytes > BATCH_BYTES_MAX) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${BATCH_BYTES_MAX}`);
  const times = events.map(({ timestamp }) => timestamp);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] ?? 0))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > SPAN_MAX_MS) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  return events;
};
