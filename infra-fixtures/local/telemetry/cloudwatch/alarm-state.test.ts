import { describe, expect, it } from 'vitest';
import { type AlarmRule, evaluate, type MissingData } from './alarm-state.ts';

/** AWS's own tables: 0 is within the threshold, X breaches it, - is missing. The newest is on the right. */
const treatments: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const I = 'INSUFFICIENT_DATA';
const A = 'ALARM';
const KEPT = null;

const tables = [
  {
    datapointsToAlarm: 3,
    rows: [
      ['0 - X - X', 0, 'OK', 'OK', 'OK', 'OK'],
      ['- - - - 0', 2, 'OK', 'OK', 'OK', 'OK'],
      ['- - - - -', 3, I, KEPT, A, 'OK'],
      ['0 X X - X', 0, A, A, A, A],
      ['- - X - -', 2, A, KEPT, A, 'OK'],
      ['- - - - X', 2, I, KEPT, A, 'OK'],
    ],
  },
  {
    datapointsToAlarm: 2,
    rows: [
      ['0 - X - X', 0, A, A, A, A],
      ['0 0 X 0 X', 0, A, A, A, A],
      ['0 - X - -', 1, 'OK', 'OK', A, 'OK'],
      ['- - - - 0', 2, 'OK', 'OK', A, 'OK'],
      ['- - - X -', 2, A, KEPT, A, 'OK'],
      ['- - - - X', 2, I, KEPT, A, 'OK'],
      ['0 0 0 0 X', 0, 'OK', 'OK', 'OK', 'OK'],
    ],
  },
] as const;

for (const { datapointsToAlarm, rows } of tables) {
  describe(`${datapointsToAlarm} of 3`, () => {
    // The second row of each has two real points at least where none is missing: what is filled is what AWS's table says.
    for (const [points, filled, ...states] of rows) {
      treatments.forEach((missingData, index) => {
        it(`${points} with missing data as ${missingData}: ${states[index] ?? 'stays'}`, () => {
          const rule: AlarmRule = { evaluationPeriods: 3, datapointsToAlarm, missingData, breaches: (value) => value > 0 };
          const values = points.split(' ').map((point) => (point === '-' ? null : point === 'X' ? 1 : 0));
          const result = evaluate(rule, values);
          expect(result.state).toBe(states[index]);
          expect(result.filled).toBe(filled);
        });
      });
    }
  });
}
