/** What every renderer says in the same words: names of targets, the verdict's one sentence, the order of the findings. */

import type { Finding, Report, Target, TargetVerdict, Verdict } from '../analyzers/contract.ts';
import { clock, count, DASH, quantity, quantityBeside } from './format.ts';

interface TargetWords {
  name: string;
  /** Which side of its limit is good; null where only the engine knows. */
  good: 'below' | 'at least' | null;
}

/** A Map, for an id may come from a file: `__proto__` has to be unknown here. */
const TARGETS: ReadonlyMap<string, TargetWords> = new Map([
  ['latency-avg', { name: 'Average latency', good: 'below' }],
  ['latency-p95', { name: 'p95 latency', good: 'below' }],
  ['error-rate', { name: 'Error rate', good: 'below' }],
  ['throughput', { name: 'Throughput', good: 'at least' }],
  ['availability', { name: 'Availability', good: 'at least' }],
]);

/** A threshold of the user's own, `k6:<metric>:<expression>`, is named by what it says. */
export function targetWords(id: string): TargetWords {
  const known = TARGETS.get(id);
  if (known) return known;
  const [, metric, expression] = /^k6:(.+?):([^:]*)$/s.exec(id) ?? [];
  return { name: metric === undefined ? id : `${metric}: ${expression}`, good: null };
}

/** `< 500 ms`, `≥ 150 requests/s`; empty for a threshold of the user's own, whose name says it. */
export function limitText(target: Target): string {
  const { good } = targetWords(target.id);
  if (target.limit === null || good === null) return '';
  return `${good === 'below' ? '<' : '≥'} ${quantity(target.limit, target.unit)}`;
}

/** Of a threshold that k6 judged only its word is known: that is not the same as not measured. */
export function measuredText(target: Target): string {
  if (target.value === null && targetWords(target.id).good === null) return DASH;
  return quantityBeside(target.value, target.limit, target.unit);
}

export const VERDICT_WORDS: Readonly<Record<TargetVerdict, string>> = {
  pass: 'Pass',
  warn: 'Warning',
  inconclusive: 'Inconclusive',
  fail: 'Fail',
  skipped: 'Skipped',
};

const HEADLINES: Readonly<Record<Verdict, string>> = {
  pass: 'Passed',
  warn: 'Passed with warnings',
  inconclusive: 'Inconclusive',
  fail: 'Failed',
};

export const headline = (report: Report): string => HEADLINES[report.verdict];

const SEVERITIES: readonly Finding['severity'][] = ['critical', 'high', 'medium', 'low', 'info'];
const VERDICTS: readonly Verdict[] = ['fail', 'inconclusive', 'warn', 'pass'];

/** Most severe first, and among those the worst verdict first. */
export function orderedFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict),
  );
}

const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** A first word that is a plain one gets its capital; `k6`, `loadkit`, `chat_round_trip`, `/characters` and `dynamodb:guilds` are names. */
const sentenceCase = (text: string): string =>
  text.replace(/^(?!loadkit\b)[a-z]+(?=[\s,.;!?']|:(?:\s|$)|$)/, (word) => word.charAt(0).toUpperCase() + word.slice(1));

const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** A reason or a title from elsewhere as a sentence of its own. */
export const sentence = (text: string): string => sentenceCase(ended(text.trim()));

/** Why the verdict is what it is, and what limits the system where that is known. */
export function why(report: Report): string {
  const worst = orderedFindings(report.findings.filter((finding) => finding.verdict === report.verdict)).at(0);
  const deciding = report.targets.filter((target) => target.verdict === report.verdict);
  const limit = limiting(report);
  switch (report.verdict) {
    case 'fail':
      return both(deciding.length > 0 ? missed(report, deciding) : sentence(worst?.title ?? 'the run failed'), limit);
    case 'inconclusive':
      return both(sentence(worst?.title ?? undecided(deciding) ?? 'there is not enough valid data to say'), limit);
    case 'warn':
      if (limit !== null && !isWorseThanALimit(worst)) return limit;
      return sentence(worst?.title ?? deciding.at(0)?.reason ?? 'every target is met, with warnings');
    case 'pass':
      return met(report, deciding);
  }
}

/** In one sentence: who reads only the first is to know the bottleneck too. */
const both = (first: string, limit: string | null): string =>
  limit === null ? first : `${first.replace(/\.$/, '')}; ${limit.charAt(0).toLowerCase()}${limit.slice(1)}`;

/** What no bottleneck explains, and is worse than any: a loss of requests, say. */
const isWorseThanALimit = (worst: Finding | undefined): boolean => worst?.severity === 'critical' && worst.limiter === undefined;

/** From here on a bottleneck is stated; below, it is one suspicion among the findings. Guess: tune. */
const SURE = 0.6;

/** What limits the system, as a sentence; null where nothing is known to. */
function limiting({ bottlenecks: [first] }: Report): string | null {
  if (first === undefined || first.score < SURE) return null;
  const { node, title } = first;
  return title.includes(node) ? `The bottleneck: ${ended(title)}` : `The bottleneck is ${node}: ${ended(title)}`;
}

function missed(report: Report, targets: readonly Target[]): string {
  const judged = report.targets.filter((target) => target.verdict !== 'skipped').length;
  const parts = targets.map((target) => {
    const { name, good } = targetWords(target.id);
    // A threshold of the user's own carries its limit in its name.
    return good === null ? name : `${name.toLowerCase()} ${measuredText(target)} (target ${limitText(target)})`;
  });
  return ended(`${targets.length} of ${plural(judged, 'target')} missed: ${parts.join(', ')}`);
}

function undecided(targets: readonly Target[]): string | undefined {
  const first = targets.at(0);
  if (first === undefined) return undefined;
  const names = targets.map((target) => targetWords(target.id).name.toLowerCase()).join(', ');
  return `could not judge ${names}${first.reason === undefined ? '' : `: ${first.reason}`}`;
}

function met(report: Report, targets: readonly Target[]): string {
  const skipped = report.targets.filter((target) => target.verdict === 'skipped').length;
  const all = targets.length === 1 ? 'The one target is met' : `All ${plural(targets.length, 'target')} are met`;
  return `${all}${skipped > 0 ? `; ${skipped} skipped, out of reach of this plan` : ''}.`;
}

/** k6's code for a run that was asked to stop. Source: the exit codes' contract. */
const INTERRUPTED = 105;

/** Why the numbers are not those of the whole planned run; null where they are. */
export function partialNote(report: Report): string | null {
  if (!report.partial) return null;
  const cause = report.exitCode === INTERRUPTED ? 'Interrupted' : 'Partial run';
  return `${cause}: the figures cover only a part of what was planned.`;
}

/** `1,000 users (closed load)`, `150 arrivals/s (open load)`: the load's model is always named, for the two answer different questions. */
export function loadText({ plan }: Report): string {
  if (plan.load === 'open') return `${plan.ratePerS === null ? 'arrivals' : quantity(plan.ratePerS, 'arrivals/s')} (open load)`;
  return `${plan.users === null ? 'users' : plural(plan.users, 'user')} (closed load)`;
}

/** `1:30 to 6:30 into the run`, or null where nothing was measured to judge on. */
export function windowText(report: Report): string | null {
  const { window, startS } = report;
  if (window === null || startS === null) return null;
  return `${clock(window.fromS - startS)} to ${clock(window.toS - startS)} into the run`;
}
