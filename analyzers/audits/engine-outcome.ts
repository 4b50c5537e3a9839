import type { Audit, Finding, Outcome } from '../contract.ts';
import { EXIT } from '../exit-code.ts';

type Said = Pick<Finding, 'verdict' | 'severity' | 'title' | 'why' | 'next'>;

/** What k6's exit codes mean for the run. 0 and 99 (a threshold was missed, which is a target's matter) are regular ends. */
const BY_EXIT_CODE: ReadonlyMap<number, Said> = new Map<number, Said>([
  [100, broken("The script's setup took too long", 'Raise `setupTimeout`, or make setup() do less.')],
  [101, broken("The script's teardown took too long", 'Raise `teardownTimeout`, or make teardown() do less.')],
  [103, broken('The engine was stopped over its REST API', 'Run again, and leave the engine alone.')],
  [104, broken('The engine found the script or its options invalid', 'Read the end of engine.log, mend the script, and run again.')],
  [105, { ...broken('The engine was stopped from outside', 'Run again without stopping it.'), severity: 'medium' }],
  [
    107,
    { ...broken('The script threw outside of an iteration', 'Read the exception in engine.log, and mend the script.'), verdict: 'fail' },
  ],
  [108, broken('The script aborted its own run', 'Read why it called test.abort() in engine.log.')],
  [109, broken('The engine itself crashed', 'Keep engine.log, and report it to https://github.com/grafana/k6/issues.')],
  [110, { ...broken('The script marked its run as failed', 'Read why it called test.fail() in engine.log.'), verdict: 'fail' }],
]);

/** Stopped over the REST API, from outside, by the script, or by a crash: k6's errext/exitcodes/codes.go. */
const ENDED_EARLY: ReadonlySet<number | null> = new Set([103, EXIT.interrupted, 108, 109]);

/** Whether k6 itself says that it did not play the plan to its end. */
export const endedEarly = (outcome: Outcome): boolean => ENDED_EARLY.has(outcome.exitCode) || abortedOnFail(outcome);

/** k6 exits then as after any missed threshold, and only its log tells that it went no further. */
const abortedOnFail = ({ exitCode, engineError }: Outcome): boolean =>
  exitCode === EXIT.targetMissed && engineError?.includes('abortOnFail') === true;

function broken(title: string, next: string): Said {
  const why = 'The run did not end as planned, so its figures need not stand for it.';
  return { verdict: 'inconclusive', severity: 'critical', title, why, next };
}

export const engineOutcome: Audit<'plan'> = {
  id: 'engine-outcome',
  question: 'Did the engine run to its planned end?',
  needs: ['plan'],
  audit({ plan: { outcome } }) {
    const said = outcome?.trouble == null ? endOf(outcome) : [troubled(outcome.trouble)];
    const evidence = outcome === null ? [] : [{ what: 'exit code or signal of k6', value: outcome.signal ?? outcome.exitCode }];
    return said.map((one): Finding => ({ id: 'engine-outcome', ...one, evidence }));
  },
};

const ABORTED_ON_FAIL: Said = {
  ...broken(
    'A threshold with abortOnFail was missed, and stopped the run',
    'Look at that threshold first: the rest of the plan was not played.',
  ),
  verdict: 'fail',
};

/** loadkit stops k6 then, so how k6 ended says nothing more. */
const troubled = (trouble: string): Said => broken(`The run was stopped: ${trouble}`, 'Clear the cause, and run again.');

function endOf(outcome: Outcome | null): Said[] {
  if (outcome === null)
    return [broken('The run broke off: loadkit was killed before its end', 'Run again: what is on disk is only the start of the run.')];
  if (outcome.interrupted !== 'no') return [interrupted(outcome)];
  if (outcome.signal !== null) {
    return [broken(`The engine was killed by ${outcome.signal}`, 'Look for what killed it: most often the machine had run out of memory.')];
  }
  if (abortedOnFail(outcome)) return [ABORTED_ON_FAIL];
  const { exitCode } = outcome;
  if (exitCode === EXIT.pass || exitCode === EXIT.targetMissed) return [];
  const known = exitCode === null ? undefined : BY_EXIT_CODE.get(exitCode);
  return [
    known ?? broken(`The engine ended with ${exitCode === null ? 'no exit code' : `code ${exitCode}`}`, 'Read the end of engine.log.'),
  ];
}

function interrupted({ interrupted: how }: Outcome): Said {
  return {
    verdict: 'warn',
    severity: 'medium',
    title: how === 'graceful' ? 'The run was interrupted' : 'The run was interrupted, and its engine killed',
    why: 'The figures cover the part of the run until then; targets are judged on what is there of the plateau.',
    next: 'Run again to the end for a verdict on the whole plan.',
  };
}
