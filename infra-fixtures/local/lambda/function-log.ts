import type { FunctionError } from './execution-environment.ts';

/** The lines that Lambda itself writes to a function's log: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */

/** Its version goes up with Node's; the ARN's hash means nothing to us. */
const RUNTIME_VERSION = 'nodejs:24.v1';

export const initStartLine = (region: string): string =>
  `INIT_START Runtime Version: ${RUNTIME_VERSION}\tRuntime Version ARN: arn:aws:lambda:${region}::runtime:${'0'.repeat(64)}`;

export const initReportLine = (durationMs: number, { errorType }: FunctionError): string =>
  `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: error\tError Type: ${errorType}`;

export const startLine = (requestId: string): string => `START RequestId: ${requestId} Version: $LATEST`;

export const endLine = (requestId: string): string => `END RequestId: ${requestId}`;

export interface Report {
  requestId: string;
  durationMs: number;
  /** On the first invocation of its environment. */
  initMs: number | null;
  memoryMb: number;
  memoryUsedMb: number;
  /** What the environment ended of, if it did. */
  failure: { status: 'timeout' } | { status: 'error'; errorType: string } | null;
  /** When it is traced. */
  trace: { root: string; segmentId: string } | null;
}

/** Rounded up to a millisecond, with the initialization, which is billed since August 2025: https://aws.amazon.com/lambda/pricing/ */
const billedMs = ({ durationMs, initMs }: Pick<Report, 'durationMs' | 'initMs'>): number => Math.ceil(durationMs + (initMs ?? 0));

export const reportLine = (report: Report): string => {
  const { requestId, durationMs, initMs, memoryMb, memoryUsedMb, failure, trace } = report;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs(report)} ms`,
    `Memory Size: ${memoryMb} MB`,
    // An environment that was ended for its memory had all of it, and no more.
    `Max Memory Used: ${Math.min(memoryMb, Math.ceil(memoryUsedMb))} MB`,
  ];
  if (initMs !== null) fields.push(`Init Duration: ${initMs.toFixed(2)} ms`);
  if (failure !== null) fields.push(`Status: ${failure.status}`);
  if (failure?.status === 'error') fields.push(`Error Type: ${failure.errorType}`);
  const line = `${fields.join('\t')}\t`;
  return trace === null ? line : `${line}\nXRAY TraceId: ${trace.root}\tSegmentId: ${trace.segmentId}\tSampled: true\t`;
};
