import { type AnyAudit, type AuditInputs, type Finding, isMissing, isNotAsked, type Missing, type NotAsked } from '../contract.ts';
import { orMissing } from '../unread-series.ts';
import { alarmsFired } from './alarms-fired.ts';
import { apiErrors } from './api-errors.ts';
import { apiLatency } from './api-latency.ts';
import { apiThrottling } from './api-throttling.ts';
import { baselineChange } from './baseline-change.ts';
import { checks } from './checks.ts';
import { collection } from './collection.ts';
import { criticalPath } from './critical-path.ts';
import { distinctNames } from './distinct-names.ts';
import { dynamodbCapacity } from './dynamodb-capacity.ts';
import { dynamodbHotPartition } from './dynamodb-hot-partition.ts';
import { dynamodbLatency } from './dynamodb-latency.ts';
import { dynamodbRetries } from './dynamodb-retries.ts';
import { dynamodbScans } from './dynamodb-scans.ts';
import { dynamodbThrottles } from './dynamodb-throttles.ts';
import { engineOutcome } from './engine-outcome.ts';
import { errorClasses } from './error-classes.ts';
import { fanOut } from './fan-out.ts';
import { fargateCpu } from './fargate-cpu.ts';
import { fargateDeployments } from './fargate-deployments.ts';
import { fargateMemory } from './fargate-memory.ts';
import { fargateScaling } from './fargate-scaling.ts';
import { fargateTaskQueue } from './fargate-task-queue.ts';
import { generatorSaturation } from './generator-saturation.ts';
import { judgedTargets } from './judged-targets.ts';
import { lambdaColdStarts } from './lambda-cold-starts.ts';
import { lambdaConcurrency } from './lambda-concurrency.ts';
import { lambdaDuration } from './lambda-duration.ts';
import { lambdaErrors } from './lambda-errors.ts';
import { lambdaMemory } from './lambda-memory.ts';
import { lambdaThrottles } from './lambda-throttles.ts';
import { latencyTail } from './latency-tail.ts';
import { littlesLaw } from './littles-law.ts';
import { nPlusOne } from './n-plus-one.ts';
import { offeredLoad } from './offered-load.ts';
import { platformData } from './platform-data.ts';
import { redisConnections } from './redis-connections.ts';
import { redisCpu } from './redis-cpu.ts';
import { redisEvictions } from './redis-evictions.ts';
import { redisHitRate } from './redis-hit-rate.ts';
import { redisMemory } from './redis-memory.ts';
import { requestReconciliation } from './request-reconciliation.ts';
import { retriesInTraces } from './retries-in-traces.ts';
import { scriptErrors } from './script-errors.ts';
import { slowEndpoints } from './slow-endpoints.ts';
import { slowestRequests } from './slowest-requests.ts';
import { steadyState } from './steady-state.ts';
import { thresholds } from './thresholds.ts';
import { untracedEndpoints } from './untraced-endpoints.ts';
import { warmUp } from './warm-up.ts';
import { websocketLatency } from './websocket-latency.ts';

/** Every question that a run is asked, in the order of the report: first whether the data can be trusted, then what they say. */
export const AUDITS: readonly AnyAudit[] = [
  engineOutcome,
  scriptErrors,
  collection,
  platformData,
  judgedTargets,
  steadyState,
  warmUp,
  generatorSaturation,
  offeredLoad,
  thresholds,
  requestReconciliation,
  alarmsFired,
  errorClasses,
  checks,
  latencyTail,
  websocketLatency,
  littlesLaw,
  apiThrottling,
  apiErrors,
  apiLatency,
  lambdaThrottles,
  lambdaConcurrency,
  lambdaErrors,
  lambdaDuration,
  lambdaColdStarts,
  lambdaMemory,
  dynamodbThrottles,
  dynamodbHotPartition,
  dynamodbCapacity,
  dynamodbLatency,
  dynamodbScans,
  dynamodbRetries,
  redisHitRate,
  redisEvictions,
  redisMemory,
  redisCpu,
  redisConnections,
  fargateCpu,
  fargateMemory,
  fargateTaskQueue,
  fargateScaling,
  fargateDeployments,
  slowEndpoints,
  untracedEndpoints,
  baselineChange,
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
export function runAudits(found: FoundInputs, audits: readonly AnyAudit[] = AUDITS): Finding[] {
  const findings: Finding[] = [];
  const unanswered = new Map<string, AnyAudit[]>();
  for (const audit of audits) {
    const answer = ask(audit, found);
    if (!isMissing(answer)) findings.push(...answer);
    else unanswered.set(answer.missing, [...(unanswered.get(answer.missing) ?? []), audit]);
  }
  return [...[...unanswered].map(([reason, without]) => unansweredFinding(reason, without)), ...findings];
}

function ask(audit: AnyAudit, found: FoundInputs): readonly Finding[] | Missing {
  // Where nobody asked, there is no question, whatever else may be missing.
  if (audit.needs.some((need) => isNotAsked(found[need]))) return [];
  for (const need of audit.needs) {
    const input = found[need];
    if (isMissing(input)) return input;
  }
  const needed = audit.needs.map((need) => [need, found[need]]);
  const wanted = (audit.wants ?? []).map((want) => [want, isNotAsked(found[want]) ? null : found[want]]);
  try {
    const answer = orMissing(() => audit.audit(Object.fromEntries([...needed, ...wanted]) as unknown as AuditInputs));
    return isMissing(answer) ? answer : [answer].flat();
  } catch (error) {
    return { missing: `the audit ${audit.id} failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function unansweredFinding(reason: string, without: readonly AnyAudit[]): Finding {
  return {
    id: without.length === 1 ? (without[0]?.id ?? 'unanswered') : 'unanswered',
    verdict: 'inconclusive',
    severity: 'high',
    title: `Not enough is known: ${reason}`,
    why: 'What was not measured cannot pass. The questions below have no answer.',
    evidence: without.map(({ question }) => ({ what: question, value: null })),
  };
}
