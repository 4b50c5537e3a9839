import { coldStartAdvice } from '../cold-start-advice.ts';
import type { Audit, Evidence, Trace } from '../contract.ts';
import { type Need, needOf } from '../lambda-capacity.ts';
import { clopperPearson } from '../models/intervals.ts';
import { began, fullLoadStretch, ofEach, PLATFORM_NEEDS, type PlatformNeed, type Said } from '../platform-audit.ts';
import { highest, type Name, type Stretch, sinceShareAt, total } from '../platform-series.ts';
import { lengthOf, startOf, tracesByNode, untraced } from '../trace-samples.ts';
import { INVOCATION, isInitialization } from '../traces/invocations.ts';
import { figure, percent } from '../words.ts';

/** What meets more than one invocation in twenty is part of the 95th percentile. */
const P95_SHARE = 0.05;
/** The slowest traces, among which cold starts are looked for. */
const SLOWEST = 0.05;
/** Initializations shorter than what a player notices are of no concern (Nielsen 1993: 0.1 s feels instant). */
const NOTICEABLE_MS = 100;

/** One may be anything: an environment that was due. Guess: tune. */
const COLD_MIN = 2;

interface ColdStarts {
  cold: number;
  invocations: number;
  initMs: number | null;
  /** Epoch seconds of the first period, or trace, of the stretch that is beyond the limit. */
  since: number | null;
  from: string;
}

export const lambdaColdStarts: Audit<PlatformNeed, 'traces'> = {
  id: 'lambda-cold-starts',
  question: 'How many invocations started cold, and do they make the tail?',
  needs: PLATFORM_NEEDS,
  wants: ['traces'],
  audit(inputs) {
    const stretch = fullLoadStretch(inputs);
    const byNode = tracesByNode(inputs.traces, stretch);
    return ofEach('lambda-cold-starts', ['lambda'], inputs, ({ node }) => {
      const traces = byNode.get(node) ?? [];
      const seen = traced(node, traces);
      const counted = reported(node, stretch);
      const found = counted === null ? seen : { ...counted, initMs: counted.initMs ?? seen?.initMs ?? null };
      if (found === null) return untraced(inputs.traces) ?? [];
      if (found.cold < COLD_MIN || (found.initMs ?? Number.POSITIVE_INFINITY) < NOTICEABLE_MS) return [];
      if (found.cold / found.invocations < P95_SHARE) return [];
      const evidence = [...evidenceOf(found, tailOf(node, traces)), ...began(inputs, found.since)];
      return finding(node, found, needOf(node, stretch), evidence);
    });
  },
};

/** Lambda Insights (`init_duration`), the REPORT lines, Powertools' and the game's own counts. */
const REPORTED = [
  ['init_duration', 'SampleCount'],
  ['InitDuration', 'SampleCount'],
  ['ColdStart', 'Sum'],
  ['ColdStarts', 'Sum'],
] as const;

/** Lambda's own metrics have no cold starts: what counts them has to be switched on. */
function reported(node: string, stretch: Stretch): ColdStarts | null {
  const arrivals: Name = [node, 'Invocations', 'Sum'];
  const invocations = total(stretch, arrivals);
  for (const [metric, stat] of REPORTED) {
    const cold = total(stretch, [node, metric, stat]);
    if (cold === null || invocations === null || invocations === 0) continue;
    const initMs = highest(stretch, [node, metric, 'p95']);
    return {
      cold: Math.min(cold, invocations),
      invocations,
      initMs,
      since: sinceShareAt(stretch, [node, metric, stat], arrivals, P95_SHARE),
      from: metric,
    };
  }
  return null;
}

/** X-Ray shows each initialization below the invocation that waited for it. */
function traced(node: string, traces: readonly Trace[]): ColdStarts | null {
  const spans = traces.flatMap((trace) => trace.spans.filter((span) => span.node === node && !span.remote));
  const invocations = spans.filter(({ operation }) => operation === INVOCATION).length;
  if (invocations === 0) return null;
  const initsMs = spans
    .flatMap((span) => (isInitialization(span) && span.endS !== null ? [1000 * (span.endS - span.startS)] : []))
    .toSorted((a, b) => a - b);
  const initMs = initsMs[Math.floor(initsMs.length / 2)] ?? null;
  const cold = traces.filter((trace) => startsCold(trace, node));
  const since = cold.length === 0 ? null : Math.min(...cold.map(startOf));
  return { cold: Math.min(initsMs.length, invocations), invocations, initMs, since, from: 'traces' };
}

/** Among the slowest traces through the function: how many waited for an initialization of it. */
function tailOf(node: string, traces: readonly Trace[]): { cold: number; of: number } | null {
  const through = traces
    .flatMap((trace) => {
      const lengthS = lengthOf(trace);
      return lengthS === null ? [] : [{ trace, lengthS }];
    })
    .toSorted((a, b) => b.lengthS - a.lengthS);
  const slowest = through.slice(0, Math.ceil(SLOWEST * through.length));
  if (slowest.length === 0) return null;
  return { cold: slowest.filter(({ trace }) => startsCold(trace, node)).length, of: slowest.length };
}

const startsCold = ({ spans }: Trace, node: string): boolean => spans.some((span) => span.node === node && isInitialization(span));

function evidenceOf({ cold, invocations, initMs, from }: ColdStarts, tail: { cold: number; of: number } | null): Evidence[] {
  const interval = clopperPearson(cold, invocations, 0.95);
  const what = `share of the invocations that started cold (by ${from})`;
  return [
    { what, value: cold / invocations, limit: P95_SHARE, unit: 'ratio', interval },
    { what: 'initialization', value: initMs, unit: 'ms' },
    ...(tail === null ? [] : [{ what: 'cold starts among the slowest 5 % of its traces', value: tail.cold / tail.of, unit: 'ratio' }]),
  ];
}

function finding(node: string, { cold, invocations, initMs, since }: ColdStarts, need: Need | null, evidence: Evidence[]): Said {
  const share = cold / invocations;
  const certain = clopperPearson(cold, invocations, 0.95)[0] >= P95_SHARE;
  return {
    verdict: certain ? 'warn' : 'pass',
    severity: certain ? 'high' : 'low',
    title: `${node}: ${percent(share)} of its invocations started cold${initMs === null ? '' : `, each ${figure(initMs)} ms longer`}${certain ? '' : ` (seen in ${figure(cold)} of ${figure(invocations)}: too few to be sure)`}`,
    ...(certain && { limiter: { node, resource: 'cold-starts', harm: 'slow' as const, since } }),
    why: 'What meets more than one invocation in twenty is part of the 95th percentile. Within a steady load a function starts cold only where its environments are ended or more are needed.',
    evidence,
    next: coldStartAdvice(node, need),
    effect: initMs === null ? 'The tail loses its initializations.' : `The slowest requests get up to ${figure(initMs)} ms faster.`,
  };
}
