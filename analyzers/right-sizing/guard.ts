import { USL_REACH } from '../models/scalability/index.ts';
import { figure, percent } from '../words.ts';
import { breaks, type Effect, effectsOf, knownOf, type Together, together } from './effects.ts';
import { type Asked, type Change, isOpen, type RightSizingInput, type Use } from './rule.ts';

/** A change to make. */
export interface Recommendation extends Pick<Change, 'from' | 'to' | 'savingPerMonth' | 'unpriced' | 'reduces' | 'uses' | 'risk' | 'why'> {
  rule: string;
  node: string;
  setting: string;
  /** On every target, together with the recommendations before it. */
  effects: Effect[];
}

/** What is not recommended, or can't be said, with the reason and what would settle it. */
export interface Withheld {
  rule: string;
  node: string;
  setting: string;
  /** What would have been recommended; null where nothing can be said. */
  to: string | null;
  reason: string;
  settledBy: string;
}

export interface Guarded {
  /** In the order in which to make them. */
  recommendations: Recommendation[];
  withheld: Withheld[];
}

/** Who asked. */
export interface Question {
  rule: string;
  setting: string;
  buys: boolean;
}

/** Of sums of floating point. */
const ROUNDING = 1e-9;

type Obstacle = Pick<Withheld, 'reason' | 'settledBy'>;

/**
 * The one place where it is decided what is recommended: of each answer the first change that, with those before it, brings no target to its limit and
 * leaves nothing used beyond what is safe. One change for each node, since it changes what the others were measured at.
 */
export function guard(asked: readonly (Asked & Question)[], input: RightSizingInput): Guarded {
  const doubt = doubtOf(input);
  const recommendations: Recommendation[] = [];
  const withheld: Withheld[] = [];
  let before: Together = { latencyMs: 0, refused: 0 };
  const taken = new Map<string, number>();
  for (const { rule, setting, buys, node, of = [node], answer } of asked.toSorted(byUrgency)) {
    if (isOpen(answer)) {
      withheld.push({ rule, node, setting, to: null, reason: answer.open, settledBy: answer.settledBy });
      continue;
    }
    const judged = answer.changes.map((given) => {
      const uses = given.uses.map((use) => ({ ...use, capacity: use.capacity - (taken.get(use.what) ?? 0) }));
      const change = { ...given, uses, impact: knownOf(given.impact) };
      const effects = effectsOf(change.impact, before, input);
      return { change, effects, obstacle: takenBy(of, recommendations) ?? obstacleTo(change, effects, doubt, buys) };
    });
    const allowed = judged.find(({ obstacle }) => obstacle === null);
    const [wanted] = judged;
    if (allowed !== undefined) {
      recommendations.push(recommendation({ rule, setting, node, ...allowed }));
      before = together(before, allowed.change.impact);
      for (const use of allowed.change.uses) taken.set(use.what, (taken.get(use.what) ?? 0) + (use.taken ?? 0));
    } else if (wanted !== undefined && wanted.obstacle !== null)
      withheld.push({ rule, node, setting, to: wanted.change.to, ...wanted.obstacle });
  }
  return { recommendations, withheld };
}

function recommendation({
  rule,
  setting,
  node,
  change,
  effects,
}: Omit<Question, 'buys'> & { node: string; change: Change; effects: Effect[] }): Recommendation {
  const { from, to, savingPerMonth, unpriced, reduces, uses, risk, why } = change;
  return { rule, node, setting, from, to, savingPerMonth, unpriced, reduces, effects, uses, risk, why };
}

function byUrgency(a: Asked & Question, b: Asked & Question): number {
  if (a.buys !== b.buys) return a.buys ? 1 : -1;
  const [of, than] = [urgency(a), urgency(b)];
  return of === than ? 0 : than - of;
}

/** What is short is mended first; then the largest saving, of sizes before that of how they are bought. What has no price comes after what has. */
function urgency({ answer }: Asked): number {
  const first = isOpen(answer) ? undefined : answer.changes[0];
  if (first === undefined) return Number.NEGATIVE_INFINITY;
  if (first.impact.latencyMs === 'less' || first.impact.refused === 'less') return Number.POSITIVE_INFINITY;
  return first.savingPerMonth?.amount ?? Number.MIN_SAFE_INTEGER;
}

function takenBy(nodes: readonly string[], recommendations: readonly Recommendation[]): Obstacle | null {
  const other = recommendations.find(({ node }) => nodes.includes(node));
  if (other === undefined) return null;
  const of = nodes.length > 1 ? other.node : 'it';
  return {
    reason: `another change of ${of} comes first (${other.setting}), and everything else of it was measured before that`,
    settledBy: `A run after the ${other.setting} has changed.`,
  };
}

function obstacleTo(change: Change, effects: readonly Effect[], doubt: Obstacle | null, buys: boolean): Obstacle | null {
  // What is bought keeps its size, of which such a run says too little.
  if ((change.reduces || buys) && doubt !== null) return doubt;
  const over = change.uses.find(isUnsafe);
  if (over !== undefined) return overUsed(over);
  const broken = effects.find(breaks);
  if (broken !== undefined)
    return {
      reason: `it could bring ${broken.target} to ${broken.estimate === null ? 'no one knows what' : figure(broken.estimate)}, and the limit is ${broken.limit === null ? 'not known' : figure(broken.limit)}`,
      settledBy: 'The same run with this change: the estimate is no better than the truth.',
    };
  const unknown = effects.find(({ effect }) => effect === 'unknown');
  if (change.reduces && unknown !== undefined)
    return { reason: `what it does to ${unknown.target} is not known: ${unknown.why}`, settledBy: 'The same run with this change.' };
  return null;
}

function overUsed({ what, unit, used, capacity, safe }: Use): Obstacle {
  if (!Number.isFinite(used) || !Number.isFinite(capacity))
    return { reason: `how much of ${what} it would leave is not known`, settledBy: 'The same run with this change.' };
  return {
    reason: `it would leave ${what} at ${figure(used)} of ${figure(capacity)} ${unit}, and ${percent(safe)} is safe`,
    settledBy: 'A run at a smaller load, if that is what there is to carry.',
  };
}

/** What is no number is not safe. */
const isUnsafe = ({ used, capacity, safe }: Use): boolean => !(used <= safe * capacity * (1 + ROUNDING));

/** Why nothing that takes something away, or is bought as it is, can be recommended after this run; null where nothing stands against it. */
function doubtOf({ targets, window, load }: RightSizingInput): Obstacle | null {
  const missed = targets.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  if (missed.length > 0)
    return { reason: `the run missed ${missed.join(', ')}`, settledBy: 'A run that meets its targets, after the bottleneck is gone.' };
  if (load.generatorSaturated !== false)
    return { reason: 'the load generator was the limit, or may have been', settledBy: 'A run from a larger machine.' };
  const open = targets.find(({ verdict }) => verdict !== 'pass' && verdict !== 'skipped');
  if (open !== undefined)
    return {
      reason: `${open.id} is not known to hold: ${open.reason ?? 'it could not be judged'}`,
      settledBy: 'A run long enough to judge it.',
    };
  if (targets.length === 0) return { reason: 'the run was held to no target', settledBy: 'A run with targets.' };
  if (!window.steady) return { reason: `the run was not steady: ${window.reason}`, settledBy: 'A longer run.' };
  return doubtOfLoad(load);
}

function doubtOfLoad({ requestsPerS, factor }: RightSizingInput['load']): Obstacle | null {
  if (requestsPerS === null || !(requestsPerS > 0))
    return { reason: 'it is not known how many requests there were', settledBy: 'A run that makes requests.' };
  if (factor <= USL_REACH) return null;
  return {
    reason: `the run made ${figure(requestsPerS)} requests/s, and the target asks for ${figure(factor * requestsPerS)}: nothing is known of more than ${USL_REACH} times the tested load`,
    settledBy: `A run at ${figure(Math.ceil((factor * requestsPerS) / USL_REACH))} requests/s or more.`,
  };
}
