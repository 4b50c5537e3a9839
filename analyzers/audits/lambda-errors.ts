import type { Audit, Resource } from '../contract.ts';
import { nameOf } from '../families.ts';
import { MEMORY_NEAR, timeoutReachedMs, usedMbOf } from '../function-limits.ts';
import { LAMBDA_MEMORY_MB } from '../models/cost/index.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { highest, type Name, type Stretch, sinceAt, total } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent, plural } from '../words.ts';

/** The share of failures that the game's error target allows. Guess: tune. */
const SHARE_MAX = 0.01;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const TIMEOUT_S_MAX = 900;
const [, MEMORY_MB_MAX] = LAMBDA_MEMORY_MB;

export const lambdaErrors: Audit<PlatformNeed> = {
  id: 'lambda-errors',
  question: 'Which Lambda functions failed?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('lambda-errors', ['lambda'], inputs, (resource, stretch) => ofFunction(resource, stretch, inputs)),
};

function ofFunction(resource: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const { node } = resource;
  const name: Name = [node, 'Errors', 'Sum'];
  const [errors, invocations] = [total(stretch, name) ?? 0, total(stretch, [node, 'Invocations', 'Sum']) ?? 0];
  if (errors === 0) return [];
  const since = sinceAt(stretch, name, 1);
  const share = invocations > 0 ? Math.min(1, errors / invocations) : 1;
  const signs = signsOf(resource, stretch);
  return {
    verdict: share >= SHARE_MAX ? 'warn' : 'pass',
    severity: share >= SHARE_MAX ? 'high' : 'low',
    title: `${plural(errors, 'invocation')} of ${node} failed, of ${figure(invocations)} (${percent(share)})`,
    ...(share >= SHARE_MAX && { limiter: { node, resource: 'errors', harm: 'refuses' as const, since } }),
    why: 'A function fails where its code throws, where it runs into its timeout, and where it runs out of memory.',
    evidence: [
      { what: 'Errors', value: errors, unit: 'invocations' },
      { what: 'share of the invocations', value: share, limit: SHARE_MAX, unit: 'ratio' },
      { what: 'memory used, most', value: signs.usedMb, unit: 'MB', ...(signs.memoryMb !== null && { limit: signs.memoryMb }) },
      { what: 'Duration, longest', value: signs.longestMs, unit: 'ms', ...(signs.timeoutS !== null && { limit: 1000 * signs.timeoutS }) },
      ...began(inputs, since),
    ],
    next: adviceOn(node, signs),
    effect: `Up to ${plural(errors, 'invocation')} of a window like this succeed.`,
  };
}

/** By which the ways to fail are told apart; null where nobody measured it. */
interface Signs {
  longestMs: number | null;
  timeoutS: number | null;
  usedMb: number | null;
  memoryMb: number | null;
}

const signsOf = (resource: Resource, stretch: Stretch): Signs => ({
  longestMs: ifRead(() => highest(stretch, [resource.node, 'Duration', 'Maximum'])),
  timeoutS: resource.limits.timeoutS ?? null,
  usedMb: ifRead(() => usedMbOf(resource, stretch)),
  memoryMb: resource.limits.memoryMb ?? null,
});

function adviceOn(node: string, { longestMs, timeoutS, usedMb, memoryMb }: Signs): string {
  if (longestMs !== null && timeoutS !== null && longestMs >= timeoutReachedMs(timeoutS))
    return `Set the timeout of ${node} to ${figure(Math.min(TIMEOUT_S_MAX, 2 * timeoutS))} s (now ${figure(timeoutS)}) and run again, to see how long it takes where nothing ends it: its errors go with invocations that ran for all of the time they have.`;
  const more = memoryMb === null ? 'more memory' : `${figure(Math.min(MEMORY_MB_MAX, 2 * memoryMb))} MB (now ${figure(memoryMb)})`;
  if (usedMb !== null && memoryMb !== null && usedMb >= MEMORY_NEAR * memoryMb)
    return `Give ${node} ${more}: its errors go with a memory that was full.`;
  const first = `Read the first of them in the log group /aws/lambda/${nameOf(node)} (filter: ?ERROR ?"Task timed out" ?"Runtime.OutOfMemory" ?"Runtime.ExitError" ?"Status: error").`;
  const inTime =
    longestMs !== null && timeoutS !== null
      ? ` Its timeout of ${figure(timeoutS)} s is not why: the longest took ${figure(longestMs)} ms.`
      : '';
  const memory = usedMb === null ? ` Where they ran out of memory, which nobody measured, give ${node} ${more}.` : '';
  return first + inTime + memory;
}
