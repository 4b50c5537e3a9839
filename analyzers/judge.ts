import { endedEarly } from './audits/engine-outcome.ts';
import { runAudits } from './audits/index.ts';
import { everyIterationThrew } from './audits/script-errors.ts';
import { bottlenecksOf } from './bottlenecks.ts';
import { clientRises } from './client-rises.ts';
import {
  type Client,
  type FoundArtifacts,
  type GeneratorSummary,
  type Inventory,
  isMissing,
  isNotAsked,
  type Missing,
  orNull,
  type Plan,
  type Report,
  type ReportPlan,
  SCHEMA_VERSION,
  type Target,
  type Trace,
  type Window,
} from './contract.ts';
import { exitCode } from './exit-code.ts';
import { fold } from './fold.ts';
import { summarizeGenerator } from './generator-health.ts';
import { runStartS } from './run-times.ts';
import { type RunSeries, runSeries } from './series.ts';
import { EMPTY_SUMMARY, summarize, summarizeCounters, summarizeEndpoints, summarizeTrends } from './summary.ts';
import { judgeTargets } from './targets/index.ts';
import { timelineOf } from './timeline.ts';
import { findWindow } from './window.ts';

/**
 * Artifacts to report: window, targets, audits, and the worst of their verdicts. Pure, without clock or randomness: the same artifacts give
 * the same report, today and in a year.
 */
export function judge(found: FoundArtifacts): Report {
  const { plan, client } = found;
  const measured = isMissing(client) ? client : { client, series: runSeries(client) };
  const window = isMissing(measured) ? measured : findWindow(plan, measured.client, measured.series);
  const generatorHealth = healthOf(found, window);
  const targets = judgeTargets(plan, measured, window, generatorHealth);
  const findings = runAudits({ ...found, window, generatorHealth, targets });
  const verdict = fold([...targets, ...findings].map((judged) => judged.verdict));
  return {
    schemaVersion: SCHEMA_VERSION,
    runId: plan.runId,
    verdict,
    exitCode: exitCode({
      verdict,
      judged: targets.some(isJudged),
      everyIterationThrew: !isMissing(client) && everyIterationThrew(client),
      outcome: plan.outcome,
    }),
    partial: isPartial(plan, client),
    plan: reportPlan(plan),
    startS: runStartS({ plan, client: orNull(client) }),
    window: isMissing(window) ? null : window,
    targets,
    ...(isMissing(measured) ? NOTHING_MEASURED : describe(measured.client, measured.series)),
    generator: isMissing(generatorHealth) ? null : generatorHealth,
    bottlenecks: bottlenecksOf(findings, edgesOf(found), !isMissing(generatorHealth) && generatorHealth.saturated === false).map(
      (each) => ({
        ...each,
        evidence: [...each.evidence, ...(isMissing(client) ? [] : clientRises(client, tracesOf(found), each.node))],
      }),
    ),
    findings,
  };
}

const edgesOf = ({ inventory }: FoundArtifacts): Inventory['edges'] =>
  isMissing(inventory) || isNotAsked(inventory) ? [] : inventory.edges;

const tracesOf = ({ traces }: FoundArtifacts): readonly Trace[] => (isMissing(traces) || isNotAsked(traces) ? [] : traces.traces);

function healthOf({ plan, client, generator }: FoundArtifacts, window: Window | Missing): GeneratorSummary | Missing {
  if (isMissing(client)) return client;
  return isMissing(generator) ? generator : summarizeGenerator(plan, client, generator, window);
}

const isJudged = ({ verdict }: Target): boolean => verdict !== 'skipped' && verdict !== 'inconclusive';

function isPartial({ outcome }: Plan, client: Client | Missing): boolean {
  if (outcome === null || outcome.interrupted !== 'no' || outcome.signal !== null || outcome.trouble !== null) return true;
  return endedEarly(outcome) || isMissing(client) || !client.complete;
}

function reportPlan(plan: Plan): ReportPlan {
  const { scenario, durationS, target, engine, startedAt, endedAt, load, seed, tracePrefix, versions, machine } = plan;
  return {
    scenario,
    users: load.model === 'closed' ? load.usersMax : null,
    ratePerS: load.model === 'open' ? load.ratePerS : null,
    durationS,
    target: target.http,
    engine: `${engine.name} ${engine.version}`,
    startedAt,
    endedAt,
    load: load.model,
    seed,
    targetNotes: target.notes,
    tracePrefix,
    versions,
    machine,
  };
}

type Description = Pick<Report, 'summary' | 'endpoints' | 'trends' | 'counters' | 'errorClasses' | 'timeline'>;

const NOTHING_MEASURED: Description = {
  summary: EMPTY_SUMMARY,
  endpoints: [],
  trends: [],
  counters: [],
  errorClasses: [],
  timeline: null,
};

function describe(client: Client, series: RunSeries): Description {
  const { summaries, all } = summarizeEndpoints(client);
  return {
    summary: summarize(client, summaries, all),
    endpoints: summaries,
    trends: summarizeTrends(client),
    counters: summarizeCounters(client),
    errorClasses: client.errorClasses.toSorted((a, b) => b.count - a.count),
    timeline: timelineOf(client, series),
  };
}
