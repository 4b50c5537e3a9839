import { newSegmentId, type TraceContext } from '../gateway/trace-context.ts';
import { ACCOUNT_ID, functionArn } from '../names.ts';
import type { FunctionError, Initialization } from './execution-environment.ts';

/**
 * What Lambda writes into a trace: a segment of the service, and below it one of the function, whose id the function's own subsegments have as parent.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html . Times come in epoch milliseconds and go as X-Ray's epoch seconds.
 */

interface Span {
  name: string;
  trace: TraceContext;
  segmentId: string;
  startedAtMs: number;
  endedAtMs: number;
}

/** An attempt to run an asynchronous invocation. */
export interface Attempt {
  segmentId: string;
  startedAtMs: number;
  endedAtMs: number;
  outcome: ServiceOutcome;
}

export type ServiceOutcome = 'ok' | 'failed' | 'throttled';

const S = 1000;

const flagsOf = (outcome: ServiceOutcome): object =>
  outcome === 'throttled' ? { throttle: true, error: true } : outcome === 'failed' ? { fault: true } : {};

/** The function's error is the function's: the service itself answers 200 then. */
const statusOf = (outcome: ServiceOutcome): number => (outcome === 'throttled' ? 429 : 200);

const serviceSegment = ({ name, trace, segmentId, startedAtMs, endedAtMs }: Span, requestId: string, status: number): object => ({
  id: segmentId,
  name,
  trace_id: trace.root,
  ...(trace.parent !== null && { parent_id: trace.parent }),
  start_time: startedAtMs / S,
  end_time: endedAtMs / S,
  http: { response: { status } },
  aws: { request_id: requestId },
  origin: 'AWS::Lambda',
  resource_arn: functionArn(name),
});

/** Of an invocation whose caller waits. */
export const synchronousSegment = (span: Span, requestId: string, outcome: ServiceOutcome): object => ({
  ...serviceSegment(span, requestId, statusOf(outcome)),
  ...flagsOf(outcome),
});

/** Of one that was queued: how long it lay there, and each attempt. */
export const asynchronousSegment = (span: Span, requestId: string, attempts: readonly Attempt[]): object => ({
  ...serviceSegment(span, requestId, 202),
  ...flagsOf(attempts.at(-1)?.outcome ?? 'ok'),
  subsegments: [
    {
      id: newSegmentId(),
      name: 'Dwell Time',
      start_time: span.startedAtMs / S,
      end_time: (attempts[0]?.startedAtMs ?? span.endedAtMs) / S,
    },
    ...attempts.map(({ segmentId, startedAtMs, endedAtMs, outcome }, index) => ({
      id: segmentId,
      name: `Attempt #${index + 1}`,
      start_time: startedAtMs / S,
      end_time: endedAtMs / S,
      http: { response: { status: statusOf(outcome) } },
      ...flagsOf(outcome),
    })),
  ],
});

/** Of the function in its environment. `endedAtMs` is that of the invocation; the environment is free again at `freeAtMs`. */
export const functionSegment = (
  { name, trace, segmentId, startedAtMs, endedAtMs }: Span,
  freeAtMs: number,
  init: Initialization | null,
  error: FunctionError | null,
): object => {
  const aws = { function_arn: functionArn(name) };
  const part = (title: string, from: number, to: number): object => ({
    id: newSegmentId(),
    name: title,
    start_time: from / S,
    end_time: to / S,
    aws,
  });
  return {
    id: segmentId,
    name,
    trace_id: trace.root,
    ...(trace.parent !== null && { parent_id: trace.parent }),
    start_time: startedAtMs / S,
    end_time: freeAtMs / S,
    aws: { account_id: ACCOUNT_ID, ...aws, resource_names: [name] },
    origin: 'AWS::Lambda::Function',
    ...(error !== null && { fault: true, cause: causeOf(error) }),
    subsegments: [
      ...(init === null ? [] : [part('Initialization', init.startedAtMs, init.readyAtMs)]),
      { ...part('Invocation', startedAtMs, endedAtMs), ...(error !== null && { fault: true }) },
      part('Overhead', endedAtMs, freeAtMs),
    ],
  };
};

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors */
const causeOf = ({ errorType, errorMessage, trace }: FunctionError): object => ({
  working_directory: '/var/task',
  exceptions: [{ id: newSegmentId(), type: errorType, message: errorMessage, stack: framesOf(trace) }],
});

/** Guess: as many as anybody reads. */
const FRAMES_MAX = 20;

/** `    at label (path:line:column)` */
const framesOf = (trace: readonly string[]): object[] =>
  trace
    .flatMap((line) => {
      const [, label = '<anonymous>', path, row] = /^\s*at (?:(.+) \()?(.+?):(\d+):\d+\)?$/.exec(line) ?? [];
      return path === undefined ? [] : [{ path, line: Number(row), label }];
    })
    .slice(0, FRAMES_MAX);
