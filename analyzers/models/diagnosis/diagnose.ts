import type { Evidence } from '../../contract.ts';
import type { TelemetryFile } from '../../telemetry-file.ts';
import { figure, plural } from '../../words.ts';
import { type Account, accountsOf, INCIDENT, inSpreads } from './accounts.ts';
import { type Case, caseOf, type Symptom } from './case.ts';
import { evidenceFor } from './evidence.ts';
import { excessOf, meanBeside, meanOver, type Stretch, stretchesOf, type Window } from './excess.ts';
import { onsetOf } from './onset.ts';
import { readingOf } from './pressure.ts';
import { type Candidate, candidatesIn, type StretchView, surpriseIn } from './rank.ts';
import { type Kind, presentOf } from './signals.ts';
import { alarmLevel, degreesOf } from './surprise.ts';

/** `no bottleneck`: the symptom is as it usually is. `unexplained`: it isn't, and nothing that it calls tells why. */
export type DiagnosisVerdict = 'bottleneck' | 'no bottleneck' | 'unexplained' | 'inconclusive';

export interface Cause {
  node: string;
  /** What is short or slow there: `latency`, `errors`, or the metric that shows it. */
  resource: string;
  /** 0 to 1: how far it explains the symptom, and how sure that is. From 0.8 on a resource was at its limit. */
  score: number;
  /** Epoch seconds of the period in which the node's own change began; the first of the window when it was there before. */
  since: number;
  /** The strongest first. */
  evidence: Evidence[];
}

export interface Diagnosis {
  verdict: DiagnosisVerdict;
  /** One sentence for the verdict. */
  reason: string;
  symptom: Symptom & {
    /** Means of the symptom's series; null where it has no datapoint. */
    during: number | null;
    before: number | null;
  };
  /** The stretch in which something is wrong, in epoch seconds; null when nothing is. */
  since: number | null;
  until: number | null;
  /** Likeliest first; empty unless the verdict is `bottleneck`. */
  causes: Cause[];
  /** Surprise of the incident's worst stretch, and what it has to exceed: −ln of a probability. Null where there was too little to say. */
  surprise: { value: number; alarm: number } | null;
}

/** Fewer datapoints of the symptom than this don't tell what is usual. Guess: tune. */
const NORMAL_MIN = 8;
const CAUSES_MAX = 5;
/** Less than a tenth of the symptom, or one chance in ten: no cause to look into. Guess: tune. */
const SCORE_MIN = 0.1;
/** Symptom and cause both beyond a chance of 1 %, however quiet the normal file is. */
const ALARM_MIN = -2 * Math.log(0.01);

/**
 * Why `symptom` is worse in `incident` than it usually is in `normal`: the nodes that it lies in, likeliest first, or that nothing is wrong.
 * Method and limits: docs/diagnosis.md. Pure and deterministic; the order of nodes, edges and series does not matter, nor do units.
 *
 * @throws RangeError when neither file has the symptom's series, or their periods differ in length
 */
export function diagnose(normal: TelemetryFile, incident: TelemetryFile, symptom: Symptom): Diagnosis {
  if (normal.periodS !== incident.periodS)
    throw new RangeError(`diagnose needs periods of one length, not ${normal.periodS} s and ${incident.periodS} s`);
  const of = caseOf(normal, incident, symptom);
  const thin = tooThin(of);
  if (thin !== null) return { ...nothing(symptom), verdict: 'inconclusive', reason: thin };
  const degrees = degreesOf(normal.times.length / incident.times.length);
  const { best, alarm } = worstStretch(of, symptom.node, degrees);
  const judged = { ...nothing(symptom), surprise: { value: best.surprise, alarm } };
  if (best.surprise <= alarm) return { ...judged, verdict: 'no bottleneck', reason: withinUsual(best.surprise, alarm) };
  const { stretch, view } = best;
  const means = symptomMeans(of, stretch);
  const found = {
    ...judged,
    symptom: { ...symptom, ...means },
    since: incident.times[stretch.from] ?? null,
    until: (incident.times[stretch.to - 1] ?? Number.NaN) + incident.periodS,
  };
  const causes = candidatesIn(view, INCIDENT)
    .filter(({ score }) => score >= SCORE_MIN)
    .slice(0, CAUSES_MAX)
    .map((candidate) => causeOf(candidate, of, view, incident, stretch));
  const [first] = causes;
  const change = `${symptom.metric} of ${symptom.node} is ${told(means.during)} instead of ${told(means.before)}`;
  if (first === undefined) return { ...found, verdict: 'unexplained', reason: `${change}, and nothing that it calls tells why` };
  return { ...found, causes, verdict: 'bottleneck', reason: `${change}; ${first.node} explains it best` };
}

const told = (value: number | null): string => (value === null ? 'unknown' : figure(value));
const withinUsual = (value: number, alarm: number): string =>
  `the symptom and what could explain it are within what the normal file shows (surprise ${figure(value)}, alarm at ${figure(alarm)})`;

const nothing = (symptom: Symptom): Omit<Diagnosis, 'verdict' | 'reason'> => ({
  symptom: { ...symptom, during: null, before: null },
  since: null,
  until: null,
  causes: [],
  surprise: null,
});

function tooThin({ symptom: { series } }: Case): string | null {
  const normal = presentOf(series.normal).length;
  if (normal < NORMAL_MIN) return `the symptom has ${plural(normal, 'datapoint')} in the normal file, ${NORMAL_MIN} are needed`;
  return presentOf(series.incident).length === 0 ? 'the symptom has no datapoint in the incident' : null;
}

interface Best {
  surprise: number;
  stretch: Stretch;
  view: StretchView;
}

/**
 * The incident's stretch with the largest surprise, and the level that alarms. As long as one alarms that rises out of its own window, such a stretch is
 * preferred to others, whatever those say: they can only be compared with the normal file, which may be months old.
 */
function worstStretch(of: Case, symptom: string, degrees: number): { best: Best; alarm: number } {
  const references = of.windows.slice(1).map(() => 0);
  let rising: Best | null = null;
  let best: Best | null = null;
  for (const stretch of stretchesOf(of.windows[INCIDENT]?.length ?? 0)) {
    const view = viewOf(of, symptom, stretch, degrees);
    const found = { surprise: surpriseIn(view, INCIDENT), stretch, view };
    best = larger(found, best);
    if (risesOutOfWindow(of, stretch)) rising = larger(found, rising);
    for (let i = 0; i < references.length; i += 1) references[i] = Math.max(references[i] ?? 0, surpriseIn(view, i + 1));
  }
  if (best === null) throw new RangeError('diagnose needs an incident of at least one period');
  const alarm = alarmLevel(references, ALARM_MIN);
  return { best: rising !== null && rising.surprise > alarm ? rising : best, alarm };
}

/**
 * Whether the symptom rises more from what is beside the stretch than that lies above the normal file. Otherwise most of what is wrong is wrong
 * beside it as well, and the comparison with that shows only how it fluctuates.
 */
function risesOutOfWindow({ symptom: { metered, direction }, windows }: Case, stretch: Stretch): boolean {
  const [window] = windows;
  const during = window && meanOver(metered.meter, window, stretch);
  const beside = window && meanBeside(metered.meter, window, stretch);
  if (typeof during !== 'number' || typeof beside !== 'number') return false;
  const worse = (change: number): number => (direction === 'both' ? Math.abs(change) : direction * change);
  return Number.isNaN(metered.usual) || worse(during - beside) >= worse(beside - metered.usual);
}

const larger = (a: Best, b: Best | null): Best => (b !== null && b.surprise >= a.surprise ? b : a);

function viewOf(of: Case, symptom: string, stretch: Stretch, degrees: number): StretchView {
  const { graph, part, windows, metered, gauges, traffic } = of;
  const accounts = new Map<Kind, ReadonlyMap<string, Account>>();
  return {
    graph,
    part,
    symptom,
    primary: of.symptom.primary,
    accounts: (kind) => {
      const known = accounts.get(kind) ?? accountsOf(metered[kind], graph, traffic, windows, stretch);
      accounts.set(kind, known);
      return known;
    },
    readings: new Map([...gauges].map(([node, all]) => [node, all.map((gauge) => readingOf(gauge, windows, stretch))])),
    symptomZ: symptomZ(of, stretch),
    degrees,
  };
}

/**
 * In spreads of its excess. Where it is better than usual beside the stretch, it has to be worse than usual within it as well: what only got better is
 * no incident.
 */
function symptomZ({ symptom: { metered, direction }, windows }: Case, stretch: Stretch): number[] {
  const { meter, usual, floorOf } = metered;
  const floor = floorOf(stretch);
  const changes = windows.map((window) => excessOf(meter, meter, window, stretch, usual));
  if (direction === 'both') return inSpreads(changes.map(Math.abs), floor).z;
  const worse = (mean: number | null): number => (mean === null ? Number.NaN : direction * (mean - usual));
  const within = inSpreads(
    windows.map((window) => worse(meanOver(meter, window, stretch))),
    floor,
  );
  const { z } = inSpreads(
    changes.map((change) => direction * change),
    floor,
  );
  return z.map((change, i) => {
    const beside = windows[i] === undefined ? null : meanBeside(meter, windows[i], stretch);
    return worse(beside) < -within.spread ? Math.min(change, within.z[i] ?? change) : change;
  });
}

function symptomMeans(of: Case, stretch: Stretch): { during: number | null; before: number | null } {
  const { meter, usual } = of.symptom.shown;
  const window = of.windows[INCIDENT];
  if (window === undefined) return { during: null, before: null };
  return { during: meanOver(meter, window, stretch), before: meanBeside(meter, window, stretch) ?? usual };
}

function causeOf(candidate: Candidate, of: Case, view: StretchView, incident: TelemetryFile, stretch: Stretch): Cause {
  const window: Window = { which: 'incident', start: 0, length: incident.times.length };
  const { node, score, kind, reading } = candidate;
  return {
    node,
    resource: reading?.gauge.metric ?? kind,
    score,
    since: incident.times[beganIn(candidate, of, window, stretch)] ?? 0,
    evidence: evidenceFor(candidate, of, view, window, stretch),
  };
}

/** By the series that speaks for it. */
function beganIn({ node, kind, reading }: Candidate, of: Case, window: Window, stretch: Stretch): number {
  const shown = reading?.gauge ?? of.metered[kind].get(node);
  const values = reading?.gauge.values.incident ?? of.signals[kind].get(node)?.values.incident;
  if (shown === undefined || values === undefined) return stretch.from;
  const before = meanBeside(shown.meter, window, stretch) ?? shown.usual;
  return onsetOf(values, stretch, before, meanOver(shown.meter, window, stretch) ?? before);
}
