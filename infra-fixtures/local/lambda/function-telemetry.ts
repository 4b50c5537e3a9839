import { isAlarming } from '../log-sink.ts';
import { functionDimensions, functionLogGroup, REGION } from '../names.ts';
import type { Dimensions, Platform, Unit } from '../telemetry/platform.ts';
import type { Concurrency } from './concurrency.ts';
import type { FunctionError } from './execution-environment.ts';
import { endLine, initReportLine, initStartLine, type Report, reportLine, startLine } from './function-log.ts';
import type { PoolRun } from './function-pool.ts';

/** What Lambda tells of a function: its metrics and its log. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export interface FunctionTelemetry {
  throttled(): void;
  initStarted(stream: string): void;
  initFailed(stream: string, startedAtMs: number, error: FunctionError): void;
  /** Before the handler runs: its own lines come between this and the report. */
  started(stream: string, requestId: string): void;
  printed(stream: string, line: string): void;
  ended(requestId: string, run: PoolRun, trace: Report['trace']): void;
  eventReceived(): void;
  /** An event was taken from the queue, this long after it came. */
  eventAge(ageMs: number): void;
  eventDropped(): void;
}

const NAMESPACE = 'AWS/Lambda';

export const functionTelemetry = (
  platform: Platform,
  name: string,
  memoryMb: number,
  onAlarming: (line: string) => void,
): FunctionTelemetry => {
  const group = functionLogGroup(name);
  // Of the function, of its unqualified version (the resource that is invoked), and of all functions.
  const dimensionSets: readonly Dimensions[] = [functionDimensions(name), { ...functionDimensions(name), Resource: name }, {}];
  const metric = (metricName: string, value: number, unit: Unit): void => {
    for (const dimensions of dimensionSets) platform.metric(NAMESPACE, metricName, dimensions, value, unit);
  };
  const log = (stream: string, line: string): void => platform.log(group, stream, line, Date.now());
  return {
    // One that is throttled counts as no invocation, and as no error.
    throttled: () => metric('Throttles', 1, 'Count'),
    initStarted: (stream) => log(stream, initStartLine(REGION)),
    initFailed: (stream, startedAtMs, error) => {
      log(stream, initReportLine(Date.now() - startedAtMs, error));
      onAlarming(`${name} could not be initialized: ${error.errorType}: ${error.errorMessage}`);
    },
    started: (stream, requestId) => log(stream, startLine(requestId)),
    printed: (stream, line) => {
      log(stream, line);
      if (isAlarming(line)) onAlarming(line);
    },
    ended: (requestId, run, trace) => {
      const durationMs = run.endedAtMs - run.startedAtMs;
      const error = 'error' in run.result ? run.result : null;
      metric('Invocations', 1, 'Count');
      metric('Errors', error === null ? 0 : 1, 'Count');
      metric('Throttles', 0, 'Count');
      metric('Duration', durationMs, 'Milliseconds');
      if (run.lost && error !== null) {
        log(run.stream, lossLine(requestId, error));
        onAlarming(`${name}: ${error.error.errorMessage}`);
      }
      log(run.stream, endLine(requestId));
      const initMs = run.init === null ? null : run.init.readyAtMs - run.init.startedAtMs;
      const failure = failureOf(run);
      log(run.stream, reportLine({ requestId, durationMs, initMs, memoryMb, memoryUsedMb: run.memoryMb, failure, trace }));
    },
    eventReceived: () => metric('AsyncEventsReceived', 1, 'Count'),
    eventAge: (ageMs) => metric('AsyncEventAge', ageMs, 'Milliseconds'),
    eventDropped: () => metric('AsyncEventsDropped', 1, 'Count'),
  };
};

/** What Lambda writes for an environment that it had to end, in place of the runtime. */
const lossLine = (requestId: string, { error, timedOut }: { error: FunctionError; timedOut: boolean }): string =>
  timedOut
    ? `${new Date().toISOString()} ${requestId} ${error.errorMessage.replace(/^.*Error: /, '')}\n`
    : `RequestId: ${requestId} ${error.errorMessage.startsWith('Error: ') ? '' : 'Error: '}${error.errorMessage}`;

/** A handler that threw leaves its environment alive, and its report is that of any other. */
const failureOf = (run: PoolRun): Report['failure'] => {
  if (!run.lost || 'json' in run.result) return null;
  return run.result.timedOut ? { status: 'timeout' } : { status: 'error', errorType: run.result.error.errorType };
};

/** Tells how many executions there were at once, at most, since it was last asked to: once a second, as often as the platform hands over. */
export const tellConcurrency = (platform: Platform, concurrency: Concurrency): void => {
  const { functions, account, unreserved, claimed } = concurrency.peaks();
  if (account === 0) return; // no datapoint is what Lambda says of nothing
  const gauge = (metricName: string, dimensions: Dimensions, value: number): void =>
    platform.metric(NAMESPACE, metricName, dimensions, value, 'Count');
  for (const [name, peak] of functions) {
    gauge('ConcurrentExecutions', functionDimensions(name), peak);
    gauge('ConcurrentExecutions', { ...functionDimensions(name), Resource: name }, peak);
  }
  gauge('ConcurrentExecutions', {}, account);
  gauge('UnreservedConcurrentExecutions', {}, unreserved);
  gauge('ClaimedAccountConcurrency', {}, claimed);
};
