import { DescribeLogGroupsCommand, type DescribeLogGroupsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { GetTraceSegmentDestinationCommand, type GetTraceSegmentDestinationCommandOutput } from '@aws-sdk/client-xray';
import {
  type Client,
  type Missing,
  type Plan,
  type Resource,
  SCHEMA_VERSION,
  type SourceGap,
  type Trace,
  type Traces,
} from '../../contract.ts';
import { callEdges } from '../../traces/call-edges.ts';
import { createNaming, type Naming } from '../../traces/naming.ts';
import { requestCounts, withWeights } from '../../traces/weights.ts';
import { aheadOf, type Clock } from '../clock.ts';
import { gapOf, INTERRUPTED, isForAll, isTrouble, type Trouble } from '../trouble.ts';
import { type Api, ask } from './ask.ts';
import { fetchTraces } from './batches.ts';
import { edgesOf } from './edges.ts';
import type { Insights } from './insights.ts';
import type { Outside, Sender } from './outside.ts';
import { createPace } from './pace.ts';
import { pick } from './pick.ts';
import { serviceEdges } from './service-graph.ts';
import { readSpans, SPANS_GROUP, type SpansRead } from './spans.ts';
import { emptyListing, type Found, type Listing, listTraces, type Stretch } from './summaries.ts';

/** How far it is, for whoever waits. `total` is null while it isn't known. */
export interface TraceProgress {
  step: 'listing traces' | 'waiting for traces' | 'reading traces' | 'reading spans' | 'reading the service graph';
  done: number;
  total: number | null;
}

export interface TraceReading {
  xray: Sender;
  logs: Sender;
  plan: Pick<Plan, 'tracePrefix'>;
  /** Of the run, in epoch seconds of this machine's clock, as are the times of the traces that are read. */
  windowS: Stretch;
  /** How far AWS's clock is ahead of it. */
  aheadS?: number;
  /** For weights and for the names of routes; null where the client left nothing. */
  client: Client | null;
  /** Of the inventory, so that nodes have the same names. */
  resources?: readonly Resource[];
  clock: Clock;
  random: () => number;
  /** Aborted (Ctrl-C), what has been read by then is kept. */
  signal?: AbortSignal;
  onProgress?: (progress: TraceProgress) => void;
  /** More are not read; those that are, are a sample with weights, in which the slowest are all. */
  tracesMax?: number;
  /** How long traces are waited for after the window's end, while there are none or more keep coming. */
  waitMaxS?: number;
}

export interface TracesRead {
  traces: Traces | Missing;
  /** Who called whom, by X-Ray's service graph and by the traces. */
  edges: { from: string; to: string }[];
  /** Where there are traces these are in them too; where there are none, these say what to mend. */
  gaps: SourceGap[];
}

/** Held in memory at once: 10,000 traces of 20 segments take about 100 MB. */
const TRACES_MAX = 10_000;
/** X-Ray says only "in near real time"; most are there within half a minute. Guess: tune. */
export const TRACES_WAIT_MAX_S = 45;
/** Before and after the run, for a clock that differs a little, and for what is written when a request has ended. Guess: tune. */
const BEFORE_S = 5;
const AFTER_S = 300;

/**
 * Reads the run's own traces: from X-Ray, or, where Transaction Search has taken them from there, from its log group. Never throws what AWS
 * or the network did: what can't be read is a gap, and nothing at all is `Missing`, with the reason.
 */
export async function readTraces(reading: TraceReading): Promise<TracesRead> {
  const { aheadS = 0, windowS, clock } = reading;
  const byAws = { clock: aheadOf(clock, aheadS), windowS: { fromS: windowS.fromS + aheadS, toS: windowS.toS + aheadS } };
  const source = new TraceSource({ ...reading, ...byAws });
  const read = await source.read();
  const edges = isTrouble(read) && isForAll(read) ? [] : await source.edges(isTrouble(read) ? [] : read.traces);
  const gaps = source.gaps();
  if (isTrouble(read)) return { traces: { missing: read.reason }, edges, gaps: [...gaps, gapOf(sourceOf(source.kind), read)] };
  const { traces, recorded, matchedBy, shares } = read;
  const sent = reading.client === null ? null : requestCounts(reading.client);
  const weighted = withWeights(
    traces.map((trace) => movedBy(-aheadS, trace)),
    sent,
    shares,
  );
  return { traces: { schemaVersion: SCHEMA_VERSION, source: source.kind, matchedBy, traces: weighted, recorded, gaps }, edges, gaps };
}

const movedBy = (byS: number, trace: Trace): Trace =>
  byS === 0
    ? trace
    : {
        ...trace,
        spans: trace.spans.map((span) => ({ ...span, startS: span.startS + byS, endS: span.endS === null ? null : span.endS + byS })),
      };

/** Of what was listed before, so much is listed again while more is waited for. Guess: tune. */
const OVERLAP_S = 60;
const POLL_MS = 2000;
const POLL_MAX_MS = 10_000;

interface Read {
  traces: Trace[];
  recorded: number;
  matchedBy: Traces['matchedBy'];
  shares: ReadonlyMap<string, number>;
}

const isRead = (read: Read | null | Trouble): read is Read => read !== null && !isTrouble(read);

const sourceOf = (kind: Traces['source']): SourceGap['source'] => (kind === 'transaction-search' ? 'logs' : 'xray');

class TraceSource {
  kind: 'xray' | 'transaction-search' = 'xray';
  readonly #reading: TraceReading;
  readonly #naming: Naming;
  readonly #outside: Outside;
  readonly #insights: Insights;
  readonly #gaps: SourceGap[] = [];
  /** Why it is not known whether Transaction Search has the traces; empty where it is. */
  #unknown: readonly Trouble[] = [];

  constructor(reading: TraceReading) {
    this.#reading = reading;
    this.#naming = createNaming(
      reading.resources,
      (reading.client?.endpoints ?? []).map(({ name }) => name),
    );
    this.#outside = { clock: reading.clock, random: reading.random, signal: reading.signal };
    this.#insights = { start: this.#logs('StartQuery'), results: this.#logs('GetQueryResults') };
  }

  async read(): Promise<Read | Trouble> {
    const spans = (await this.#toLogs()) ? await this.#spans() : null;
    if (isRead(spans)) return spans;
    const { listing, instead } = await this.#settled(spans);
    return isRead(instead) ? instead : this.#fetch(listing, instead);
  }

  /**
   * Lists what X-Ray has until nothing more comes, or the time is up; where it has nothing, what the log group has instead.
   */
  async #settled(spans: null | Trouble): Promise<{ listing: Listing; instead: Read | null | Trouble }> {
    const api = this.#xray('GetTraceSummaries');
    const { clock, signal } = this.#outside;
    const untilS = this.#reading.windowS.toS + (this.#reading.waitMaxS ?? TRACES_WAIT_MAX_S);
    const listing = emptyListing();
    let [fromS, instead, before] = [this.#stretch().fromS, spans as Read | null | Trouble, ''];
    for (let waitMs = POLL_MS; ; waitMs = Math.min(POLL_MAX_MS, waitMs * 1.5)) {
      const atS = clock.now() / 1000;
      await this.#list(api, { ...this.#stretch(), fromS }, listing);
      if (isEmpty(listing) && listing.troubles.length === 0 && instead === null) instead = await this.#spansIfThere();
      const settled = !isEmpty(listing) && signature(listing) === before;
      if (settled || instead !== null || listing.troubles.length > 0 || clock.now() / 1000 >= untilS || signal?.aborted === true) break;
      this.#tell('waiting for traces', listing.own.size, null);
      await clock.sleep(waitMs, signal);
      // What was written to since, and a little more for what was known late.
      [fromS, before] = [Math.max(this.#stretch().fromS, atS - OVERLAP_S), signature(listing)];
    }
    return { listing, instead };
  }

  /** Those of the traces, and of X-Ray's graph where it can be read: without it the traces' own stand. */
  async edges(traces: readonly Trace[]): Promise<TracesRead['edges']> {
    const own = callEdges(traces);
    if (this.#outside.signal?.aborted === true) return own;
    this.#tell('reading the service graph', 0, null);
    const { edges, trouble } = await serviceEdges(this.#xray('GetServiceGraph'), this.#stretch(), this.#naming.nodes);
    if (trouble !== null) this.#note([trouble], 'xray');
    return edgesOf(own, edges);
  }

  gaps(): SourceGap[] {
    return [...new Map(this.#gaps.map((gap) => [gap.reason, gap])).values()];
  }

  #xray(operation: string): Api {
    const pace = createPace(this.#outside.clock, this.#outside.signal);
    return { action: `xray:${operation}`, client: this.#reading.xray, pace, outside: this.#outside };
  }

  #logs(operation: string): Api {
    const pace = createPace(this.#outside.clock, this.#outside.signal);
    return { action: `logs:${operation}`, client: this.#reading.logs, pace, outside: this.#outside };
  }

  #tell(step: TraceProgress['step'], done: number, total: number | null): void {
    this.#reading.onProgress?.({ step, done, total });
  }

  #note(troubles: readonly Trouble[], source: SourceGap['source']): void {
    for (const { reason, next } of troubles) this.#gaps.push({ source, reason, next });
  }

  /** From before the run until after it, as far as that is past. */
  #stretch(): Stretch {
    const { fromS, toS } = this.#reading.windowS;
    // The last second is still being written to, and is read all the same.
    return { fromS: fromS - BEFORE_S, toS: Math.max(fromS, Math.min(toS + AFTER_S, this.#outside.clock.now() / 1000 + 1)) };
  }

  async #list(api: Api, stretch: Stretch, listing: Listing): Promise<void> {
    const tell = (): void => this.#tell('listing traces', listing.own.size, null);
    tell();
    await listTraces(api, this.#reading.plan.tracePrefix, stretch, listing, tell);
  }

  /** Whether X-Ray says that traces go to the logs. Who may not ask finds out by what there is, if by anything. */
  async #toLogs(): Promise<boolean> {
    const api = this.#xray('GetTraceSegmentDestination');
    const answer = await ask<GetTraceSegmentDestinationCommandOutput>(api, new GetTraceSegmentDestinationCommand({}));
    if (!isTrouble(answer)) return answer.Destination === 'CloudWatchLogs';
    this.#unknown = [answer];
    return false;
  }

  async #spansIfThere(): Promise<Read | null | Trouble> {
    const api = this.#logs('DescribeLogGroups');
    const answer = await ask<DescribeLogGroupsCommandOutput>(api, new DescribeLogGroupsCommand({ logGroupNamePrefix: SPANS_GROUP }));
    if (isTrouble(answer)) {
      this.#unknown = [...this.#unknown.filter(({ reason }) => reason !== answer.reason), answer];
      return null;
    }
    this.#unknown = [];
    return answer.logGroups?.some(({ logGroupName }) => logGroupName === SPANS_GROUP) === true ? this.#spans() : null;
  }

  async #spans(): Promise<Read | null | Trouble> {
    this.#tell('reading spans', 0, null);
    const tracesMax = this.#reading.tracesMax ?? TRACES_MAX;
    const wanted = {
      prefix: this.#reading.plan.tracePrefix,
      stretch: this.#stretch(),
      tracesMax,
      naming: this.#naming,
      onRead: (traces: number) => this.#tell('reading spans', traces, null),
    };
    const read = await readSpans(this.#insights, wanted);
    if (read === null || isTrouble(read)) return read;
    this.kind = 'transaction-search';
    this.#note(read.troubles, 'logs');
    return { ...read, shares: sharesOf(read) };
  }

  async #fetch({ own, ofK6, seen, troubles }: Listing, spans: Trouble | null): Promise<Read | Trouble> {
    this.#note(troubles, 'xray');
    const matchedBy = own.size > 0 ? 'prefix' : 'window';
    const found = [...(own.size > 0 ? own : ofK6).values()];
    if (found.length === 0) return this.#nothing(seen, [...troubles, ...(spans === null ? [] : [spans])]);
    const { ids, shares } = pick(found, this.#reading.tracesMax ?? TRACES_MAX);
    this.#tell('reading traces', 0, ids.length);
    const fetched = await fetchTraces(this.#xray('BatchGetTraces'), ids, this.#naming, (done) =>
      this.#tell('reading traces', done, ids.length),
    );
    this.#note(fetched.troubles, 'xray');
    if (fetched.unprocessed.length > 0) this.#note([unprocessed(fetched.unprocessed.length)], 'xray');
    if (fetched.traces.size === 0) {
      // Transaction Search indexes a share of traces: they are listed, but can't be fetched.
      const logged = spans ?? (await this.#spansIfThere());
      if (isRead(logged)) return logged;
      return (
        fetched.troubles[0] ?? logged ?? this.#orInLogs({ ...NONE_FETCHED, reason: `none of ${found.length} traces could be fetched` })
      );
    }
    return { traces: [...fetched.traces.values()], recorded: found.length, matchedBy, shares };
  }

  #nothing(seen: number, troubles: readonly Trouble[]): Trouble {
    const [first] = troubles;
    if (first !== undefined) return first;
    if (this.#outside.signal?.aborted === true) return INTERRUPTED;
    const others = seen === 0 ? 'none at all' : `${seen} of others`;
    return this.#orInLogs({ kind: 'not-found', reason: `X-Ray has no trace of the run in its window (${others})`, next: SWITCH_ON });
  }

  /** What X-Ray lacks may be in the logs: where nobody could look there, that is what is to be mended. */
  #orInLogs(trouble: Trouble): Trouble {
    const last = this.#unknown.at(-1);
    if (last === undefined) return trouble;
    const why = this.#unknown.map(({ reason }) => reason).join('; ');
    return { ...last, reason: `${trouble.reason}, and whether Transaction Search has them is not known (${why})` };
  }
}

const SWITCH_ON = 'Switch on active tracing for the API stage and the functions, and check the Region (AWS_REGION).';
const NONE_FETCHED: Trouble = { kind: 'incomplete', reason: '', next: 'Allow xray:BatchGetTraces, and run `loadkit analyze --aws`.' };

const unprocessed = (count: number): Trouble => ({
  kind: 'incomplete',
  reason: `xray:BatchGetTraces left ${count} traces unprocessed`,
  next: 'Run `loadkit analyze --aws` again: X-Ray may have them by then.',
});

const isEmpty = ({ own, ofK6 }: Listing): boolean => own.size === 0 && ofK6.size === 0;

/** The same while nothing more has come. */
const signature = ({ own, ofK6 }: Listing): string => [own, ofK6].map((found) => `${found.size}/${revisions(found)}`).join();
const revisions = (found: ReadonlyMap<string, Found>): number => [...found.values()].reduce((sum, { revision }) => sum + revision, 0);

const sharesOf = ({ traces, share }: SpansRead): ReadonlyMap<string, number> =>
  share === 1 ? new Map() : new Map(traces.map(({ id }) => [id, share]));
