import type { Alarm } from '../alarms.ts';

/** Whether the game is in a state in which a new version may be put on it. Pure. */
export interface Readiness {
  decision: 'go' | 'no-go';
  /** By concern: stability is health and errors and latency, resources are resources. */
  stability: Judgement;
  resources: Judgement;
  errors: Judgement;
}

interface Judgement {
  state: 'ok' | 'breached' | 'unknown';
  /** Why it is not ok. */
  reasons: string[];
}

const CONCERNS: Record<'stability' | 'resources' | 'errors', readonly Alarm['concern'][]> = {
  stability: ['health', 'latency'],
  resources: ['resources'],
  errors: ['errors', 'security'],
};

/** @param values the datapoints of each alarm's metric over the window that is judged, in the order of the alarms */
export const judgeReadiness = (alarms: readonly Alarm[], values: readonly (readonly number[])[]): Readiness => {
  const of = (concerns: readonly Alarm['concern'][]): Judgement =>
    worstOf(alarms.map((alarm, index) => (concerns.includes(alarm.concern) ? judge(alarm, values[index] ?? []) : OK)));
  const [stability, resources, errors] = [of(CONCERNS.stability), of(CONCERNS.resources), of(CONCERNS.errors)];
  const go = stability.state === 'ok' && resources.state === 'ok' && errors.state === 'ok';
  return { decision: go ? 'go' : 'no-go', stability, resources, errors };
};

const OK: Judgement = { state: 'ok', reasons: [] };

/** As the alarm would, but for the periods being in a row: what has breached several times in a quarter of an hour is not stable. */
const judge = (alarm: Alarm, values: readonly number[]): Judgement => {
  if (values.length === 0) return alarm.missing === 'notBreaching' ? OK : { state: 'unknown', reasons: [`${alarm.name}: no data`] };
  const breaches = (value: number): boolean =>
    alarm.comparison === 'GreaterThanThreshold' ? value > alarm.threshold : value < alarm.threshold;
  const breached = values.filter(breaches);
  if (breached.length < alarm.evaluationPeriods) return OK;
  const worst = alarm.comparison === 'GreaterThanThreshold' ? Math.max(...breached) : Math.min(...breached);
  return { state: 'breached', reasons: [`${alarm.name}: ${worst} against ${alarm.threshold} in ${breached.length} periods`] };
};

const RANK = { ok: 0, unknown: 1, breached: 2 };

const worstOf = (judgements: readonly Judgement[]): Judgement => ({
  state: judgements.reduce<Judgement['state']>((worst, { state }) => (RANK[state] > RANK[worst] ? state : worst), 'ok'),
  reasons: judgements.flatMap(({ reasons }) => reasons),
});
