import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withPlan } from '../../tests/judged.ts';
import type { Outcome } from '../contract.ts';

const run = syntheticRun({ durationS: 60 });
const regular: Outcome = { exitCode: 0, signal: null, interrupted: 'no', trouble: null };
const findingsFor = (outcome: Outcome | null) => findingsOf('engine-outcome', withPlan(run, { outcome }));

describe('engine-outcome', () => {
  it('has nothing to say of a regular end, nor of a missed threshold', () => {
    expect(findingsFor(regular)).toEqual([]);
    expect(findingsFor({ ...regular, exitCode: 99 })).toEqual([]);
  });

  it.each<[what: string, outcome: Outcome | null, verdict: string, title: RegExp]>([
    ['loadkit killed', null, 'inconclusive', /loadkit was killed/],
    ['interrupted', { ...regular, exitCode: 105, interrupted: 'graceful' }, 'warn', /^The run was interrupted$/],
    ['interrupted twice', { ...regular, exitCode: null, signal: 'SIGKILL', interrupted: 'killed' }, 'warn', /engine killed/],
    ['killed by somebody', { ...regular, exitCode: null, signal: 'SIGKILL' }, 'inconclusive', /The engine was killed by SIGKILL/],
    ['a full disk', { ...regular, exitCode: 105, trouble: 'the disk is full' }, 'inconclusive', /the disk is full/],
    ['a bad script', { ...regular, exitCode: 104 }, 'inconclusive', /invalid/],
    ['an exception in setup', { ...regular, exitCode: 107 }, 'fail', /threw outside of an iteration/],
    ['test.abort()', { ...regular, exitCode: 108 }, 'inconclusive', /aborted its own run/],
    ['test.fail()', { ...regular, exitCode: 110 }, 'fail', /marked its run as failed/],
    [
      'a threshold that stopped the run',
      { ...regular, exitCode: 99, engineError: "thresholds on metrics 'a' were crossed; at least one has abortOnFail enabled, stopping" },
      'fail',
      /abortOnFail/,
    ],
    ['a code of nobody', { ...regular, exitCode: 2 }, 'inconclusive', /code 2/],
    ['no code at all', { ...regular, exitCode: null }, 'inconclusive', /no exit code/],
  ])('tells of %s', (_, outcome, verdict, title) => {
    const findings = findingsFor(outcome);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ verdict, title: expect.stringMatching(title), next: expect.any(String) });
  });

  it('never lets a run pass that did not end by itself', () => {
    for (const exitCode of [1, 97, 98, 100, 101, 102, 103, 104, 106, 107, 108, 109, 110, 137]) {
      expect(['inconclusive', 'fail']).toContain(findingsFor({ ...regular, exitCode })[0]?.verdict);
    }
  });
});
