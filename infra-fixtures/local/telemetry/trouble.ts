import { ACCOUNT_ID } from '../names.ts';
import type { Clock } from './clock.ts';
import { AwsError, type Operation, type Service } from './service.ts';

/** From 0 up to, but not including, 1. */
type Random = () => number;

/** What a kind of trouble does; what it doesn't say goes well. */
interface Kind {
  /** An operation as it behaves in this trouble. `name` is `xray:GetTraceSummaries`. */
  operation?: (name: string, operation: Operation, random: Random) => Operation;
  /** The share of requests whose connection is reset. */
  resetShare?: number;
  /** How far the endpoint's clock is ahead of the client's. */
  aheadMs?: number;
  /** Data can be read this much later. */
  delayS?: number;
  /** Traces go to the log group aws/spans. */
  transactionSearch?: boolean;
}

/** A new kind of trouble is one entry here. */
const kinds = {
  /** Other users of the account take their part of its limits. */
  throttle: { operation: (name, operation, random) => throttled(name, operation, random) },
  partial: { operation: (name, operation, random) => partial(name, operation, random) },
  denied: { operation: (name, operation) => (READS_OF_XRAY.test(name) ? () => deny(name) : operation) },
  /** Guess: "minutes", as CloudWatch's own documentation calls it. */
  late: { delayS: 300 },
  /** A laptop that has slept: the client is ten minutes behind AWS, and so behind the times that AWS's data carry. */
  skew: { aheadMs: 600_000 },
  'transaction-search': { operation: (name, operation) => withoutTraces(name, operation), transactionSearch: true },
  /** Guess: often enough that a run of some fifty calls meets it. */
  reset: { resetShare: 0.1 },
} satisfies Record<string, Kind>;

export type TroubleName = keyof typeof kinds;

/** Of `--aws-trouble`. */
export const troubleNames = Object.keys(kinds) as readonly TroubleName[];

/** What the services do in trouble, and what the server and the composition have to do about it. */
export interface Trouble {
  /** The service as it behaves in trouble. */
  around(service: Service): Service;
  /** Whether this request's connection is reset without an answer. */
  resets(): boolean;
  /** What the endpoint's clock shows, epoch milliseconds: also the `Date` header of its answers, by which clients correct their own. */
  dateMs(): number;
  /** How far that is ahead of the clock of this machine. */
  aheadMs: number;
  /** To be asked before an operation, with the request's `X-Amz-Date`. @throws AwsError for a signature of another time */
  admit(service: string, amzDate: string | undefined): void;
  /** To be added to the delay of all data. */
  extraDelayS: number;
  /** Whether traces are to be written to aws/spans, as `spanEvents` makes them. */
  transactionSearch: boolean;
}

/** Without names there is none. @param random decides which calls fail: the same sequence, the same trouble */
export const createTrouble = (names: readonly TroubleName[], random: Random, clock: Clock): Trouble => {
  const active: Kind[] = names.map((name) => kinds[name]);
  const sum = (of: (kind: Kind) => number | undefined): number => active.reduce((total, kind) => total + (of(kind) ?? 0), 0);
  const resetShare = sum((kind) => kind.resetShare);
  const aheadMs = sum((kind) => kind.aheadMs);
  const dateMs = () => clock() + aheadMs;
  const troubled = (name: string, sound: Operation): Operation =>
    active.reduce((inner, kind) => kind.operation?.(name, inner, random) ?? inner, sound);
  return {
    around: ({ prefix, operations }) => ({
      prefix,
      operations: Object.fromEntries(Object.entries(operations).map(([name, sound]) => [name, troubled(`${prefix}:${name}`, sound)])),
    }),
    resets: () => resetShare > 0 && random() < resetShare,
    dateMs,
    aheadMs,
    admit: (service, amzDate) => {
      if (aheadMs !== 0) checkTime(service, amzDate, dateMs());
    },
    extraDelayS: sum((kind) => kind.delayS),
    transactionSearch: active.some((kind) => kind.transactionSearch === true),
  };
};

/** Guess: tune. At this share a client with AWS's three attempts still fails in one call of sixty. */
const THROTTLED_SHARE = 0.25;
const THROTTLING_ERRORS: Readonly<Record<string, readonly [code: string, status: number]>> = {
  cloudwatch: ['Throttling', 400],
  logs: ['ThrottlingException', 400],
  xray: ['ThrottledException', 429],
};

const throttled = (name: string, operation: Operation, random: Random): Operation => {
  const [code, status] = THROTTLING_ERRORS[name.slice(0, name.indexOf(':'))] ?? ['ThrottlingException', 400];
  return (input) => {
    if (random() < THROTTLED_SHARE) throw new AwsError(code, 'Rate exceeded', status);
    return operation(input);
  };
};

/** What is read of the outputs that trouble changes. Only members that are there are changed, so that the rest is as the service gave it. */
interface MetricResult {
  Id: string;
  Label?: string;
  Timestamps: unknown[];
  Values: unknown[];
  StatusCode: string;
}
interface Trace {
  Id: string;
  Segments: { Id: string; Document: string }[];
}
/** Guess: tune. */
const PARTIAL_SHARE = 1 / 3;
/** Guess: one metric in so many is of an account that doesn't share it. */
const FORBIDDEN_ONE_IN = 7;

const partial = (name: string, operation: Operation, random: Random): Operation => {
  const change = PARTIAL_ANSWERS[name];
  const asked = name === 'cloudwatch:GetMetricData' ? inSmallPages(operation) : operation;
  return change === undefined ? operation : async (input) => change((await asked(input)) as Record<string, unknown>, random);
};

/** Most of AWS's partial data comes with a token for the rest. Guess: tune. */
const POINTS_PER_PAGE = 5000;
const inSmallPages =
  (operation: Operation): Operation =>
  (input) => {
    const max = input['MaxDatapoints'];
    return operation({ ...input, MaxDatapoints: typeof max === 'number' ? Math.min(max, POINTS_PER_PAGE) : (max ?? POINTS_PER_PAGE) });
  };

const PARTIAL_ANSWERS: Readonly<Record<string, (output: Record<string, unknown>, random: Random) => object>> = {
  'cloudwatch:GetMetricData': (output, random) => {
    const results = (output['MetricDataResults'] ?? []) as MetricResult[];
    return { ...output, MetricDataResults: results.map((result) => partialResult(result, random)) };
  },
  /** A trace isn't worked off at all, or has segments that are still being written. */
  'xray:BatchGetTraces': (output, random) => {
    const traces = (output['Traces'] ?? []) as Trace[];
    const left = traces.filter(() => random() < PARTIAL_SHARE);
    const kept = traces.filter((trace) => !left.includes(trace)).map((trace) => (random() < PARTIAL_SHARE ? inProgress(trace) : trace));
    const unprocessed = [...((output['UnprocessedTraceIds'] ?? []) as string[]), ...left.map(({ Id }) => Id)];
    return { ...output, Traces: kept, UnprocessedTraceIds: unprocessed };
  },
  'logs:GetQueryResults': (output, random) => {
    if (output['status'] !== 'Complete' || random() >= PARTIAL_SHARE) return output;
    const results = output['results'] as unknown[];
    return { ...output, status: 'Timeout', results: results.slice(0, Math.floor(results.length / 2)) };
  },
};

/** Permission doesn't come and go: which metrics are forbidden follows from their labels. The rest may be complete at the next call. */
const partialResult = (result: MetricResult, random: Random): object => {
  if (hash(result.Label ?? result.Id) % FORBIDDEN_ONE_IN === 0) {
    const message = { Code: 'Forbidden', Value: 'Access to the metric is forbidden' };
    return { ...result, Timestamps: [], Values: [], StatusCode: 'Forbidden', Messages: [message] };
  }
  if (random() >= PARTIAL_SHARE) return result;
  const half = Math.floor(result.Values.length / 2);
  return { ...result, Timestamps: result.Timestamps.slice(0, half), Values: result.Values.slice(0, half), StatusCode: 'PartialData' };
};

/** FNV-1a: https://datatracker.ietf.org/doc/html/rfc9923 */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
};

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html : in_progress instead of end_time. */
const inProgress = (trace: Trace): Trace => {
  const [first, ...others] = trace.Segments;
  if (first === undefined) return trace;
  const { end_time: _end, ...document } = JSON.parse(first.Document) as Record<string, unknown>;
  return { ...trace, Segments: [{ ...first, Document: JSON.stringify({ ...document, in_progress: true }) }, ...others] };
};

/** The game goes on writing its traces: it has a role of its own. */
const READS_OF_XRAY = /^xray:(BatchGet|Get)/;

const deny = (action: string): never => {
  const user = `arn:aws:iam::${ACCOUNT_ID}:user/loadkit`;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    403,
  );
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html : none are indexed here. */
const withoutTraces = (name: string, operation: Operation): Operation => {
  const instead = {
    'xray:GetTraceSummaries': { TraceSummaries: [], TracesProcessedCount: 0, NextToken: undefined },
    'xray:BatchGetTraces': { Traces: [], UnprocessedTraceIds: [] },
    'xray:GetTraceSegmentDestination': { Destination: 'CloudWatchLogs' },
  }[name];
  return instead === undefined ? operation : async (input) => ({ ...(await operation(input)), ...instead });
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const TOLERANCE_MS = 5 * 60_000;
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** @throws AwsError InvalidSignatureException for a request that says it is of another time */
const checkTime = (service: string, amzDate: string | undefined, nowMs: number): void => {
  const signedMs = Date.parse((amzDate ?? '').replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'));
  // A request without a time is not signed, which is another one's to refuse.
  if (Number.isNaN(signedMs) || Math.abs(nowMs - signedMs) <= TOLERANCE_MS) return;
  const [now, earliest, latest] = [nowMs, nowMs - TOLERANCE_MS, nowMs + TOLERANCE_MS].map(amzDateOf);
  const message =
    signedMs < nowMs
      ? `Signature expired: ${amzDate} is now earlier than ${earliest} (${now} - 5 min.)`
      : `Signature not yet current: ${amzDate} is still later than ${latest} (${now} + 5 min.)`;
  throw new AwsError('InvalidSignatureException', message, service === 'xray' ? 403 : 400);
};

const amzDateOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
