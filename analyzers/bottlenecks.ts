import type { Bottleneck, Finding, Harm, Inventory, Limiter } from './contract.ts';
import { reachedFrom } from './models/diagnosis/call-graph.ts';

/**
 * How sure each kind of harm makes of a cause. What was refused is counted by AWS itself; a wait or a slow answer may be another's; waste costs, and may
 * be affordable. Guess: tune.
 */
const SCORES: Readonly<Record<Harm, number>> = { refuses: 0.9, waits: 0.8, slow: 0.7, wasteful: 0.6 };
/** What one that it calls explains. Guess: tune. */
const EXPLAINED = 0.5;
/** Who waits for another runs out of these without being the cause. */
const BY_WAITING: ReadonlySet<string> = new Set(['concurrency', 'timeout']);

/** Of a cache: what it has not, its callers have to make themselves, which takes their own time. */
const MISSED: ReadonlySet<string> = new Set(['hit-rate', 'memory']);

/** Whether what is wrong with a callee may be why something is wrong with its caller. */
function explains(callee: Limiter, caller: Limiter): boolean {
  if (caller.harm === 'wasteful') return false;
  if (callee.harm === 'wasteful') return MISSED.has(callee.resource) && caller.harm === 'slow';
  if (caller.resource === 'errors') return callee.harm === 'refuses';
  return caller.harm !== 'refuses' || BY_WAITING.has(caller.resource);
}

/** What a cache has not is read from the table behind it, by the same callers: more calls, which are not slower for it. */
const standsInFor = (table: Limiter, cache: Limiter): boolean =>
  table.node.startsWith('dynamodb:') &&
  table.harm === 'slow' &&
  table.resource === 'time' &&
  cache.harm === 'wasteful' &&
  MISSED.has(cache.resource);

/** A second finding on the same node makes surer of it, up to this. */
const FURTHER = 0.03;
const SCORE_MAX = 0.99;

/**
 * The parts that limit the system, likeliest first, from what the audits found by absolute measures: a run has no normal day to be compared with. A
 * cause lies downstream of its symptom, so that who calls another cause, and may suffer from it, comes after it.
 *
 * @param edges who calls whom
 * @param generatorFree false where the generator was short of processor, or nobody knows: it sees everything slow and waiting then
 */
export function bottlenecksOf(findings: readonly Finding[], edges: Inventory['edges'], generatorFree: boolean): Bottleneck[] {
  const held = findings.flatMap(({ limiter, ...finding }) =>
    limiter === undefined ? [] : [{ ...limiter, finding, node: tableOf(limiter) }],
  );
  const sure = generatorFree ? held : held.filter(({ harm }) => harm === 'refuses' || harm === 'wasteful');
  const callees = calleesOf(edges);
  const reaches = (from: string, to: string): boolean => from !== to && reachedFrom(callees, from).has(to);
  const shareCaller = (a: string, b: string): boolean => [...callees.values()].some((called) => called.includes(a) && called.includes(b));
  const nodes = new Set(sure.map(({ node }) => node));
  return [...nodes]
    .flatMap((node) => {
      const own = sure
        .filter((each) => each.node === node)
        .toSorted((a, b) => SCORES[b.harm] - SCORES[a.harm] || vagueness(a) - vagueness(b));
      const [first] = own;
      if (first === undefined) return [];
      // Of two that call each other neither is downstream.
      const explained = sure.some(
        (other) =>
          (reaches(node, other.node) && !reaches(other.node, node) && explains(other, first)) ||
          (shareCaller(node, other.node) && standsInFor(first, other)),
      );
      const score = Math.min(SCORE_MAX, SCORES[first.harm] + FURTHER * (own.length - 1)) * (explained ? EXPLAINED : 1);
      const recommendation = [...new Set(own.map(({ finding }) => finding.next ?? finding.why))].join(' ');
      return [{ ...first, score, evidence: own.flatMap(({ finding }) => finding.evidence), since: earliest(own), recommendation }];
    })
    .toSorted((a, b) => b.score - a.score || (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY))
    .map(({ node, resource, score, since, evidence, finding, recommendation }) => ({
      node,
      resource,
      score,
      since,
      title: finding.title,
      evidence,
      recommendation,
    }));
}

/** That something failed, or that much time goes by in it, says less than what it ran out of, and that it is slow itself. */
const VAGUE: ReadonlySet<string> = new Set(['errors', 'time']);
const vagueness = ({ resource }: Limiter): number => Number(VAGUE.has(resource));

/** An index is a part of its table: `dynamodb:auctions/by-price`. */
const tableOf = ({ node }: Limiter): string => node.split('/')[0] ?? node;

const earliest = (limiters: readonly Limiter[]): number | null => {
  const known = limiters.flatMap(({ since }) => since ?? []);
  return known.length === 0 ? null : Math.min(...known);
};

const calleesOf = (edges: Inventory['edges']): Map<string, string[]> => {
  const callees = new Map<string, string[]>();
  for (const { from, to } of edges) callees.set(from, [...(callees.get(from) ?? []), to]);
  return callees;
};
