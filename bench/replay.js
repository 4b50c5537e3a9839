/**
 * The receiving half of the memory benchmark, in a process of its own so that only loadkit's memory is counted, and in JavaScript, since stripping types
 * takes memory of its own: collects until it's told that the stream has ended, then judges and renders as `loadkit run` does.
 * argv: the run directory, with its plan. Sends `{url}`, takes `{end: true}`, sends `{peakBytes, requests}`.
 */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const [directory = ''] = process.argv.slice(2);
/** @param {string} module */
const compiled = (module) => import(path.join(import.meta.dirname, '../dist', module));

// The modules that a run has loaded by this point, at the same time in its life.
const [{ program }, { realHost }, { startCollector }, { analyzeRun }] = await Promise.all([
  compiled('cli/program.js'),
  compiled('cli/host.js'),
  compiled('cli/collect/collector.js'),
  compiled('cli/analyze.js'),
  compiled('cli/run.js'),
]);
const host = realHost();
program(host);

const collector = await startCollector({
  journalPath: path.join(directory, 'client.journal.ndjson'),
  now: Date.now,
  redact: (/** @type {string} */ text) => text,
  onTrouble: (/** @type {string} */ reason) => {
    throw new Error(reason);
  },
});
collector.watchEngine(process.pid);
process.send?.({ url: collector.url });
process.once('message', async () => {
  await collector.finish({ exact: null, scriptErrors: { count: 0, messages: [] } });
  const plan = JSON.parse(readFileSync(path.join(directory, 'plan.json'), 'utf8'));
  const { report } = await analyzeRun(host, directory, plan);
  process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1024, requests: report.summary.requests }, () => process.exit(0));
});
