import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { REGION } from '../../names.ts';
import type { Clock } from '../clock.ts';
import { AwsError, type Operation, type Service } from '../service.ts';
import { matches } from './filter.ts';
import { parseFilter, parseSelector } from './filter-parser.ts';
import { ServiceGraph, TimeSeries } from './graph.ts';
import { DEFAULT_SAMPLING } from './sampler.ts';
import { readDocument, type Unprocessed } from './segment.ts';
import { type TimeRangeType, TraceStore } from './store.ts';
import { summaryOf } from './summary.ts';
import { assemble, type Segment, secondsBetween, type Trace } from './trace.ts';

/** REST JSON: each operation has a path, all of them are posted to. https://docs.aws.amazon.com/xray/latest/api/API_Operations.html */
export const xrayPaths: Readonly<Record<string, string>> = {
  '/TraceSegments': 'PutTraceSegments',
  '/TelemetryRecords': 'PutTelemetryRecords',
  '/TraceSummaries': 'GetTraceSummaries',
  '/Traces': 'BatchGetTraces',
  '/ServiceGraph': 'GetServiceGraph',
  '/TraceGraph': 'GetTraceGraph',
  '/TimeSeriesServiceStatistics': 'GetTimeSeriesServiceStatistics',
  '/GetSamplingRules': 'GetSamplingRules',
  '/SamplingTargets': 'GetSamplingTargets',
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

type Input = Readonly<Record<string, unknown>>;

export interface XRay {
  service: Service;
  /** Documents of the platform itself and of the daemon's port. What is not a segment document is handed to `onUnprocessed`. */
  ingest(documents: readonly object[]): void;
}

/**
 * X-Ray as far as loadkit and the game call it.
 *
 * @param clock epoch milliseconds
 * @param delayS how long after its arrival a document can be read
 * @param onUnprocessed told of each document that `ingest` could not take
 */
export const createXRay = ({
  clock,
  delayS,
  onUnprocessed = () => undefined,
}: {
  clock: Clock;
  delayS: number;
  onUnprocessed?: (problem: Unprocessed) => void;
}): XRay => {
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

  const operations: Record<string, Operation> = {
    PutTraceSegments: (input) => ({
      UnprocessedTraceSegments: list(input, 'TraceSegmentDocuments')
        .map(put)
        .filter((problem) => problem !== null),
    }),

    PutTelemetryRecords: (input) => {
      list(input, 'TelemetryRecords');
      return {};
    },

    GetTraceSummaries: async (input) => {
      const { startS, endS } = windowOf(input);
      const type = timeRangeType(input['TimeRangeType']);
      const filter = input['FilterExpression'] === undefined ? null : parseFilter(String(input['FilterExpression']));
      const sampled = samplingOf(input);
      const query = fingerprint(input);
      const found = store.between(startS, endS, type);
      const from = positionOf(input['NextToken'], query, found);
      const page = found.slice(from, from + TRACES_PER_PAGE).filter(({ id }) => sampled(id));
      const times = new Map(page.map(({ id, timeS }) => [id, timeS]));
      const summaries: object[] = [];
      let processed = 0;
      await each([...times.keys()], (trace) => {
        processed++;
        if (filter === null || matches(filter, trace)) summaries.push(summaryOf(trace, times.get(trace.id) ?? trace.startS));
      });
      const last = found[from + TRACES_PER_PAGE - 1];
      return {
        TraceSummaries: summaries,
        ApproximateTime: found[from]?.timeS ?? startS,
        TracesProcessedCount: processed,
        ...(last !== undefined && from + TRACES_PER_PAGE < found.length && { NextToken: tokenOf(query, last) }),
      };
    },

    BatchGetTraces: (input) => {
      const ids = list(input, 'TraceIds').map(String);
      if (ids.length > TRACES_PER_CALL_MAX) return invalid(`TraceIds has more than ${TRACES_PER_CALL_MAX} entries`);
      const traces = [...new Set(ids)].map((id) => ({ id, trace: traceOf(id) }));
      return {
        Traces: traces.flatMap(({ trace }) => (trace === null ? [] : [fullTrace(trace)])),
        UnprocessedTraceIds: traces.flatMap(({ id, trace }) => (trace === null ? [id] : [])),
      };
    },

    GetServiceGraph: async (input) => {
      const { startS, endS } = windowOf(input);
      ungrouped(input);
      const graph = new ServiceGraph();
      await each(store.overlapping(startS, endS), (trace) => graph.add(trace, startsIn(startS, endS)));
      return { StartTime: startS, EndTime: endS, Services: graph.services, ContainsOldGroupVersions: false };
    },

    GetTraceGraph: async (input) => {
      const graph = new ServiceGraph();
      await each(list(input, 'TraceIds').map(String), (trace) => graph.add(trace, () => true));
      return { Services: graph.services };
    },

    GetTimeSeriesServiceStatistics: async (input) => {
      const { startS, endS } = windowOf(input);
      ungrouped(input);
      if (input['ForecastStatistics'] === true) return invalid('ForecastStatistics are not available');
      const periodS = input['Period'] ?? PERIODS_S[0];
      if (typeof periodS !== 'number' || !PERIODS_S.includes(periodS)) return invalid(`Period is none of ${PERIODS_S.join(', ')}`);
      const selector = input['EntitySelectorExpression'];
      const series = new TimeSeries(selector === undefined ? null : parseSelector(String(selector)), periodS);
      await each(store.overlapping(startS, endS), (trace) => series.add(trace, startsIn(startS, endS)));
      return { TimeSeriesServiceStatistics: series.statistics, ContainsOldGroupVersions: false };
    },

    GetSamplingRules: () => ({ SamplingRuleRecords: [{ SamplingRule: DEFAULT_RULE, CreatedAt: 0, ModifiedAt: 0 }] }),

    GetSamplingTargets: (input) => {
      const names = list(input, 'SamplingStatisticsDocuments').map((document) => String((document as Input | null)?.['RuleName']));
      const known = (name: string): boolean => name === DEFAULT_RULE.RuleName;
      return {
        SamplingTargetDocuments: names.filter(known).map((RuleName) => ({
          RuleName,
          FixedRate: DEFAULT_RULE.FixedRate,
          ReservoirQuota: DEFAULT_RULE.ReservoirSize,
          ReservoirQuotaTTL: Math.floor(clock() / 1000) + QUOTA_LASTS_S,
          Interval: QUOTA_LASTS_S,
        })),
        LastRuleModification: 0,
        // Guess: AWS doesn't list its codes.
        UnprocessedStatistics: names
          .filter((name) => !known(name))
          .map((RuleName) => ({ RuleName, ErrorCode: 'RuleNotFound', Message: 'Sampling rule does not exist.' })),
      };
    },

    GetTraceSegmentDestination: () => ({ Destination: 'XRay', Status: 'ACTIVE' }),
  };

  return {
    service: { prefix: 'xray', operations },
    ingest(documents) {
      for (const document of documents) {
        const problem = put(JSON.stringify(document));
        if (problem !== null) onUnprocessed(problem);
      }
    },
  };
};

/** As AWS documents it: https://docs.aws.amazon.com/cli/latest/reference/xray/get-sampling-rules.html */
const DEFAULT_RULE = {
  RuleName: 'Default',
  RuleARN: `arn:aws:xray:${REGION}::sampling-rule/Default`,
  ResourceARN: '*',
  Priority: 10_000,
  FixedRate: DEFAULT_SAMPLING.rate,
  ReservoirSize: DEFAULT_SAMPLING.perS,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  Version: 1,
  Attributes: {},
};
const QUOTA_LASTS_S = 10;

const invalid = (message: string): never => {
  throw new AwsError('InvalidRequestException', message);
};

const list = (input: Input, name: string): readonly unknown[] => {
  const value = input[name];
  return Array.isArray(value) ? value : invalid(`${name} is required`);
};

/** Timestamps are epoch seconds on the wire. The end itself is outside. */
const windowOf = (input: Input): { startS: number; endS: number } => {
  const [startS, endS] = [input['StartTime'], input['EndTime']];
  if (typeof startS !== 'number' || typeof endS !== 'number') return invalid('StartTime and EndTime are required');
  if (!(startS <= endS)) return invalid('StartTime is after EndTime');
  if (endS - startS > WINDOW_MAX_S) return invalid(`The time range is longer than ${WINDOW_MAX_S / 3600} hours`);
  return { startS, endS };
};

const startsIn =
  (startS: number, endS: number) =>
  ({ document: { start_time } }: Segment): boolean =>
    start_time >= startS && start_time < endS;

const timeRangeType = (value: unknown): TimeRangeType => {
  const type = value ?? 'TraceId';
  return type === 'TraceId' || type === 'Event' || type === 'Service' ? type : invalid(`TimeRangeType ${String(value)} is unknown`);
};

const ungrouped = (input: Input): void => {
  const name = input['GroupName'] ?? 'Default';
  if (name !== 'Default' || input['GroupARN'] !== undefined) invalid('Group does not exist');
};

/** Which traces a sampled query looks at: a share by their ids, so that each page takes the same. Other strategies than a fixed rate are not offered. */
const samplingOf = (input: Input): ((id: string) => boolean) => {
  if (input['Sampling'] !== true) return () => true;
  const { Name, Value } = (input['SamplingStrategy'] ?? {}) as Input;
  if (Name !== 'FixedRate' || typeof Value !== 'number') return invalid('Sampling takes a SamplingStrategy of FixedRate with a Value');
  return (id) => Number.parseInt(createHash('sha256').update(id).digest('hex').slice(0, 8), 16) / 2 ** 32 < Value;
};

interface Position {
  id: string;
  timeS: number;
}

/** Of all that makes a query, so that a token leads nowhere else. */
const fingerprint = ({ NextToken: _token, ...query }: Input): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16);

const tokenOf = (query: string, { id, timeS }: Position): string => Buffer.from(JSON.stringify([query, id, timeS])).toString('base64url');

/** Index of the first after the one that a token names: what came in the meantime moves nothing. */
const positionOf = (token: unknown, query: string, found: readonly Position[]): number => {
  if (token === undefined) return 0;
  const [of, id, timeS] = tokenParts(String(token));
  if (of !== query || typeof id !== 'string' || typeof timeS !== 'number') return invalid('NextToken is not valid for this request');
  const next = found.findIndex((other) => other.timeS > timeS || (other.timeS === timeS && other.id > id));
  return next === -1 ? found.length : next;
};

const tokenParts = (token: string): unknown[] => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
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
