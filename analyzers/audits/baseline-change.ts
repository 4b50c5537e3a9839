import type { Audit, Finding, Harm, Inventory, Target } from '../contract.ts';
import { isMissing } from '../contract.ts';
import { type Cause, diagnose, type Symptom } from '../models/diagnosis/index.ts';
import { LIMIT_FROM } from '../models/diagnosis/rank.ts';
import { baselineStretch, began, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import type { Stretch } from '../platform-series.ts';
import { type TelemetryFile, telemetrySlice } from '../telemetry-file.ts';
import { refuseAnyUnread } from '../unread-series.ts';
import { plural } from '../words.ts';

/** What players feel where they come in, of each service that takes them: means and sums, for percentiles do not add up. */
const FELT = {
  latency: ['Latency/Average', 'TargetResponseTime/Average'],
  errors: ['5XXError/Sum', '5xx/Sum', 'HTTPCode_Target_5XX_Count/Sum'],
} as const;
type Felt = keyof typeof FELT;
const ENTRIES: ReadonlySet<string> = new Set(['apigateway', 'apigatewayv2', 'alb']);

export const baselineChange: Audit<PlatformNeed | 'targets'> = {
  id: 'baseline-change',
  question: 'Where a target is missed, what is otherwise than before the run?',
  needs: [...PLATFORM_NEEDS, 'targets'],
  audit(inputs) {
    const felt = feltIn(inputs.targets);
    const before = baselineStretch(inputs);
    // A system that stood idle until the run, such as the embedded one, has no usual state.
    if (felt.length === 0 || isMissing(before)) return [];
    // What explains most may be in what was not read.
    refuseAnyUnread(before.unread);
    const file = withEdges(inputs.platform, inputs.inventory.edges);
    const normal = sliceOf(file, before);
    const during = telemetrySlice(file, inputs.window.fromS, inputs.window.toS);
    if (during.times.length === 0) return [];
    return symptomsOf(normal, inputs.inventory, felt).flatMap((symptom) => {
      const { causes, reason } = diagnose(normal, during, symptom);
      const [first] = causes;
      return first === undefined ? [] : [finding(first, symptom, reason, inputs, before)];
    });
  },
};

/** What to ask about, by what is missed. */
function feltIn(targets: readonly Target[]): Felt[] {
  const missed = new Set(targets.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id));
  const slow = missed.has('latency-avg') || missed.has('latency-p95');
  const failing = missed.has('error-rate') || missed.has('availability');
  return [...(slow ? (['latency'] as const) : []), ...(failing ? (['errors'] as const) : [])];
}

const withEdges = (file: TelemetryFile, edges: Inventory['edges']): TelemetryFile => ({ ...file, edges: [...file.edges, ...edges] });

function sliceOf(file: TelemetryFile, { periods }: Stretch): TelemetryFile {
  const last = file.times[periods.at(-1) ?? 0] ?? 0;
  return telemetrySlice(file, file.times[periods[0] ?? 0] ?? 0, last + file.periodS);
}

/** Of what was told before the run. */
function symptomsOf(normal: TelemetryFile, { resources }: Pick<Inventory, 'resources'>, felt: readonly Felt[]): Symptom[] {
  const entries = new Set(resources.filter(({ kind }) => ENTRIES.has(kind)).map(({ node }) => node));
  const names: ReadonlySet<string> = new Set(felt.flatMap((each) => FELT[each]));
  return normal.series.filter(
    ({ node, metric, stat, values }) => entries.has(node) && names.has(`${metric}/${stat}`) && values.some((value) => value !== null),
  );
}

function finding(
  { node, resource, score, since, evidence }: Cause,
  symptom: Symptom,
  reason: string,
  inputs: PlatformInputs,
  before: Stretch,
): Finding {
  const harm: Harm = score >= LIMIT_FROM ? 'waits' : 'slow';
  return {
    id: 'baseline-change',
    verdict: 'warn',
    severity: 'high',
    title: `${node} is what changed since before the run: ${reason}`,
    limiter: { node, resource, harm, since },
    why: `The window is compared with the ${plural(before.periods.length, 'period')} before the run, as \`loadkit diagnose\` does: of all that changed, this explains most of what ${symptom.node}'s callers feel. More load is a change, too.`,
    evidence: [...evidence, ...began(inputs, since)],
    next: `Look at ${resource} of ${node} first; \`loadkit diagnose\` says more with a longer normal time.`,
    effect: `Without it ${symptom.metric} of ${symptom.node} would be about as before the run.`,
  };
}
