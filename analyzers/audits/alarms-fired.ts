import { type AlarmChange, type AlarmState, type Alarms, type Audit, type Finding, type Inventory, orNull } from '../contract.ts';
import { type Answer, gathered } from '../platform-audit.ts';
import { runEndS, runStartS } from '../run-times.ts';
import { plural } from '../words.ts';

/** Alarms worth a line each. */
const ALARMS_MAX = 10;
/** An alarm comes after its cause: by three periods of five minutes, at the most that is usual. Guess: tune. */
const AFTER_S = 900;

type Alarm = Alarms['alarms'][number];
interface Fired {
  alarm: Alarm;
  change: AlarmChange;
}

export const alarmsFired: Audit<'alarms' | 'inventory' | 'plan', 'client'> = {
  id: 'alarms-fired',
  question: 'Which alarms fired during the run?',
  needs: ['alarms', 'inventory', 'plan'],
  wants: ['client'],
  audit({ alarms: { alarms }, inventory, plan, client }) {
    const startS = runStartS({ plan, client: orNull(client) }) ?? 0;
    const endS = (runEndS(plan) ?? startS + plan.durationS) + AFTER_S;
    const fired = alarms.flatMap((alarm) => {
      const change = alarm.changes.find(({ to, atS }) => to === 'ALARM' && atS >= startS && atS <= endS);
      return change === undefined ? [] : [{ alarm, change }];
    });
    const others = alarms.filter((alarm) => !fired.some((each) => each.alarm === alarm));
    return gathered('alarms-fired', [
      fired.length > 0 ? finding(fired, startS) : [],
      standing(
        others.filter((alarm) => stateAt(alarm, startS) === 'ALARM'),
        isWhole(inventory),
      ),
      unreadChanges(inventory),
    ]);
  },
};

/** Some alarms, or changes of theirs, may not be among those that are there. */
function unreadChanges({ gaps }: Inventory): Answer {
  const missing = gaps.filter(({ source }) => source === 'alarms').map(({ reason }) => reason);
  return missing.length === 0 ? [] : { missing: missing.join('; ') };
}
const isWhole = ({ gaps }: Inventory): boolean => gaps.every(({ source }) => source !== 'alarms');

/** What it last changed to until then, or first changed from after it; its state today where it never changed. */
function stateAt({ state, changes }: Alarm, timeS: number): AlarmState {
  const after = changes.find(({ atS }) => atS >= timeS);
  return changes.findLast(({ atS }) => atS < timeS)?.to ?? after?.from ?? state;
}

const WHY =
  'What the platform itself is watched by went off: whoever is on call would have been called. An alarm comes minutes after its cause, and the consequences of one cause set off several.';

const finding = (fired: readonly Fired[], startS: number): Omit<Finding, 'id'> => ({
  verdict: 'warn',
  severity: 'high',
  title: `${plural(fired.length, 'alarm')} fired during the run: ${listOf(fired.map(({ alarm }) => alarm))}`,
  why: WHY,
  evidence: fired.slice(0, ALARMS_MAX).map(({ alarm, change }) => evidenceOf(alarm, change, startS)),
  next: 'Begin with the first of them, and read the findings on its resource.',
  effect: 'Those that follow from the same cause go quiet with it.',
});

/** @param known false: their history was not read, so that they may have fired at any time until today */
function standing(alarms: readonly Alarm[], known: boolean): Answer {
  if (alarms.length === 0) return [];
  const since = known ? 'when the run began' : 'when they were read, and it is not known since when';
  return {
    verdict: 'pass',
    severity: 'medium',
    title: `${plural(alarms.length, 'alarm')} ${alarms.length === 1 ? 'was' : 'were'} in ALARM ${since}: ${listOf(alarms)}`,
    why: WHY,
    evidence: alarms.slice(0, ALARMS_MAX).map((alarm) => ({ what: `${alarm.name}${nodeOf(alarm)}`, value: `in ALARM ${since}` })),
    next: 'Look at what they watch before reading anything else: the run met a platform that was not well.',
    effect: 'The findings of this run are then of the load alone.',
  };
}

const listOf = (alarms: readonly Alarm[]): string =>
  alarms
    .slice(0, ALARMS_MAX)
    .map(({ name }) => name)
    .join(', ') + (alarms.length > ALARMS_MAX ? ` and ${alarms.length - ALARMS_MAX} more` : '');

const nodeOf = ({ node }: Alarm): string => (node === null ? '' : ` (${node})`);

function evidenceOf(alarm: Alarm, { atS, reason }: AlarmChange, startS: number) {
  const after = `${Math.round(atS - startS)} s into the run: ${reason}`;
  return { what: `${alarm.name}${nodeOf(alarm)}`, value: after, ...(alarm.threshold !== null && { limit: alarm.threshold }) };
}
