import type { Trace } from '../../contract.ts';
import type { Naming } from '../../traces/naming.ts';
import { type NamedSpan, namedSpan, otelTrace } from '../../traces/otel-span.ts';
import { loggedSpan } from '../../traces/spans-log.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import { type Insights, query, ROWS_MAX, type Row } from './insights.ts';
import { eachInParallel } from './parallel.ts';
import type { Stretch } from './summaries.ts';

/** Where Transaction Search keeps spans: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html */
export const SPANS_GROUP = 'aws/spans';

export interface SpansRead {
  traces: Trace[];
  /** Traces that the log group has of the run. */
  recorded: number;
  /** With which each was picked, where not all were read. */
  share: number;
  matchedBy: 'prefix' | 'window';
  troubles: Trouble[];
}

/** Length of the periods by which spans are counted before they are read. Guess: tune. */
const BIN_S = 10;
/** Rows that a slice is planned to have: below the limit, for spans that come in the meantime. */
const ROWS_WANTED = 8000;
/** An account may run thirty at once, others' included: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const QUERIES_AT_ONCE = 4;

/**
 * Reads the run's spans from Transaction Search: counts them by time, cuts the time so that no query meets the limit of 10,000 rows, and puts
 * together what comes. Where there are more traces than wanted, a share of them is read, picked by the last digits of their ids, so that
 * those that are read are whole.
 *
 * @param prefix of the run's trace ids, `1-xxxxxxxx-xxxxxxxx`
 * @returns null where the group has nothing of the run
 */
export async function readSpans(
  insights: Insights,
  { prefix, stretch, tracesMax, naming, onRead }: SpansWanted,
): Promise<SpansRead | null | Trouble> {
  const ofRun = `traceId like /^${prefix.replace(/^1-/, '').replaceAll('-', '')}/`;
  let matchedBy: SpansRead['matchedBy'] = 'prefix';
  let filter = ofRun;
  let total = await countTraces(insights, filter, stretch);
  if (isTrouble(total)) return total;
  if (total === 0) {
    const ids = await idsOfK6(insights, stretch);
    if (isTrouble(ids)) return ids;
    if (ids.length === 0) return null;
    matchedBy = 'window';
    total = ids.length;
    filter = `traceId in [${ids
      .slice(0, IDS_IN_QUERY_MAX)
      .map((id) => `"${id}"`)
      .join(', ')}]`;
  }
  const buckets = Math.min(BUCKETS, Math.max(1, Math.floor((BUCKETS * tracesMax) / total)));
  if (buckets < BUCKETS && matchedBy === 'prefix') filter += ` and traceId like ${lastDigits(buckets)}`;
  const share = matchedBy === 'prefix' ? buckets / BUCKETS : Math.min(1, IDS_IN_QUERY_MAX / total);
  const slices = await plannedSlices(insights, filter, stretch);
  if (isTrouble(slices)) return slices;
  const collected = await readSlices(insights, filter, slices, naming, onRead);
  const traces = [...collected.spans].map(([id, spans]) => otelTrace(id, spans));
  return { traces, recorded: total, share, matchedBy, troubles: collected.troubles };
}

export interface SpansWanted {
  prefix: string;
  stretch: Stretch;
  tracesMax: number;
  naming: Naming;
  /** Called with the traces of which something has been read so far. */
  onRead: (traces: number) => void;
}

async function countTraces(insights: Insights, filter: string, stretch: Stretch): Promise<number | Trouble> {
  const rows = await query(insights, SPANS_GROUP, `filter ${filter} | stats count_distinct(traceId) as traces`, stretch);
  return isTrouble(rows) ? rows : numberIn(rows[0], 'traces');
}

const numberIn = (row: Row | undefined, field: string): number => {
  const value = Number(row?.[field] ?? 0);
  return Number.isFinite(value) ? value : 0;
};

/** A query's text has at most 10,000 characters: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
const IDS_IN_QUERY_MAX = 250;

/** Of traces that a client began which calls itself k6. */
async function idsOfK6(insights: Insights, stretch: Stretch): Promise<string[] | Trouble> {
  const userAgents = ['`attributes.user_agent.original`', '`attributes.http.user_agent`'];
  const filter = userAgents.map((field) => `${field} like /\\bk6\\//`).join(' or ');
  const rows = await query(insights, SPANS_GROUP, `filter ${filter} | stats count(*) as spans by traceId | limit ${ROWS_MAX}`, stretch);
  return isTrouble(rows) ? rows : rows.flatMap((row) => row['traceId'] ?? []);
}

/** Last two hex digits of an id. */
const BUCKETS = 256;

/** A pattern for the first `count` of the 256 endings of an id. */
function lastDigits(count: number): string {
  const [tens, ones] = [Math.floor(count / 16), count % 16];
  const whole = Array.from({ length: tens }, (_, k) => k.toString(16)).join('');
  const part = Array.from({ length: ones }, (_, k) => k.toString(16)).join('');
  const patterns = [...(whole === '' ? [] : [`[${whole}][0-9a-f]`]), ...(part === '' ? [] : [`${tens.toString(16)}[${part}]`])];
  return `/(${patterns.join('|')})$/`;
}

/** Stretches with about so many spans in each that one query can give them. */
async function plannedSlices(insights: Insights, filter: string, stretch: Stretch): Promise<Stretch[] | Trouble> {
  const rows = await query(
    insights,
    SPANS_GROUP,
    `filter ${filter} | stats count(*) as spans by bin(${BIN_S}s) as bin | sort bin | limit ${ROWS_MAX}`,
    stretch,
  );
  if (isTrouble(rows)) return rows;
  const slices: Stretch[] = [];
  let spans = ROWS_WANTED;
  for (const row of rows) {
    const fromS = Date.parse(`${row['bin']?.replace(' ', 'T')}Z`) / 1000;
    const count = numberIn(row, 'spans');
    const last = slices.at(-1);
    if (last === undefined || spans + count > ROWS_WANTED) {
      slices.push({ fromS, toS: fromS + BIN_S });
      spans = count;
    } else {
      last.toS = fromS + BIN_S;
      spans += count;
    }
  }
  return slices;
}

interface Collected {
  spans: Map<string, NamedSpan[]>;
  troubles: Trouble[];
}

async function readSlices(
  insights: Insights,
  filter: string,
  slices: Stretch[],
  naming: Naming,
  onRead: SpansWanted['onRead'],
): Promise<Collected> {
  const collected: Collected = { spans: new Map(), troubles: [] };
  await eachInParallel(slices, QUERIES_AT_ONCE, async (slice) => {
    const rows = await query(insights, SPANS_GROUP, `fields @message | filter ${filter} | limit ${ROWS_MAX}`, slice);
    if (isTrouble(rows)) {
      collected.troubles.push(rows);
      return;
    }
    const lengthS = slice.toS - slice.fromS;
    if (rows.length >= ROWS_MAX && lengthS > 1) {
      const middleS = slice.fromS + Math.floor(lengthS / 2);
      slices.push({ fromS: slice.fromS, toS: middleS }, { fromS: middleS, toS: slice.toS });
      return;
    }
    if (rows.length >= ROWS_MAX) collected.troubles.push(FULL_SECOND);
    for (const row of rows) collect(collected.spans, naming, row['@message'] ?? '');
    onRead(collected.spans.size);
  });
  return collected;
}

const FULL_SECOND: Trouble = {
  kind: 'incomplete',
  reason: `a second of the window has more than ${ROWS_MAX} spans, of which the rest was left`,
  next: 'Run with less load, or lower the share of spans that is recorded.',
};

function collect(spans: Map<string, NamedSpan[]>, naming: Naming, message: string): void {
  let document: unknown;
  try {
    document = JSON.parse(message);
  } catch {
    return;
  }
  const logged = loggedSpan(document);
  if (logged === null) return;
  const known = spans.get(logged.traceId);
  const named = namedSpan(logged.span, naming);
  if (known === undefined) spans.set(logged.traceId, [named]);
  else known.push(named);
}
