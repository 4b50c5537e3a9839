import type { Evidence } from '../../contract.ts';
import { figure } from '../../words.ts';
import type { Case } from './case.ts';
import { type Meter, meanBeside, meanOver, type Stretch, type Window } from './excess.ts';
import type { Gauge } from './pressure.ts';
import { type Candidate, type StretchView, SURPRISE_MIN } from './rank.ts';
import { type Kind, otherKind } from './signals.ts';
import { surprise } from './surprise.ts';

/** What speaks for a candidate, the strongest first: values during the stretch, against those beside it or in the normal file. */
export function evidenceFor(candidate: Candidate, of: Case, view: StretchView, window: Window, stretch: Stretch): Evidence[] {
  const { node, share, kind, reading } = candidate;
  const gauges = (view.readings.get(node) ?? []).filter(
    ({ z, atLimit }) => atLimit[0] === true || surprise(z[0] ?? 0, view.degrees) >= SURPRISE_MIN,
  );
  gauges.sort((a, b) => Number(b.atLimit[0]) - Number(a.atLimit[0]) || (b.z[0] ?? 0) - (a.z[0] ?? 0));
  const ofGauges = gauges.flatMap(({ gauge, atLimit }) => gaugeEvidence(gauge, atLimit[0] === true, window, stretch));
  const kinds = [kind, otherKind(kind)];
  const ofCosts = kinds.flatMap((each) => costEvidence(each, node, of, view, window, stretch));
  const told: Evidence[] = share > 0 ? [{ what: shareIn(candidate, view.primary), value: share, unit: 'share' }] : [];
  return reading !== undefined ? [...ofGauges, ...told, ...ofCosts] : [...told, ...ofCosts, ...ofGauges];
}

/** In the words of a reader who sees one figure and no method. */
function shareIn({ ground, kind }: Candidate, primary: Kind): string {
  if (ground === 'strain') return `share of the excess ${primary} that its caller explains`;
  return `share of the excess ${kind} at the symptom that is this node's own`;
}

function costEvidence(kind: Kind, node: string, of: Case, view: StretchView, window: Window, stretch: Stretch): Evidence[] {
  const account = view.accounts(kind).get(node);
  const signal = of.signals[kind].get(node);
  const metered = of.metered[kind].get(node);
  if (account === undefined || signal === undefined || metered === undefined) return [];
  if (surprise(account.excessZ[0] ?? 0, view.degrees) < SURPRISE_MIN) return [];
  const name = kind === 'errors' ? `share that failed, by ${signal.metric}` : `${signal.metric} ${signal.stat}`;
  const unit = of.series.get(node)?.find(({ metric, stat }) => metric === signal.metric && stat === signal.stat)?.unit;
  return [compared(name, metered.meter, metered.usual, window, stretch, kind === 'errors' ? undefined : unit)];
}

function gaugeEvidence(gauge: Gauge, atLimit: boolean, window: Window, stretch: Stretch): Evidence[] {
  const evidence = compared(`${gauge.metric} ${gauge.stat}`, gauge.meter, gauge.usual, window, stretch, gauge.unit);
  return [atLimit && gauge.limit !== null ? { ...evidence, limit: gauge.limit } : evidence];
}

function compared(name: string, meter: Meter, usual: number, window: Window, stretch: Stretch, unit: string | undefined): Evidence {
  const beside = meanBeside(meter, window, stretch);
  const before = beside ?? usual;
  const against = Number.isNaN(before) ? '' : `, against ${figure(before)} ${beside === null ? 'in the normal file' : 'beside it'}`;
  return { what: `${name}${against}`, value: meanOver(meter, window, stretch), ...(unit === undefined ? {} : { unit }) };
}
