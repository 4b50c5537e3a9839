import type { Account } from './accounts.ts';
import { type CallGraph, reachedFrom } from './call-graph.ts';
import { widthsFrom } from './flow.ts';
import type { Reading } from './pressure.ts';
import { type Kind, otherKind } from './signals.ts';
import { surprise } from './surprise.ts';

/** All that is known of one stretch, for every window. */
export interface StretchView {
  graph: CallGraph;
  symptom: string;
  /** Of each node's requests, the part that comes from the symptom's: 0 to 1. */
  part: ReadonlyMap<string, number>;
  /** The kind of cost that the symptom is about. */
  primary: Kind;
  /** Worked out when they are asked for. */
  accounts(kind: Kind): ReadonlyMap<string, Account>;
  readings: ReadonlyMap<string, readonly Reading[]>;
  /** Of the symptom's own series, in spreads. */
  symptomZ: readonly number[];
  degrees: number;
}

type Ground = 'limit' | 'own' | 'strain' | 'other-kind';

export interface Candidate {
  node: string;
  /** 0 to 1. From 0.8 on: a resource at its limit. */
  score: number;
  /** What speaks for it most. */
  ground: Ground;
  /** The cost by which it does, where there is no `reading`. */
  kind: Kind;
  /** Share of the symptom's excess that the node's own excess can explain: 0 to 1. */
  share: number;
  /** The gauge that speaks for it. A limit always has one; a strain has none where it shows in failures. */
  reading?: Reading;
}

/** Less surprise than a chance of 5 % is none: 3.0 nats. */
export const SURPRISE_MIN = -Math.log(0.05);
/** For what is only circumstantial, 1 %. */
const CIRCUMSTANTIAL_MIN = -Math.log(0.01);
/** Scores of what only changed at the same time end here, those of a resource at its limit begin here. */
export const LIMIT_FROM = 0.8;
/** Slowness makes failures (timeouts) and failures make slowness (retries), but it is the weaker explanation. Guess: tune. */
const OTHER_KIND = 0.5;
/** A caller whose callee is strained may still be the cause itself. Guess: tune. */
const EXPLAINED_BY_STRAIN = 0.5;
/** Of two limits on one way of calls, the one above the other. Guess: tune. */
const LIMIT_ABOVE_ANOTHER = 0.5;
/** A node whose callees explain more than this part of its excess suffers more than it does. */
const MOSTLY = 0.5;

/** 1 − √(2p): 0 in the middle of what is usual, 0.68 for a chance of 5 %, 0.96 for 0.1 %. */
const confidence = (nats: number): number => 1 - Math.exp(-Math.max(0, nats - Math.LN2) / 2);

/**
 * Surprise of the symptom and its best explanation together over one stretch, in nats: what is held against the alarm level. The explanation counts as
 * far as it explains, and not at all where the symptom itself is within the usual.
 */
export function surpriseIn(view: StretchView, window: number): number {
  const ofSymptom = surprise(view.symptomZ[window] ?? 0, view.degrees);
  if (ofSymptom < SURPRISE_MIN) return ofSymptom;
  let explanation = 0;
  for (const { share, nats } of ownShares(view, view.primary, window).values()) explanation = Math.max(explanation, share * nats);
  for (const reading of limitsMet(view, window).values()) {
    explanation = Math.max(explanation, surprise(reading.z[window] ?? 0, view.degrees));
  }
  return ofSymptom + explanation;
}

/** What may be the cause in one window over one stretch, best first. */
export function candidatesIn(view: StretchView, window: number): Candidate[] {
  const owns = ownShares(view, view.primary, window);
  const candidates = new Map<string, Candidate>();
  for (const [node, { share, nats }] of owns) {
    if (nats >= SURPRISE_MIN) candidates.set(node, { node, score: share * confidence(nats), ground: 'own', kind: view.primary, share });
  }
  addOtherKind(view, window, candidates);
  addStrain(view, window, candidates);
  for (const candidate of candidates.values()) candidate.score *= LIMIT_FROM;
  addLimits(view, window, candidates, owns);
  return [...candidates.values()].sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1));
}

interface Own {
  share: number;
  nats: number;
}

/** How far each node's own excess explains the symptom's, and how surprising it is. Empty where the symptom has no excess of this kind. */
function ownShares({ graph, part, symptom, accounts, degrees }: StretchView, kind: Kind, window: number): Map<string, Own> {
  const ofKind = accounts(kind);
  const account = ofKind.get(symptom);
  const total = account?.excess[window] ?? null;
  const shares = new Map<string, Own>();
  if (total !== null && !(total > 0)) return shares;
  const widths = widthsFrom(graph, symptom, (node) => roomOf(ofKind.get(node), window));
  for (const node of graph.nodes) {
    const z = ofKind.get(node)?.ownZ[window] ?? 0;
    const own = ofKind.get(node)?.own[window] ?? 0;
    // Below one spread it isn't worth the arithmetic.
    if (!(own > 0 && z > 1)) continue;
    // Where the symptom's node doesn't tell this cost, each node explains what it may.
    const width = total === null ? own : Math.min(own, widths.get(node) ?? 0, total);
    const share = total === null ? 1 : width / total;
    shares.set(node, { share: share * plausibility(width, own * (part.get(node) ?? 1)), nats: surprise(z, degrees) });
  }
  return shares;
}

/** Retries, and callers whose calls aren't told apart, may make a cause so many times as large as what is felt of it. Guess: tune. */
const OVERSHOOT_MAX = 3;

/** A node that slowed down by seconds of which the symptom felt milliseconds is not waited for, or has drifted. */
const plausibility = (felt: number, own: number): number => Math.min(1, (OVERSHOOT_MAX * felt) / own);

/** A noisy node on the way may have passed on a spread more than it seems. */
function roomOf(account: Account | undefined, window: number): number | null {
  const excess = account?.excess[window] ?? Number.NaN;
  return account === undefined || Number.isNaN(excess) ? null : excess + account.spread;
}

/** What fails where the symptom is slow, or is slow where it fails. */
function addOtherKind(view: StretchView, window: number, candidates: Map<string, Candidate>): void {
  const kind = otherKind(view.primary);
  for (const [node, { share, nats }] of ownShares(view, kind, window)) {
    const score = OTHER_KIND * share * confidence(nats);
    if (nats < CIRCUMSTANTIAL_MIN || score <= (candidates.get(node)?.score ?? 0)) continue;
    candidates.set(node, { node, score, ground: 'other-kind', kind, share });
  }
}

const STRAINS: readonly string[] = ['strain', 'health', 'utilisation'];

/**
 * A callee that is strained explains what its caller seems to do itself: a cache that misses has no slow answers of its own, and a failure that
 * is tried again takes the caller's time, and fails nowhere above.
 */
function addStrain(view: StretchView, window: number, candidates: Map<string, Candidate>): void {
  for (const caller of [...candidates.values()]) {
    if (caller.ground !== 'own') continue;
    for (const callee of view.graph.callees.get(caller.node) ?? []) {
      const { nats, ...shown } = strainOf(view, callee, window);
      const score = caller.score * confidence(nats);
      if (nats < CIRCUMSTANTIAL_MIN || score <= (candidates.get(callee)?.score ?? 0)) continue;
      candidates.set(callee, { node: callee, score, ground: 'strain', share: caller.share, ...shown });
      candidates.set(caller.node, { ...caller, score: caller.score * EXPLAINED_BY_STRAIN });
    }
  }
}

function strainOf(view: StretchView, node: string, window: number): Pick<Candidate, 'kind' | 'reading'> & { nats: number } {
  const { primary, degrees } = view;
  const reading = worstOf(view.readings.get(node) ?? [], window, ({ gauge }) => STRAINS.includes(gauge.role));
  const ofGauge = reading === null ? 0 : surprise(reading.z[window] ?? 0, degrees);
  const failures = primary === 'latency' ? view.accounts('errors').get(node) : undefined;
  const ofFailures = failures === undefined ? 0 : surprise(failures.ownZ[window] ?? 0, degrees);
  return ofFailures > ofGauge || reading === null ? { kind: 'errors', nats: ofFailures } : { kind: primary, reading, nats: ofGauge };
}

function worstOf(readings: readonly Reading[], window: number, fits: (reading: Reading) => boolean): Reading | null {
  let worst: Reading | null = null;
  for (const reading of readings) {
    if (fits(reading) && (reading.z[window] ?? 0) > (worst?.z[window] ?? 0)) worst = reading;
  }
  return worst;
}

/** A resource at its limit outranks all that only changed at the same time. Of limits along one way of calls the last comes first. */
function addLimits(view: StretchView, window: number, candidates: Map<string, Candidate>, owns: ReadonlyMap<string, Own>): void {
  const limits = limitsMet(view, window);
  for (const [node, reading] of limits) {
    const sure = confidence(surprise(reading.z[window] ?? 0, view.degrees));
    const below = [...reachedFrom(view.graph.callees, node)].some((other) => other !== node && limits.has(other));
    const score = LIMIT_FROM + (1 - LIMIT_FROM) * sure * (below ? LIMIT_ABOVE_ANOTHER : 1);
    candidates.set(node, { node, score, ground: 'limit', kind: view.primary, share: owns.get(node)?.share ?? 0, reading });
  }
}

/**
 * The gauge of each node that is at its limit, and surprisingly so. Not of a node that is full of requests waiting for a slow callee: by Little's law
 * concurrency is rate times duration, so that its limit is a consequence.
 */
function limitsMet(view: StretchView, window: number): Map<string, Reading> {
  const limits = new Map<string, Reading>();
  for (const node of view.graph.nodes) {
    const worst = worstOf(view.readings.get(node) ?? [], window, ({ atLimit }) => atLimit[window] === true);
    const isSurprising = worst !== null && surprise(worst.z[window] ?? 0, view.degrees) >= SURPRISE_MIN;
    if (isSurprising && !waitsForCallees(view, node, window)) limits.set(node, worst);
  }
  return limits;
}

function waitsForCallees({ accounts, degrees }: StretchView, node: string, window: number): boolean {
  const account = accounts('latency').get(node);
  if (account === undefined) return false;
  const excess = account.excess[window] ?? 0;
  const surprising = surprise(account.excessZ[window] ?? 0, degrees) >= SURPRISE_MIN;
  return surprising && (account.own[window] ?? 0) < MOSTLY * excess;
}
