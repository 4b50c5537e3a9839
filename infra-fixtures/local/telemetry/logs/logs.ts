import { ACCOUNT_ID, REGION } from '../../names.ts';
import type { Clock } from '../clock.ts';
import { type Fields, Input } from '../input.ts';
import { AwsError, type Operation, type Service } from '../service.ts';
import { type EmbeddedMetric, embeddedMetrics } from './embedded-metrics.ts';
import { filterLogEvents } from './filter-log-events.ts';
import { queryOperations } from './queries.ts';
import { SPANS_GROUP } from './spans.ts';
import { type LogEvent, LogStore } from './store.ts';

export interface Logs {
  service: Service;
  createGroup(name: string, keptDays: number): void;
  /** Lines that come by other ways than a client's call; a group and a stream that are not there are made. Embedded metrics among them are handed on. */
  ingest(group: string, stream: string, events: readonly LogEvent[]): void;
}

export interface LogsOptions {
  clock: Clock;
  /** How long after it came an event can be read. Its embedded metrics are handed on at once. */
  delayS: number;
  onEmbeddedMetric: (metric: EmbeddedMetric) => void;
  /** Whether Transaction Search is on: then there is a group `aws/spans`. */
  spans?: boolean;
}

/** CloudWatch Logs, as far as loadkit and the game use it: what the platform wrote can be read, and nobody writes by its API. */
export const createLogs = ({ clock, delayS, onEmbeddedMetric, spans = false }: LogsOptions): Logs => {
  const store = new LogStore(clock, delayS);
  if (spans) store.createGroup(SPANS_GROUP);
  const reading =
    (read: (input: Input) => object): Operation =>
    (fields: Fields) =>
      read(new Input(fields, REFUSALS));
  const { startQuery, getQueryResults } = queryOperations(store, clock);
  return {
    service: {
      prefix: 'logs',
      operations: {
        DescribeLogGroups: reading((input) => describeLogGroups(store, input)),
        FilterLogEvents: reading((input) => filterLogEvents(store, input)),
        StartQuery: reading(startQuery),
        GetQueryResults: reading(getQueryResults),
      },
    },
    createGroup: (name, keptDays) => void store.createGroup(name, keptDays),
    ingest: (group, stream, events) => {
      store.append(group, stream, events);
      for (const { message } of events) for (const metric of embeddedMetrics(message)) onEmbeddedMetric(metric);
    },
  };
};

const GROUPS_PER_PAGE = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
const describeLogGroups = (store: LogStore, input: Input): object => {
  const prefix = input.optionalText('logGroupNamePrefix') ?? '';
  const after = String(input.place() ?? '');
  const found = [...store.groups.values()]
    .filter(({ name }) => name.startsWith(prefix) && name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = found.slice(0, GROUPS_PER_PAGE);
  return {
    logGroups: page.map(({ name, keptDays }) => ({
      logGroupName: name,
      arn: `${groupArn(name)}:*`,
      logGroupArn: groupArn(name),
      retentionInDays: keptDays,
    })),
    ...(found.length > page.length && { nextToken: input.tokenOf(page.at(-1)?.name) }),
  };
};

const groupArn = (name: string): string => `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${name}`;

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);
const REFUSALS = {
  invalid,
  validation: invalid,
  missing: (path: string) => invalid(`${path} is required`),
  badToken: () => invalid('The specified nextToken is invalid.'),
};
