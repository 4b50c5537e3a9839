import type { Outcome, Verdict } from './contract.ts';

/**
 * Exit codes, a contract. 97 to 110 are k6's own and pass through:
 * https://github.com/grafana/k6/blob/master/errext/exitcodes/codes.go
 */
export const EXIT = {
  pass: 0,
  defect: 1,
  inconclusive: 80,
  slowerThanBaseline: 81,
  targetMissed: 99,
  badInput: 104,
  interrupted: 105,
  scriptThrew: 107,
} as const;

export type ExitCode = number;

const K6_FIRST = 97;
const K6_LAST = 110;

/** How a run went, as far as the exit code is concerned. */
export interface Ending {
  verdict: Verdict;
  /** At least one target has a verdict of its own: pass, warn or fail. */
  judged: boolean;
  everyIterationThrew: boolean;
  /** Null where loadkit was killed before it could say. */
  outcome: Outcome | null;
}

/**
 * The code that a run exits with. Who stopped it comes first, then a script that cannot run, then the verdict; k6's remaining codes pass
 * through only where they are all there is to say.
 */
export function exitCode({ verdict, judged, everyIterationThrew, outcome }: Ending): ExitCode {
  if (outcome !== null && outcome.interrupted !== 'no') return EXIT.interrupted;
  // In trouble it is loadkit that stops k6, whose code then tells of that and not of the run.
  const engineCode = outcome?.trouble === null ? (outcome.exitCode ?? EXIT.pass) : EXIT.pass;
  if (engineCode === EXIT.interrupted) return EXIT.interrupted;
  if (everyIterationThrew || engineCode === EXIT.scriptThrew) return EXIT.scriptThrew;
  if (!judged && engineCode !== EXIT.targetMissed && engineCode >= K6_FIRST && engineCode <= K6_LAST) return engineCode;
  if (verdict === 'fail') return EXIT.targetMissed;
  return verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.pass;
}
