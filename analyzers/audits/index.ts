import { type Audit, type AuditInputs, type Finding, isMissing, isNotAsked, type Missing, type NotAsked } from '../contract.ts';
import { checks } from './checks.ts';
import { collection } from './collection.ts';
import { criticalPath } from './critical-path.ts';
import { distinctNames } from './distinct-names.ts';
import { engineOutcome } from './engine-outcome.ts';
import { errorClasses } from './error-classes.ts';
import { fanOut } from './fan-out.ts';
import { generatorSaturation } from './generator-saturation.ts';
import { judgedTargets } from './judged-targets.ts';
import { latencyTail } from './latency-tail.ts';
import { nPlusOne } from './n-plus-one.ts';
import { offeredLoad } from './offered-load.ts';
import { retriesInTraces } from './retries-in-traces.ts';
import { scriptErrors } from './script-errors.ts';
import { slowestRequests } from './slowest-requests.ts';
import { steadyState } from './steady-state.ts';
import { thresholds } from './thresholds.ts';
import { warmUp } from './warm-up.ts';

/** Every question that a run is asked, in the order of the report: first whether the data can be trusted, then what they say. */
export const AUDITS: readonly Audit[] = [
  engineOutcome,
  scriptErrors,
  collection,
  judgedTargets,
  steadyState,
  warmUp,
  generatorSaturation,
  offeredLoad,
  thresholds,
  errorClasses,
  checks,
  latencyTail,
  slowestRequests,
  criticalPath,
  nPlusOne,
  fanOut,
  retriesInTraces,
  distinctNames,
];

export type FoundInputs = { [K in keyof AuditInputs]: AuditInputs[K] | Missing | NotAsked };

/**
 * Asks each audit, and hands it what it declares and nothing else. One whose inputs are missing, or that throws, is inconclusive with the
 * reason; those with the same reason share a finding, for a reader wants to hear of one missing file once.
 */
export function runAudits(found: FoundInputs, audits: readonly Audit[] = AUDITS): Finding[] {
  const findings: Finding[] = [];
  const unanswered = new Map<string, Audit[]>();
  for (const audit of audits) {
    const answer = ask(audit, found);
    if (!isMissing(answer)) findings.push(...answer);
    else unanswered.set(answer.missing, [...(unanswered.get(answer.missing) ?? []), audit]);
  }
  return [...[...unanswered].map(([reason, without]) => unansweredFinding(reason, without)), ...findings];
}

function ask(audit: Audit, found: FoundInputs): readonly Finding[] | Missing {
  for (const need of audit.needs) {
    const input = found[need];
    if (isNotAsked(input)) return [];
    if (isMissing(input)) return input;
  }
  const inputs = Object.fromEntries(audit.needs.map((need) => [need, found[need]])) as unknown as AuditInputs;
  try {
    return [audit.audit(inputs)].flat();
  } catch (error) {
    return { missing: `the audit ${audit.id} failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function unansweredFinding(reason: string, without: readonly Audit[]): Finding {
  return {
    id: without.length === 1 ? (without[0]?.id ?? 'unanswered') : 'unanswered',
    verdict: 'inconclusive',
    severity: 'high',
    title: `Not enough is known: ${reason}`,
    why: 'What was not measured cannot pass. The questions below have no answer.',
    evidence: without.map(({ question }) => ({ what: question, value: null })),
  };
}
