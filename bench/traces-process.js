/** Fetches the metrics and traces of a run, writes and reads its traces, and judges it, in one process, and tells how long each took and what memory it came to. */
import { statSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { judge } from '../dist/analyzers/judge.js';
import { awsClients } from '../dist/analyzers/sources/clients.js';
import { gather } from '../dist/analyzers/sources/gather.js';
import { readTraces } from '../dist/analyzers/sources/xray/read-traces.js';
import { readTracesFile, writeTraces } from '../dist/cli/traces/traces-file.js';
import { keepYoungGenerationSmall } from '../dist/cli/traces/young-generation.js';
import { syntheticRun } from '../tests/artifacts.ts';
import { temporaryFolder } from './measure.ts';

keepYoungGenerationSmall();
const [endpoint, tracePrefix, ...numbers] = process.argv.slice(2);
const [fromS, durationS, functions, periodS] = numbers.map(Number);

const timed = async (work) => {
  const began = performance.now();
  const result = await work();
  return [result, (performance.now() - began) / 1000];
};

const run = syntheticRun({ users: 400, durationS, endpoints: 14, thinkTimeS: 4 });
const client = { ...run.client, startS: fromS, executionStartS: fromS };
const plan = { ...run.plan, tracePrefix };

// All that is stated need not be read.
const limits = { memoryMb: 512, timeoutS: 30, arch: 'x86_64', reservedConcurrency: null, accountConcurrency: 1000 };
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const clients = awsClients({ endpoint, region: 'us-east-1', credentials }, Date.now);
const clock = { now: () => Date.now(), sleep: (ms) => wait(ms) };
const [xray, logs] = [await clients.xray(), await clients.logs()];
const windowS = { fromS, toS: fromS + durationS };
const [read, fetchS] = await timed(() =>
  gather({
    ...{ clients, clock, ...windowS, resolutionS: periodS },
    wanted: { resources: Array.from({ length: functions }, (_, k) => ({ node: `lambda:${k}`, limits })), edges: [], named: null },
    patience: { everyMs: 500, waitMsMax: 0, delayS: 0 },
    readTraces: ({ resources }, aheadS) =>
      readTraces({ ...{ xray, logs, plan, client, windowS, aheadS, resources, clock }, random: Math.random, waitMaxS: 0 }),
  }),
);
clients.destroy();
for (const found of [read.platform, read.traces]) if ('missing' in found) throw new Error(found.missing);
const { platform, inventory, alarms } = read;
const { user, system } = process.cpuUsage();
const fetchCpuS = (user + system) / 1e6;
const { folder, remove } = temporaryFolder();
const file = path.join(folder, 'traces.json.gz');
const [, writeS] = await timed(() => writeTraces(file, read.traces));
read.traces = null;
const [traces, readS] = await timed(() => readTracesFile(file));
const fileBytes = statSync(file).size;
remove();
const found = { ...run, plan, client, platform, inventory, alarms };
const [, judgeWithoutS] = await timed(() => judge(found));
const [report, judgeS] = await timed(() => judge({ ...found, traces }));
process.send({
  series: platform.series.length,
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
