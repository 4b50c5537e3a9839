import { describe, expect, it } from 'vitest';
import type { Outcome } from './contract.ts';
import { type Ending, EXIT, exitCode } from './exit-code.ts';

const regular: Outcome = { exitCode: 0, signal: null, interrupted: 'no', trouble: null };
const ended = (code: number | null): Outcome => ({ ...regular, exitCode: code });

const TABLE: [what: string, ending: Partial<Ending>, code: number][] = [
  ['pass', {}, 0],
  ['pass with warnings', { verdict: 'warn' }, 0],
  ['inconclusive', { verdict: 'inconclusive' }, 80],
  ['a missed target', { verdict: 'fail' }, 99],
  ['a missed target that k6 saw too', { verdict: 'fail', outcome: ended(99) }, 99],
  ['missed over the whole run, met in the window', { verdict: 'warn', outcome: ended(99) }, 0],
  ['interrupted, whatever the verdict', { verdict: 'fail', outcome: { ...ended(105), interrupted: 'graceful' } }, 105],
  ['interrupted twice', { outcome: { ...ended(null), signal: 'SIGKILL', interrupted: 'killed' } }, 105],
  ['interrupted while every iteration threw', { everyIterationThrew: true, outcome: { ...regular, interrupted: 'graceful' } }, 105],
  ['k6 stopped by somebody else', { verdict: 'inconclusive', outcome: ended(105) }, 105],
  ['every iteration threw, k6 ended with 0', { verdict: 'fail', everyIterationThrew: true }, 107],
  ['the script threw in setup', { verdict: 'fail', judged: false, outcome: ended(107) }, 107],
  ['a script that k6 rejects', { verdict: 'inconclusive', judged: false, outcome: ended(104) }, 104],
  ['aborted by the script before anything could be judged', { verdict: 'inconclusive', judged: false, outcome: ended(108) }, 108],
  ['aborted by the script after that', { verdict: 'inconclusive', outcome: ended(108) }, 80],
  ['a target missed before the abort', { verdict: 'fail', outcome: ended(108) }, 99],
  ['a code that is not one of k6', { verdict: 'inconclusive', judged: false, outcome: ended(2) }, 80],
  ['k6 killed', { verdict: 'inconclusive', judged: false, outcome: { ...ended(null), signal: 'SIGKILL' } }, 80],
  ['disk full, for which loadkit stopped k6', { verdict: 'inconclusive', outcome: { ...ended(105), trouble: 'the disk is full' } }, 80],
  ['loadkit killed', { verdict: 'inconclusive', outcome: null }, 80],
];

describe('exitCode', () => {
  it.each(TABLE)('%s', (_, ending, code) => {
    expect(exitCode({ verdict: 'pass', judged: true, everyIterationThrew: false, outcome: regular, ...ending })).toBe(code);
  });

  it('is 0 only for a verdict of pass or warn', () => {
    for (const verdict of ['inconclusive', 'fail'] as const) {
      for (const code of [0, 1, 97, 99, 104, 105, 107, 108, 110, 255, null]) {
        for (const judged of [true, false]) {
          expect(exitCode({ verdict, judged, everyIterationThrew: false, outcome: ended(code) })).not.toBe(EXIT.pass);
        }
      }
    }
  });
});
