import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { type Fields, Input } from '../input.ts';
import { AwsError, type Operation, type Service } from '../service.ts';
import { parseFilter, parseSelector } from './filter.ts';
import { ServiceGraph, TimeSeries } from './graph.ts';
import { readDocument, type Unprocessed } from './segment.ts';
import { TIME_RANGE_TYPES, TraceStore } from './store.ts';
import { summaryOf } from './summary.ts';
import { assemble, type Segment, secondsBetween, type Trace } from './trace.ts';

/** REST JSON: each operation has a path, all of them are posted to. https://docs.aws.amazon.com/xray/latest/api/API_Operations.html */
export const xrayPaths: Readonly<Record<string, string>> = {
  '/TraceSegments': 'PutTraceSegments',
  '/TraceSummaries': 'GetTraceSummaries',
  '/Traces': 'BatchGetTraces',
  '/ServiceGraph': 'GetServiceGraph',
  '/TimeSeriesServiceStatistics': 'GetTimeSeriesServiceStatistics',
  '/GetTraceSegmentDestination': 'GetTraceSegmentDestination',
};

/** https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
const TRACES_PER_CALL_MAX = 5;
/** "You can get data for a range of up to six hours": https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html */
const WINDOW_MAX_S = 6 * 3600;
/** Traces that one page looks at, whether or not they match: X-Ray pages by slices of time, so that a page may be empty. Guess: tune. */
const TRACES_PER_PAGE = 500;
/** After so many traces others get their turn. Guess: a tenth of a second. */
const TRACES_PER_TURN = 200;
/** https://docs.aws.amazon.com/xray/latest/api/API_GetTimeSeriesServiceStatistics.html */
const PERIODS_S = [60, 300];

export interface XRay {
  service: Service;
  /** Documents of the platform itself and of the daemon's port. What is not a segment document is dropped; the others are given back. */
  ingest(documents: readonly object[]): object[];
}

/** X-Ray as far as loadkit and the game call it. @param delayS how long after its arrival a document can be read */
export const createXRay = ({ clock, delayS }: { clock: Clock; delayS: number }): XRay => {
  const store = new TraceStore(clock, delayS);

  const put = (text: unknown): Unprocessed | null => {
    const read = readDocument(text);
    if (!('document' in read)) return read;
    store.put(read.text, read.document);
    return null;
  };
  const traceOf = (id: string): Trace | null => {
    const stored = store.get(id);
    return stored === null ? null : assemble(stored);
  };
  /** Calls with each trace that can be read, and lets others have their turn now and then. */
  const each = async (ids: readonly string[], use: (trace: Trace) => void): Promise<void> => {
    for (const [k, id] of ids.entries()) {
      if (k % TRACES_PER_TURN === TRACES_PER_TURN - 1) await setImmediate();
      const trace = traceOf(id);
      if (trace !== null) use(trace);
    }
  };
  const reading =
    (read: (input: Input) => object): Operation =>
    (fields: Fields) =>
      read(new Input(fields, REFUSALS));

  const operations: Record<string, Operation> = {
    PutTraceSegments: reading((input) => ({
      UnprocessedTraceSegments: input
        .with('TraceSegmentDocuments')
        .list('TraceSegmentDocuments', Number.POSITIVE_INFINITY)
        .map(put)
        .filter((problem) => problem !== null),
    })),

    GetTraceSummaries: reading(async (input) => {
      const { startS, endS } = windowOf(input);
      const type = input.choice('TimeRangeType', TIME_RANGE_TYPES) ?? 'TraceId';
      if (input.given('Sampling') === true) input.unsupported('Sampling');
      const expression = input.optionalText('FilterExpression', Number.POSITIVE_INFINITY, 0);
      const isWanted = expression === undefined ? () => true : parseFilter(expression);
      const found = store.between(startS, endS, type);
      const from = indexAfter(found, input.place() as Position | undefined);
      const page = found.slice(from, from + TRACES_PER_PAGE);
      const summaries: object[] = [];
      let processed = 0;
      await each(
        page.map(({ id }) => id),
        (trace) => {
          processed++;
          if (isWanted(trace)) summaries.push(summaryOf(trace));
        },
      );
      return {
        TraceSummaries: summaries,
        ApproximateTime: page[0]?.timeS ?? startS,
        TracesProcessedCount: processed,
        ...(from + TRACES_PER_PAGE < found.length && { NextToken: input.tokenOf(page.at(-1)) }),
      };
    }),

    BatchGetTraces: reading((input) => {
      const ids = input.with('TraceIds').texts('TraceIds', TRACES_PER_CALL_MAX);
      const traces = [...new Set(ids)].map((id) => ({ id, trace: traceOf(id) }));
      return {
        Traces: traces.flatMap(({ trace }) => (trace === null ? [] : [fullTrace(trace)])),
        UnprocessedTraceIds: traces.flatMap(({ id, trace }) => (trace === null ? [id] : [])),
      };
    }),

    GetServiceGraph: reading(async (input) => {
      const { startS, endS } = windowOf(input);
      ungrouped(input);
      const graph = new ServiceGraph();
      await each(store.overlapping(startS, endS), (trace) => graph.add(trace, startsIn(startS, endS)));
      return { StartTime: startS, EndTime: endS, Services: graph.services, ContainsOldGroupVersions: false };
    }),

    GetTraceSegmentDestination: reading(() => ({ Destination: 'XRay', Status: 'ACTIVE' })),

    GetTimeSeriesServiceStatistics: reading(async (input) => {
      const { startS, endS } = windowOf(input);
      ungrouped(input);
      if (input.given('ForecastStatistics') === true) input.unsupported('ForecastStatistics');
      const periodS = input.number('Period') ?? 60;
      if (!PERIODS_S.includes(periodS)) throw invalid(`Period is none of ${PERIODS_S.join(', ')}`);
      const selector = input.optionalText('EntitySelectorExpression', 500);
      const series = new TimeSeries(selector === undefined ? null : parseSelector(selector), periodS);
      await each(store.overlapping(startS, endS), (trace) => series.add(trace, startsIn(startS, endS)));
      return { TimeSeriesServiceStatistics: series.statistics, ContainsOldGroupVersions: false };
    }),
  };

  return {
    service: { prefix: 'xray', operations },
    ingest: (documents) => documents.filter((document) => put(JSON.stringify(document)) === null),
  };
};

const invalid = (message: string): AwsError => new AwsError('InvalidRequestException', message);
const REFUSALS = {
  invalid,
  validation: invalid,
  missing: (path: string) => invalid(`${path} is required`),
  badToken: () => invalid('NextToken is not valid for this request'),
};

/** Timestamps are epoch seconds on the wire. The end itself is outside. */
const windowOf = (input: Input): { startS: number; endS: number } => {
  const [startS, endS] = [input.time('StartTime'), input.time('EndTime')];
  if (startS > endS) throw invalid('StartTime is after EndTime');
  if (endS - startS > WINDOW_MAX_S) throw invalid(`The time range is longer than ${WINDOW_MAX_S / 3600} hours`);
  return { startS, endS };
};

const startsIn =
  (startS: number, endS: number) =>
  ({ document: { start_time } }: Segment): boolean =>
    start_time >= startS && start_time < endS;

const ungrouped = (input: Input): void => {
  if ((input.given('GroupName') ?? 'Default') !== 'Default' || input.given('GroupARN') !== undefined) throw invalid('Group does not exist');
};

interface Position {
  id: string;
  timeS: number;
}

/** Where to go on after the last one of a page: what came in the meantime moves nothing. */
const indexAfter = (found: readonly Position[], last: Position | undefined): number => {
  if (last === undefined) return 0;
  const next = found.findIndex(({ id, timeS }) => timeS > last.timeS || (timeS === last.timeS && id > last.id));
  return next === -1 ? found.length : next;
};

const fullTrace = ({ id, startS, endS, limitExceeded, segments, orphans }: Trace): object => ({
  Id: id,
  Duration: secondsBetween(startS, endS),
  LimitExceeded: limitExceeded,
  Segments: [...segments.map(({ document }) => document), ...orphans].map((document) => ({
    Id: document.id,
    Document: JSON.stringify(document),
  })),
});
