import { BatchGetTracesCommand, type BatchGetTracesCommandOutput, type Trace as XRayTrace } from '@aws-sdk/client-xray';
import type { Trace } from '../../contract.ts';
import type { Naming } from '../../traces/naming.ts';
import { segmentTrace } from '../../traces/segments.ts';
import { eachPage, shortage } from '../pages.ts';
import { isPassing, isTrouble, type Trouble } from '../trouble.ts';
import { type Api, ask } from './ask.ts';
import { eachInParallel } from './parallel.ts';

/** https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
const IDS_PER_CALL = 5;
/** Answers take a tenth or two of a second, and the pace goes up to fifty a second; each waits in memory. */
const AT_ONCE = 8;
/** Traces that X-Ray left unprocessed, or gave while they were in progress, are asked for again so often. A third left each time leaves 1 in 200. */
const ROUNDS_MAX = 6;
/** Before each further round, so that what is missing has time to come. Guess: tune. */
const ROUND_WAIT_MS = 500;

export interface Fetched {
  traces: Map<string, Trace>;
  /** Ids that X-Ray never processed, with those that it did not know. */
  unprocessed: string[];
  troubles: Trouble[];
}

/**
 * Reads whole traces, five a call, several calls at a time under the API's pace. Documents become spans as they come, and are let go.
 *
 * @param onRead called with how many have been read so far
 */
export async function fetchTraces(api: Api, ids: readonly string[], naming: Naming, onRead: (traces: number) => void): Promise<Fetched> {
  const fetched: Fetched = { traces: new Map(), unprocessed: [], troubles: [] };
  let wanted: readonly string[] = ids;
  for (let round = 1; wanted.length > 0 && round <= ROUNDS_MAX; round += 1) {
    if (round > 1) await api.outside.clock.sleep(ROUND_WAIT_MS * (round - 1), api.outside.signal);
    const left: string[] = [];
    const batches = Array.from({ length: Math.ceil(wanted.length / IDS_PER_CALL) }, (_, k) =>
      wanted.slice(k * IDS_PER_CALL, (k + 1) * IDS_PER_CALL),
    );
    const hopeless = await readBatches(api, batches, naming, fetched, left, onRead);
    if (hopeless) break;
    wanted = [...left, ...[...fetched.traces.values()].filter(isUnderWay).map(({ id }) => id)];
    fetched.unprocessed = left;
  }
  return fetched;
}

const isUnderWay = ({ spans }: Trace): boolean => spans.some(({ endS }) => endS === null);

/** @returns whether there is no point in going on */
async function readBatches(
  api: Api,
  batches: (readonly string[])[],
  naming: Naming,
  fetched: Fetched,
  left: string[],
  onRead: (traces: number) => void,
): Promise<boolean> {
  let hopeless = false;
  await eachInParallel(batches, AT_ONCE, async (batch) => {
    if (hopeless) return;
    const answer = await readBatch(api, batch);
    if (isTrouble(answer)) {
      fetched.troubles.push(answer);
      hopeless ||= !isPassing(answer);
      return;
    }
    if (answer.short !== null) fetched.troubles.push(answer.short);
    left.push(...answer.unprocessed);
    for (const document of answer.traces) {
      const trace = toTrace(document, naming);
      if (trace !== null) fetched.traces.set(trace.id, trace);
    }
    onRead(fetched.traces.size);
  });
  return hopeless;
}

interface Batch {
  traces: XRayTrace[];
  unprocessed: string[];
  /** Why some may be missing. */
  short: Trouble | null;
}

async function readBatch(api: Api, ids: readonly string[]): Promise<Batch | Trouble> {
  const traces: XRayTrace[] = [];
  const unprocessed: string[] = [];
  const paged = await eachPage(async (NextToken) => {
    const page = await ask<BatchGetTracesCommandOutput>(api, new BatchGetTracesCommand({ TraceIds: [...ids], NextToken }));
    if (isTrouble(page)) return page;
    traces.push(...(page.Traces ?? []));
    unprocessed.push(...(page.UnprocessedTraceIds ?? []));
    return page.NextToken;
  });
  return isTrouble(paged) ? paged : { traces, unprocessed, short: shortage(api.action, paged) };
}

function toTrace({ Id, Segments = [], LimitExceeded }: XRayTrace, naming: Naming): Trace | null {
  if (Id === undefined) return null;
  return segmentTrace(
    Id,
    Segments.map(({ Document }) => parsed(Document)),
    naming,
    LimitExceeded === true,
  );
}

/** Undefined for what is no JSON. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
