import { type Audit, type Evidence, type Finding, isMissing, type Resource, type Trace } from '../contract.ts';
import { MEMORY_ADVISED, MEMORY_NEAR, tellsMemory, usedMbOf, usedMbSince } from '../function-limits.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said, windowStretch } from '../platform-audit.ts';
import { type Stretch, total } from '../platform-series.ts';
import { ownTimeS, tracesByNode } from '../trace-samples.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent, plural } from '../words.ts';

/** At this memory a function has one whole vCPU, and less in proportion: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const VCPU_MB = 1769;
/** A function that spends this share of its time in its own code is held by that code, and more than a player notices. Guess: tune. */
const OWN_SHARE = 0.7;
const OWN_MS = 100;
/** Invocations without which a mean says little. Guess: tune. */
const INVOCATIONS_MIN = 5;

export const lambdaMemory: Audit<PlatformNeed, 'traces'> = {
  id: 'lambda-memory',
  question: 'Do functions have enough memory, and the processor that comes with it?',
  needs: PLATFORM_NEEDS,
  wants: ['traces'],
  audit(inputs) {
    let measured = false;
    const [computing, failed]: [Computing[], Evidence[]] = [[], []];
    const byNode = tracesByNode(inputs.traces, windowStretch(inputs));
    const answer = ofEach('lambda-memory', ['lambda'], inputs, (resource, stretch) => {
      measured ||= tellsMemory(resource.node, stretch);
      computing.push(...ownWork(resource, byNode.get(resource.node) ?? []));
      const usedMb = usedMbOf(resource, stretch);
      if (usedMb === null) failed.push(...errorsOf(resource, stretch));
      return ofMemory(resource, usedMb, stretch, inputs) ?? [];
    });
    if (isMissing(answer) || !inputs.inventory.resources.some(({ kind }) => kind === 'lambda')) return answer;
    return [...answer, ...ofProcessor(computing), ...(measured ? [] : [notMeasured(failed)])];
  },
};

/** Lambda's own metrics do not have it: only the REPORT line of each invocation. */
const notMeasured = (failed: Evidence[]): Finding => ({
  id: 'lambda-memory',
  verdict: 'pass',
  // Running out of memory is one of the ways to fail.
  severity: failed.length > 0 ? 'medium' : 'info',
  title: 'How much memory the Lambda functions use was not measured',
  why: 'Lambda writes "Max Memory Used" into the log, and has no metric for it.',
  evidence: failed,
  next: 'Turn Lambda Insights on for the functions, or add a metric filter for the REPORT lines. In the meantime: fields @maxMemoryUsed / @memorySize in Logs Insights.',
});

function errorsOf({ node, limits }: Resource, stretch: Stretch): Evidence[] {
  const errors = ifRead(() => total(stretch, [node, 'Errors', 'Sum'])) ?? 0;
  return errors > 0 ? [{ what: `${node} failed, with ${limits.memoryMb ?? 'unknown'} MB`, value: errors, unit: 'invocations' }] : [];
}

function ofMemory(resource: Resource, usedMb: number | null, stretch: Stretch, inputs: PlatformInputs): Said | null {
  const { node } = resource;
  const memoryMb = resource.limits.memoryMb ?? null;
  if (usedMb === null || memoryMb === null || usedMb < MEMORY_NEAR * memoryMb) return null;
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} used ${figure(usedMb)} of ${figure(memoryMb)} MB of memory`,
    ...(usedMb >= memoryMb && {
      limiter: { node, resource: 'memory', harm: 'refuses' as const, since: usedMbSince(resource, stretch, memoryMb) },
    }),
    why: 'An environment that runs out of memory is ended in the middle of its request, and the next one starts cold.',
    evidence: [
      { what: 'memory used, most', value: usedMb, limit: memoryMb, unit: 'MB' },
      ...began(inputs, usedMbSince(resource, stretch, MEMORY_NEAR * memoryMb)),
    ],
    next: `Set the memory of ${node} to ${figure(Math.ceil(usedMb / MEMORY_ADVISED))} MB (now ${figure(memoryMb)}). Where use grows with every invocation, find what is kept instead.`,
    effect: `Room for larger requests, and ${figure(Math.ceil(usedMb / MEMORY_ADVISED) / memoryMb)} times the processor. The price of a second grows by the same factor.`,
  };
}

interface Computing {
  node: string;
  memoryMb: number;
  /** Own time of an invocation in the mean, and its share of all of it. */
  ownMs: number;
  share: number;
  invocations: number;
}

/** A function that spends its time in its own code, and has less than a whole vCPU for it. */
function ownWork({ node, limits }: Resource, traces: readonly Trace[]): Computing[] {
  const memoryMb = limits.memoryMb ?? null;
  if (memoryMb === null || memoryMb >= VCPU_MB) return [];
  let [ownS, allS, invocations] = [0, 0, 0];
  for (const trace of traces) {
    for (const span of trace.spans) {
      if (span.node !== node || span.remote || span.operation !== 'Invocation' || span.endS === null) continue;
      ownS += ownTimeS(trace, span) ?? 0;
      allS += span.endS - span.startS;
      invocations += 1;
    }
  }
  const ownMs = (1000 * ownS) / invocations;
  const held = invocations >= INVOCATIONS_MIN && ownMs >= OWN_MS && ownS >= OWN_SHARE * allS;
  return held ? [{ node, memoryMb, ownMs, share: ownS / allS, invocations }] : [];
}

function ofProcessor(computing: readonly Computing[]): Finding[] {
  const ranked = computing.toSorted((a, b) => b.ownMs - a.ownMs);
  const [worst] = ranked;
  if (worst === undefined) return [];
  const { node, memoryMb, ownMs, share } = worst;
  const advisedMb = Math.min(VCPU_MB, 2 * memoryMb);
  return [
    {
      id: 'lambda-memory',
      // Own code may compute or wait for itself: traces can't tell, so this advises and does not judge.
      verdict: 'pass',
      severity: 'low',
      title: `${node} spends ${figure(ownMs)} ms of each invocation in its own code, ${figure(Math.floor(100 * share))} % of its time, with ${percent(memoryMb / VCPU_MB)} of a vCPU`,
      why: 'Memory buys processor: 1,769 MB are a whole vCPU. What a function waits for by itself (locks, pauses, synchronous logging) shows in the same place.',
      evidence: ranked.map((each) => ({
        what: `${each.node} at ${figure(each.memoryMb)} MB, own time of an invocation (${plural(each.invocations, 'trace')})`,
        value: each.ownMs,
        unit: 'ms',
      })),
      next: `Set the memory of ${node} to ${figure(advisedMb)} MB (now ${figure(memoryMb)}) and run again: if it gets faster by as much, it is short of processor (AWS Lambda Power Tuning finds the best size); if not, look at what its code waits for.`,
      effect: `Up to ${figure(ownMs * (1 - memoryMb / advisedMb))} ms less for each invocation, at about the same price where it computes.`,
    },
  ];
}
