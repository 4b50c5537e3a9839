import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { PLATFORM_PATH, type PlatformMetric } from '../infra-fixtures/local/telemetry/platform.ts';
import { startTelemetry } from '../infra-fixtures/local/telemetry/telemetry.ts';
import { madeTraces } from '../tests/xray-documents.ts';

const TRACES = 10_000;
const SEGMENTS = 20;
const RUN_S = 1800;
/** The most that loadkit asks for: see analyzers/sources/xray/rate.ts. */
const CALLS_PER_S_MAX = 50;
const TRACES_PER_CALL = 5;
/** With `throttle`, what the endpoint lets through: five calls a second, of which others take a quarter. Takes ten minutes. */
const THROTTLED_PER_S = 5 * 0.75;
const PREFIX = '1-6b000000-0badcafe';
const TRACES_PER_BATCH = 250;
/** Loadkit asks for twelve series of each function. */
const FUNCTIONS = 50;
const PERIOD_S = 60;
const COUNTS = ['Invocations', 'Errors', 'Throttles', 'AsyncEventsDropped', 'DeadLetterErrors', 'ConcurrentExecutions'] as const;
const TIMES = ['Duration', 'AsyncEventAge'] as const;

interface Measured {
  series: number;
  traces: number;
  spans: number;
  requests: number;
  /** Of the metrics and the traces. */
  fetchS: number;
  /** With what came before it. */
  fetchCpuS: number;
  writeS: number;
  readS: number;
  fileBytes: number;
  judgeS: number;
  judgeWithoutS: number;
  findings: string[];
  peakBytes: number;
}

/**
 * 10,000 traces of 20 segments, as X-Ray gives them, and 600 metrics over 30 minutes: fetched within 1.3 times what X-Ray's rate allows, analysed in under
 * 3 s, in one process that stays under 300 MB. `LOADKIT_BENCH_TROUBLE=throttle` fetches at X-Ray's rates.
 */
export async function bench(): Promise<string> {
  const throttled = process.env['LOADKIT_BENCH_TROUBLE'] === 'throttle';
  const telemetry = await startTelemetry({ periodS: PERIOD_S, delayS: 0, trouble: throttled ? ['throttle'] : [] });
  const fromS = Math.floor(Date.now() / 1000) - RUN_S;
  try {
    await fill(telemetry.endpoint, fromS);
    const child = fork(path.join(import.meta.dirname, 'traces-process.js'), [
      telemetry.endpoint,
      PREFIX,
      ...[fromS, RUN_S, FUNCTIONS, PERIOD_S].map(String),
    ]);
    const exited = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the process exited with ${String(code)}`)));
    const [measured] = (await Promise.race([once(child, 'message'), exited])) as [Measured];
    return told(measured, throttled ? THROTTLED_PER_S : CALLS_PER_S_MAX);
  } finally {
    await telemetry.stop();
  }
}

async function fill(endpoint: string, startS: number): Promise<void> {
  let segments: object[] = [];
  let metrics = metricsFrom(startS);
  const send = async (): Promise<void> => {
    const answer = await fetch(endpoint + PLATFORM_PATH, { method: 'POST', body: JSON.stringify({ metrics, logs: [], segments }) });
    if (!answer.ok) throw new Error(`a batch was refused: ${answer.status}`);
    [segments, metrics] = [[], []];
  };
  let traces = 0;
  for (const { documents } of madeTraces({ prefix: PREFIX, count: TRACES, startS, perS: TRACES / RUN_S, segments: SEGMENTS })) {
    // X-Ray infers the others.
    segments.push(...documents.filter(({ inferred }) => inferred !== true));
    traces += 1;
    if (traces % TRACES_PER_BATCH === 0) await send();
  }
  await send();
}

/** What each function tells of each period. */
function metricsFrom(startS: number): PlatformMetric[] {
  const told = (k: number, atS: number, metric: string, unit: PlatformMetric['unit'], values: number[]): PlatformMetric => ({
    ...{ namespace: 'AWS/Lambda', metric, unit, atS, values },
    dimensions: { FunctionName: String(k) },
    counts: values.map(() => 1),
  });
  return Array.from({ length: RUN_S / PERIOD_S }, (_, period) => startS + period * PERIOD_S).flatMap((atS) =>
    Array.from({ length: FUNCTIONS }, (_, k) => [
      ...COUNTS.map((metric) => told(k, atS, metric, 'Count', [k + Math.sin(atS) ** 2])),
      ...TIMES.map((metric) => told(k, atS, metric, 'Milliseconds', [5, 10, 20 + k])),
    ]).flat(),
  );
}

function told(measured: Measured, perS: number): string {
  const allowedS = TRACES / TRACES_PER_CALL / perS;
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const { series, traces, spans, requests, fetchS, fetchCpuS, writeS, readS, fileBytes, judgeS, judgeWithoutS, findings, peakBytes } =
    measured;
  return [
    `${traces} traces of ${SEGMENTS} segments (${spans} spans) that stand for ${Math.round(requests)} requests`,
    `with ${series} metrics, fetched in ${fetchS.toFixed(1)} s, ${(fetchS / allowedS).toFixed(2)} times the ${allowedS.toFixed(0)} s that ${perS} calls a second allow (target: at most 1.3), with ${fetchCpuS.toFixed(1)} s of processor time`,
    `written in ${writeS.toFixed(1)} s to ${megabytes(fileBytes)} MB, read in ${readS.toFixed(1)} s`,
    `analysed in ${judgeS.toFixed(2)} s, of which ${(judgeS - judgeWithoutS).toFixed(2)} s for traces (target: under 3): ${findings.join('; ')}`,
    `peak resident set ${megabytes(peakBytes)} MB (target: under 300), one run`,
  ].join('\n');
}
