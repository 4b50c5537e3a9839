import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { AwsError, type Operation } from '../service.ts';
import { groupNamed, type Input, invalid, limitIn, numberIn, textIn, textsIn } from './input.ts';
import { parseQuery } from './insights/parser.ts';
import { type Outcome, runQuery } from './insights/run.ts';
import type { Group, KeptEvent, LogStore } from './store.ts';

interface Query {
  id: string;
  text: string;
  groups: Group[];
  createdMs: number;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  outcome: Outcome;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const RUNNING_MAX = 30;
const GROUPS_MAX = 50;
const QUERY_LENGTH_MAX = 10_000;
const LIMIT_MAX = 10_000;
/** Where neither the query nor the call says. */
const LIMIT_DEFAULT = 1000;
/** Guess: AWS keeps results for seven days; here each may be ten thousand rows. */
const KEPT_MAX = 50;
/** As on AWS a query takes a moment even when there is little to read, so that a client that doesn't wait is found out. Guess: tune. */
const SCHEDULED_MS = 50;
const RUNNING_MS = 300;

const NOTHING: Outcome = { results: [], recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 };

/** Logs Insights. */
export const queryOperations = (store: LogStore, clock: Clock): Record<string, Operation> => {
  const queries = new Map<string, Query>();
  const queryIn = (input: Input): Query => {
    const query = queries.get(textIn(input, 'queryId') ?? '');
    if (query === undefined) throw new AwsError('ResourceNotFoundException', 'The specified query does not exist.');
    return query;
  };
  return {
    StartQuery: (input) => {
      const running = [...queries.values()].filter((query) => ['Scheduled', 'Running'].includes(statusOf(query, clock)));
      if (running.length >= RUNNING_MAX) throw new AwsError('LimitExceededException', 'Account maximum query concurrency limit exceeded.');
      const query = startQuery(store, clock, input);
      queries.set(query.id, query);
      if (queries.size > KEPT_MAX) queries.delete(queries.keys().next().value ?? '');
      return { queryId: query.id };
    },
    GetQueryResults: (input) => {
      const query = queryIn(input);
      const status = statusOf(query, clock);
      const { results, ...statistics } = status === 'Complete' ? query.outcome : NOTHING;
      return { queryLanguage: 'CWLI', results, statistics, status };
    },
    StopQuery: (input) => {
      const query = queryIn(input);
      const status = statusOf(query, clock);
      if (status !== 'Scheduled' && status !== 'Running') {
        throw invalid(`Query with id ${query.id} is already ended with status ${status}`);
      }
      query.state = 'cancelled';
      return { success: true };
    },
    DescribeQueries: (input) => {
      const [group, status] = [textIn(input, 'logGroupName'), textIn(input, 'status')];
      const found = [...queries.values()]
        .reverse()
        .flatMap((query) => query.groups.map(({ name }) => ({ query, name, status: statusOf(query, clock) })))
        .filter((entry) => (group === undefined || entry.name === group) && (status === undefined || entry.status === status))
        .slice(0, limitIn(input, 'maxResults', 1000, 1000));
      return {
        queries: found.map(({ query, ...entry }) => ({
          queryLanguage: 'CWLI',
          queryId: query.id,
          queryString: query.text,
          status: entry.status,
          createTime: query.createdMs,
          logGroupName: entry.name,
        })),
      };
    },
  };
};

const statusOf = (query: Query, clock: Clock): string => {
  if (query.state === 'cancelled') return 'Cancelled';
  const elapsedMs = clock() - query.createdMs;
  if (elapsedMs < SCHEDULED_MS) return 'Scheduled';
  if (query.state === 'running' || elapsedMs < RUNNING_MS) return 'Running';
  return query.state === 'done' ? 'Complete' : 'Failed';
};

/** @throws AwsError */
const startQuery = (store: LogStore, clock: Clock, input: Input): Query => {
  const language = textIn(input, 'queryLanguage') ?? 'CWLI';
  if (language !== 'CWLI') throw invalid(`The query language ${language} is not supported by this endpoint.`);
  const text = textIn(input, 'queryString');
  if (text === undefined || text.length > QUERY_LENGTH_MAX) throw invalid(`queryString must have at most ${QUERY_LENGTH_MAX} characters`);
  const [startS, endS] = [numberIn(input, 'startTime'), numberIn(input, 'endTime')];
  if (startS === undefined || endS === undefined) throw invalid('startTime and endTime are required');
  if (startS > endS) throw invalid('startTime must not be after endTime');
  const groups = groupsIn(store, input);
  const stages = parseQuery(text);
  const limit = limitIn(input, 'limit', LIMIT_MAX, stages.some(({ kind }) => kind === 'limit') ? LIMIT_MAX : LIMIT_DEFAULT);
  const query: Query = { id: randomUUID(), text, groups, createdMs: clock(), state: 'running', outcome: NOTHING };
  const parts = eventsOf(store, groups, { startMs: startS * 1000, endMs: endS * 1000 }, () => query.state === 'cancelled');
  void runQuery(stages, parts, limit).then(
    (outcome) => finish(query, 'done', outcome),
    () => finish(query, 'failed', NOTHING),
  );
  return query;
};

const finish = (query: Query, state: 'done' | 'failed', outcome: Outcome): void => {
  if (query.state !== 'running') return;
  query.state = state;
  query.outcome = outcome;
};

const eventsOf = async function* (
  store: LogStore,
  groups: readonly Group[],
  range: { startMs: number; endMs: number },
  stopped: () => boolean,
): AsyncGenerator<{ group: string; events: KeptEvent[] }> {
  for (const group of groups) {
    for await (const events of store.scan(group, range)) {
      if (stopped()) return;
      yield { group: group.name, events };
    }
  }
};

const groupsIn = (store: LogStore, input: Input): Group[] => {
  const name = textIn(input, 'logGroupName');
  const names =
    name === undefined ? (textsIn(input, 'logGroupNames', GROUPS_MAX) ?? textsIn(input, 'logGroupIdentifiers', GROUPS_MAX)) : [name];
  if (names === undefined || names.length === 0)
    throw invalid('Exactly one of logGroupName, logGroupNames and logGroupIdentifiers is required');
  return [...new Set(names)].map((each) => groupNamed(store, each));
};
