import {
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  type ResultField,
  StartQueryCommand,
  type StartQueryCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { INTERRUPTED, isTrouble, type Trouble } from '../trouble.ts';
import { type Api, ask } from './ask.ts';
import type { Stretch } from './summaries.ts';

/** Logs Insights: the two operations of a query, each at its own pace. */
export interface Insights {
  start: Api;
  results: Api;
}

export type Row = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html : rows that a query gives at most. */
export const ROWS_MAX = 10_000;
/** A query may run 60 minutes; over minutes of spans it takes seconds. Guess: tune. */
const WAIT_MAX_MS = 120_000;
const POLL_MS = 250;
const POLL_MAX_MS = 3000;
/** Queries fail or time out for others' load, and are then begun anew. */
const BEGUN_MAX = 4;

/** The rows of a query over [fromS, toS] of a log group, in epoch seconds. */
export async function query(insights: Insights, group: string, text: string, { fromS, toS }: Stretch): Promise<Row[] | Trouble> {
  let last = 'Unknown';
  for (let begun = 1; begun <= BEGUN_MAX; begun += 1) {
    const started = await ask<StartQueryCommandOutput>(
      insights.start,
      new StartQueryCommand({
        logGroupName: group,
        queryString: text,
        startTime: Math.floor(fromS),
        endTime: Math.ceil(toS),
        limit: ROWS_MAX,
      }),
    );
    if (isTrouble(started)) return started;
    const ended = await resultsOf(insights.results, started.queryId ?? '');
    if (isTrouble(ended) || ended.rows !== null) return isTrouble(ended) ? ended : (ended.rows ?? []);
    last = ended.status;
  }
  return {
    kind: 'incomplete',
    reason: `a query of ${group} ended ${BEGUN_MAX} times without a result (${last})`,
    next: 'Run `loadkit analyze --aws` again when Logs Insights has less to do.',
  };
}

async function resultsOf(api: Api, queryId: string): Promise<{ rows: Row[] | null; status: string } | Trouble> {
  const { clock, signal } = api.outside;
  const untilMs = clock.now() + WAIT_MAX_MS;
  for (let waitMs = POLL_MS; clock.now() < untilMs; waitMs = Math.min(POLL_MAX_MS, waitMs * 1.5)) {
    await clock.sleep(waitMs, signal);
    if (signal?.aborted === true) return INTERRUPTED;
    const answer = await ask<GetQueryResultsCommandOutput>(api, new GetQueryResultsCommand({ queryId }));
    if (isTrouble(answer)) return answer;
    const { status = 'Unknown', results = [] } = answer;
    if (status === 'Complete') return { rows: results.map(rowOf), status };
    if (status !== 'Scheduled' && status !== 'Running') return { rows: null, status };
  }
  return { rows: null, status: 'Timeout' };
}

const rowOf = (fields: readonly ResultField[]): Row => Object.fromEntries(fields.map(({ field = '', value = '' }) => [field, value]));
