import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Input } from '../input.ts';
import { AwsError } from '../service.ts';
import { parseQuery } from './insights/parser.ts';
import { type Outcome, runQuery } from './insights/run.ts';
import { type Group, groupNamed, type KeptEvent, type LogStore } from './store.ts';

interface Query {
  createdMs: number;
  status: 'Running' | 'Complete' | 'Failed';
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
/** Seconds. */
const EVER_S = 8.64e12;

const NOTHING: Outcome = { results: [], recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 };

/** Logs Insights. */
export const queryOperations = (store: LogStore, clock: Clock) => {
  const queries = new Map<string, Query>();
  const statusOf = ({ createdMs, status }: Query): string => {
    const elapsedMs = clock() - createdMs;
    return elapsedMs < SCHEDULED_MS ? 'Scheduled' : elapsedMs < RUNNING_MS ? 'Running' : status;
  };
  const startQuery = (input: Input): object => {
    const run = prepare(store, input);
    const running = [...queries.values()].filter((query) => ['Scheduled', 'Running'].includes(statusOf(query)));
    if (running.length >= RUNNING_MAX) throw new AwsError('LimitExceededException', 'Account maximum query concurrency limit exceeded.');
    const query: Query = { createdMs: clock(), status: 'Running', outcome: NOTHING };
    run().then(
      (outcome) => Object.assign(query, { status: 'Complete', outcome }),
      () => Object.assign(query, { status: 'Failed' }),
    );
    const queryId = randomUUID();
    queries.set(queryId, query);
    if (queries.size > KEPT_MAX) queries.delete(queries.keys().next().value ?? '');
    return { queryId };
  };
  const getQueryResults = (input: Input): object => {
    const query = queries.get(input.text('queryId'));
    if (query === undefined) throw new AwsError('ResourceNotFoundException', 'The specified query does not exist.');
    const status = statusOf(query);
    const { results, ...statistics } = status === 'Complete' ? query.outcome : NOTHING;
    return { queryLanguage: 'CWLI', results, statistics, status };
  };
  return { startQuery, getQueryResults };
};

/** @throws AwsError for what can't be run */
const prepare = (store: LogStore, input: Input): (() => Promise<Outcome>) => {
  input.choice('queryLanguage', ['CWLI']);
  const startS = input.required('startTime', input.integer('startTime', 0, EVER_S));
  const endS = input.required('endTime', input.integer('endTime', startS, EVER_S));
  const groups = groupsOf(store, input);
  const stages = parseQuery(input.text('queryString', QUERY_LENGTH_MAX));
  const fallback = stages.some(({ kind }) => kind === 'limit') ? LIMIT_MAX : LIMIT_DEFAULT;
  const limit = input.integer('limit', 1, LIMIT_MAX) ?? fallback;
  return () => runQuery(stages, eventsOf(store, groups, { startMs: startS * 1000, endMs: endS * 1000 }), limit);
};

const eventsOf = async function* (
  store: LogStore,
  groups: readonly Group[],
  range: { startMs: number; endMs: number },
): AsyncGenerator<{ group: string; events: KeptEvent[] }> {
  for (const group of groups) for await (const events of store.scan(group, range)) yield { group: group.name, events };
};

/** By name, by names, or by names or ARNs. */
const groupsOf = (store: LogStore, input: Input): Group[] => {
  const one = input.optionalText('logGroupName', 512);
  const several = [...input.texts('logGroupNames', GROUPS_MAX), ...input.texts('logGroupIdentifiers', GROUPS_MAX)];
  const names = input.required('logGroupName', one === undefined ? several[0] && several : [one]);
  return [...new Set(names)].map((name) => groupNamed(store, name));
};
