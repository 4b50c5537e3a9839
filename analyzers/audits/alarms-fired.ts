import type { AlarmChange, Alarms, Audit } from '../contract.ts';
import { plural } from '../words.ts';

/** Alarms worth a line each. */
const ALARMS_MAX = 10;

type Alarm = Alarms['alarms'][number];

export const alarmsFired: Audit<'alarms' | 'plan'> = {
  id: 'alarms-fired',
  question: 'Which alarms fired during the run?',
  needs: ['alarms', 'plan'],
  audit({ alarms, plan }) {
    const startS = Date.parse(plan.startedAt) / 1000;
    const fired = alarms.alarms.flatMap((alarm) => {
      const change = alarm.changes.find(({ to, atS }) => to === 'ALARM' && atS >= startS);
      return change === undefined ? [] : [{ alarm, change }];
    });
    const standing = alarms.alarms.filter((alarm) => alarm.state === 'ALARM' && !fired.some((each) => each.alarm === alarm));
    if (fired.length === 0 && standing.length === 0) return [];
    const names = (fired.length > 0 ? fired.map(({ alarm }) => alarm) : standing).map(({ name }) => name);
    return {
      id: 'alarms-fired',
      verdict: fired.length > 0 ? 'warn' : 'pass',
      severity: fired.length > 0 ? 'high' : 'medium',
      title:
        fired.length > 0
          ? `${plural(fired.length, 'alarm')} fired during the run: ${listOf(names)}`
          : `${plural(standing.length, 'alarm')} ${standing.length === 1 ? 'was' : 'were'} in ALARM since before the run: ${listOf(names)}`,
      why: 'What the platform itself is watched by went off: whoever is on call would have been called. An alarm comes minutes after its cause, and the consequences of one cause set off several.',
      evidence: [
        ...fired.slice(0, ALARMS_MAX).map(({ alarm, change }) => evidenceOf(alarm, change, startS)),
        ...standing
          .slice(0, ALARMS_MAX)
          .map((alarm) => ({ what: `${alarm.name}${nodeOf(alarm)}`, value: 'in ALARM since before the run' })),
      ],
      next: 'Begin with the first of them, and read the findings on its resource.',
      effect: 'Those that follow from the same cause go quiet with it.',
    };
  },
};

const listOf = (names: readonly string[]): string =>
  names.slice(0, ALARMS_MAX).join(', ') + (names.length > ALARMS_MAX ? ` and ${names.length - ALARMS_MAX} more` : '');

const nodeOf = ({ node }: Alarm): string => (node === null ? '' : ` (${node})`);

function evidenceOf(alarm: Alarm, { atS, reason }: AlarmChange, startS: number) {
  const after = `${Math.round(atS - startS)} s into the run: ${reason}`;
  return { what: `${alarm.name}${nodeOf(alarm)}`, value: after, ...(alarm.threshold !== null && { limit: alarm.threshold }) };
}
