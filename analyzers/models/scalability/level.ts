import { tQuantile } from '../student-t.ts';
import { bestBlend, KNEE, KNEE_AND_FALL } from './blend.ts';
import { ALPHA } from './bootstrap.ts';
import type { LoadPoint } from './least-squares.ts';
import type { Coefficient } from './peak.ts';

/** The difference of BIC from which on evidence is called positive: Kass & Raftery 1995, "Bayes factors", §3.2. */
const POSITIVE_EVIDENCE = 2;
/** A coefficient raises the adjusted R² where it exceeds so many of its standard errors, and lowers it otherwise (Haitovsky 1969, The American Statistician 23, 20). */
const EARNS_ITS_PLACE = 1;
/** How sure a fall has to be where the law itself explains the points badly. Guess: at 95 %, several in a hundred queues show one that isn't there. */
const SURE = 0.99;
/** And how large, since no curve is a queue's to the last digit, and without noise any difference is sure. Guess: tune. */
const DROP_MIN = 0.02;

/**
 * Where throughput levels off, or null where a fall explains the points clearly better. Queues level off, and with a sharper knee than contention has. The
 * Universal Scalability Law has only its fall to bend by, and shows a peak then where there is none.
 *
 * It falls where the law has clearly smaller squares than a curve that levels off, which has as many coefficients, so that their BIC differ by n·ln of the
 * squares' ratio; or where a curve with both a knee of any sharpness and a fall has, by the F test of nested models (one-sided: nothing rises). Where the points
 * have no use for contention, the law is left with that knee alone that its fall makes, which is as sharp as a queue's: then its smaller squares may be noise, and
 * both have to say so, the second at least with an interval that doesn't hold zero. Four points leave that no degree of freedom, and show no fall then.
 *
 * @param law its sum of squares, and its contention
 */
export function levelOf(points: readonly LoadPoint[], law: { squares: number; sigma: Coefficient }): number | null {
  const level = bestBlend(points, KNEE);
  const lawIsBetter = points.length * Math.log(level.squares / law.squares) > POSITIVE_EVIDENCE;
  if (lawIsBetter && law.sigma.value > EARNS_ITS_PLACE * law.sigma.se) return null;
  const degrees = points.length - 4;
  if (degrees < 1) return level.ceiling;
  const falling = bestBlend(points, KNEE_AND_FALL);
  const t = Math.sqrt(Math.max(0, level.squares - falling.squares) / (falling.squares / degrees));
  const falls = lawIsBetter ? t > tQuantile(1 - ALPHA / 2, degrees) : falling.drop > DROP_MIN && t > tQuantile(SURE, degrees);
  return falls ? null : level.ceiling;
}
