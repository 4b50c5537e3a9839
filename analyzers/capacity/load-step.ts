import { type FoundArtifacts, isMissing, isNotAsked, type Report, type Target } from '../contract.ts';
import type { Usage } from '../models/cost/index.ts';
import { openConnections } from '../open-connections.ts';
import { stretchOf } from '../platform-series.ts';
import { unreadOf } from '../unread-series.ts';
import { plural } from '../words.ts';
import { type ResourceUse, resourceUse } from './resource-use.ts';
import { HOURS_PER_MONTH, runUsage } from './run-usage.ts';

/** One load of a stepped test, judged within its own steady window. */
export interface LoadStep {
  /** The run's id. */
  run: string;
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
  uses: ResourceUse[];
  /** What a month at its load would use; null where no platform told. */
  usage: Usage | null;
}

/** @param found the artifacts that the report was made of */
export function loadStepOf(report: Report, found: Pick<FoundArtifacts, 'platform' | 'inventory' | 'client'>): LoadStep {
  const target = (id: string): Target | undefined => report.targets.find((each) => each.id === id);
  const throughput = target('throughput');
  const { window } = report;
  const generatorLimited = report.generator?.saturated !== false;
  return {
    run: report.runId,
    users: report.plan.users ?? 0,
    throughput: throughput?.value ?? null,
    throughputCi95: throughput?.interval ?? null,
    latencyMs: { avg: target('latency-avg')?.value ?? null, p95: target('latency-p95')?.value ?? null },
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

/** Only the targets count: a warning of an audit is no reason to stop. */
function judged({ targets, generator, window }: Report): Pick<LoadStep, 'holds' | 'reason'> {
  if (generator === null || generator.saturated !== false)
    return { holds: 'unknown', reason: `the generator was the limit, or may have been: ${generator?.reason ?? 'nobody watched it'}` };
  const missed = targets.filter(({ verdict }) => verdict === 'fail');
  if (missed.length > 0)
    return { holds: 'no', reason: `${plural(missed.length, 'target')} missed: ${missed.map(({ id }) => id).join(', ')}` };
  if (window === null || !window.steady) return { holds: 'unknown', reason: window?.reason ?? 'nothing was measured' };
  const open = targets.filter(({ verdict }) => verdict === 'inconclusive');
  if (open.length > 0) return { holds: 'unknown', reason: open[0]?.reason ?? `${open[0]?.id} could not be judged` };
  return { holds: 'yes', reason: null };
}
