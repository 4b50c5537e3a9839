import type { TargetVerdict, Verdict } from './contract.ts';

/** From best to worst. Inconclusive outranks pass and warn, for nothing unmeasured passes; a certain miss outranks a doubt. */
const ORDER: readonly Verdict[] = ['pass', 'warn', 'inconclusive', 'fail'];

export const worse = (a: Verdict, b: Verdict): Verdict => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);

/** The worst of all; a skipped target does not count, and nothing at all is a pass. */
export function fold(verdicts: Iterable<TargetVerdict>): Verdict {
  let worst: Verdict = 'pass';
  for (const verdict of verdicts) if (verdict !== 'skipped') worst = worse(worst, verdict);
  return worst;
}
