/** Fetches, writes, reads and judges the traces of a run in one process, and tells how long each took and what memory it came to. */
import { statSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { XRayClient } from '@aws-sdk/client-xray';
import { judge } from '../dist/analyzers/judge.js';
import { readTraces } from '../dist/analyzers/sources/xray/read-traces.js';
import { readTracesFile, writeTraces } from '../dist/cli/traces/traces-file.js';
import { keepYoungGenerationSmall } from '../dist/cli/traces/young-generation.js';
import { syntheticRun } from '../tests/artifacts.ts';
import { temporaryFolder } from './measure.ts';

keepYoungGenerationSmall();
const [endpoint, tracePrefix, from, length] = process.argv.slice(2);
const [fromS, durationS] = [Number(from), Number(length)];
const METRICS = 600;
const PERIOD_S = 60;

const timed = async (work) => {
  const began = performance.now();
  const result = await work();
  return [result, (performance.now() - began) / 1000];
};

const run = syntheticRun({ users: 400, durationS, endpoints: 14, thinkTimeS: 4 });
const platform = {
  schemaVersion: 1,
  periodS: PERIOD_S,
  times: Array.from({ length: durationS / PERIOD_S }, (_, k) => fromS + k * PERIOD_S),
  nodes: Array.from({ length: METRICS / 10 }, (_, k) => ({ id: `lambda:${k}` })),
  edges: [],
  series: Array.from({ length: METRICS }, (_, k) => ({
    node: `lambda:${Math.floor(k / 10)}`,
    metric: `metric-${k % 10}`,
    stat: 'Average',
    values: Array.from({ length: durationS / PERIOD_S }, (_, i) => k + Math.sin(i)),
  })),
};
const client = { ...run.client, startS: fromS, executionStartS: fromS };
const plan = { ...run.plan, tracePrefix };

const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' }, maxAttempts: 1 };
const [read, fetchS] = await timed(() =>
  readTraces({
    xray: new XRayClient(config),
    logs: new CloudWatchLogsClient(config),
    plan,
    client,
    windowS: { fromS, toS: fromS + durationS },
    clock: { now: () => Date.now(), sleep: (ms) => wait(ms) },
    random: Math.random,
    waitMaxS: 0,
  }),
);
const { user, system } = process.cpuUsage();
const fetchCpuS = (user + system) / 1e6;
if ('missing' in read.traces) throw new Error(read.traces.missing);
const { folder, remove } = temporaryFolder();
const file = path.join(folder, 'traces.json.gz');
const [, writeS] = await timed(() => writeTraces(file, read.traces));
read.traces = null;
const [traces, readS] = await timed(() => readTracesFile(file));
const fileBytes = statSync(file).size;
remove();
const found = { ...run, plan, client, platform };
const [, judgeWithoutS] = await timed(() => judge(found));
const [report, judgeS] = await timed(() => judge({ ...found, traces }));
process.send({
  traces: traces.traces.length,
  spans: traces.traces.reduce((sum, { spans }) => sum + spans.length, 0),
  requests: traces.traces.reduce((sum, { weight }) => sum + weight, 0),
  fetchS,
  writeS,
  readS,
  fileBytes,
  judgeS,
  judgeWithoutS,
  findings: report.findings.filter(({ id }) => ['critical-path', 'n-plus-one', 'slowest-requests'].includes(id)).map(({ title }) => title),
  fetchCpuS,
  peakBytes: process.resourceUsage().maxRSS * 1024,
});
process.disconnect();
process.exit(0);
