import { type FoundArtifacts, isMissing, isNotAsked, type Report } from '../contract.ts';
import type { Usage } from '../models/cost/index.ts';
import { meanOf, quantile } from '../models/histogram.ts';
import { openConnections } from '../open-connections.ts';
import { stretchOf } from '../platform-series.ts';
import { runSeries } from '../series.ts';
import { sampleOf } from '../targets/target.ts';
import { throughputOf } from '../targets/throughput.ts';
import { unreadOf } from '../unread-series.ts';
import { plural } from '../words.ts';
import { type ResourceUse, resourceUse } from './resource-use.ts';
import { HOURS_PER_MONTH, runUsage } from './run-usage.ts';

/** One load of a stepped test, judged within its own steady window. */
export interface LoadStep {
  /** The run's id. */
  run: string;
  scenario: string;
  /** Ramps included. */
  durationS: number;
  users: number;
  /** Requests per second within the window; null where there was none. */
  throughput: number | null;
  throughputCi95: [lo: number, hi: number] | null;
  latencyMs: { avg: number | null; p95: number | null };
  /** Whether every target that this load can reach holds. */
  holds: 'yes' | 'no' | 'unknown';
  /** Whether its throughput and its use of resources are those of the system: steady, and not what the generator could make. */
  counts: boolean;
  /** Whether the generator was what stopped it, or nobody knows: nothing larger can be tried from here. */
  generatorLimited: boolean;
  /** What was missed, or why it is not known. */
  reason: string | null;
  /** How long a step of this load has to be for its targets to be settled; null where they are, or nobody knows. */
  settledInS: number | null;
  uses: ResourceUse[];
  /** What a month at its load would use; null where no platform told. */
  usage: Usage | null;
}

/** @param found the artifacts that the report was made of */
export function loadStepOf(report: Report, found: Pick<FoundArtifacts, 'platform' | 'inventory' | 'client'>): LoadStep {
  const { window } = report;
  const generatorLimited = report.generator?.saturated !== false;
  return {
    run: report.runId,
    scenario: report.plan.scenario,
    durationS: report.plan.durationS,
    users: report.plan.users ?? 0,
    ...measured(report, found.client),
    counts: window?.steady === true && !generatorLimited,
    generatorLimited,
    ...judged(report),
    ...used(window, found),
  };
}

function used(
  window: Report['window'],
  { platform, inventory, client }: Pick<FoundArtifacts, 'platform' | 'inventory' | 'client'>,
): Pick<LoadStep, 'uses' | 'usage'> {
  if (window === null || isMissing(platform) || isNotAsked(platform) || isMissing(inventory) || isNotAsked(inventory))
    return { uses: [], usage: null };
  const stretch = stretchOf(platform, window.fromS, window.toS, unreadOf(inventory));
  const connections = isMissing(client) ? null : openConnections(client, window.fromS, window.toS);
  return {
    uses: resourceUse(inventory, stretch),
    usage: runUsage(inventory, { stretch, openConnections: connections }, HOURS_PER_MONTH),
  };
}

/** Whether or not there is a target for it. */
function measured({ window }: Report, client: FoundArtifacts['client']): Pick<LoadStep, 'throughput' | 'throughputCi95' | 'latencyMs'> {
  if (isMissing(client) || window === null) return { throughput: null, throughputCi95: null, latencyMs: { avg: null, p95: null } };
  const sample = sampleOf(client, runSeries(client), window);
  const { value, interval } = throughputOf(sample, client);
  const { latency } = sample;
  const ms = (seconds: number | null): number | null => (seconds === null ? null : 1000 * seconds);
  const latencyMs = { avg: ms(latency && meanOf(latency)), p95: ms(latency && quantile(latency, 0.95)) };
  return { throughput: value, throughputCi95: interval, latencyMs };
}

/** Of a step that no test like it would say more of. */
export const NO_TARGET = 'there is no target that this load could be held to';

/** Only the targets count: a warning of an audit is no reason to stop. */
function judged(report: Report): Pick<LoadStep, 'holds' | 'reason' | 'settledInS'> {
  const { targets, generator, window, plan } = report;
  const said = (holds: LoadStep['holds'], reason: string | null, settledInS: number | null = null) => ({ holds, reason, settledInS });
  if (generator === null || generator.saturated !== false)
    return said('unknown', `the generator was the limit, or may have been: ${generator?.reason ?? 'nobody watched it'}`);
  const missed = targets.filter(({ verdict }) => verdict === 'fail');
  if (missed.length > 0) return said('no', `${plural(missed.length, 'target')} missed: ${missed.map(({ id }) => id).join(', ')}`);
  if (!targets.some(({ verdict }) => verdict !== 'skipped')) return said('unknown', NO_TARGET);
  if (window === null || !window.steady) return said('unknown', window?.reason ?? 'nothing was measured');
  const open = targets.filter(({ verdict }) => verdict === 'inconclusive');
  if (open.length === 0) return said('yes', null);
  const loadS = Math.max(...open.map(({ settledInS = Number.POSITIVE_INFINITY }) => settledInS));
  const otherS = plan.durationS - (window.toS - window.fromS);
  return said('unknown', open[0]?.reason ?? `${open[0]?.id} could not be judged`, Number.isFinite(loadS) ? otherS + loadS : null);
}
