import { type Audit, isMissing, type Resource } from '../contract.ts';
import { unreservedOf } from '../lambda-capacity.ts';
import {
  began,
  gathered,
  ofEach,
  PLATFORM_NEEDS,
  type PlatformInputs,
  type PlatformNeed,
  type Said,
  windowStretch,
} from '../platform-audit.ts';
import { addUp, highest, type Name, type Stretch, shareAt, sinceAt, total } from '../platform-series.ts';
import { orMissing } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** From here on a burst of a fifth is refused. Guess: tune. */
const NEAR = 0.8;

export const lambdaConcurrency: Audit<PlatformNeed> = {
  id: 'lambda-concurrency',
  question: 'How near did concurrent executions come to their limit?',
  needs: PLATFORM_NEEDS,
  audit(inputs) {
    const ofFunctions = ofEach('lambda-concurrency', ['lambda'], inputs, (resource, stretch) => ofFunction(resource, stretch, inputs));
    return gathered('lambda-concurrency', [ofFunctions, orMissing(() => ofAccount(inputs))]);
  },
};

const CONCURRENT = 'ConcurrentExecutions';

function ofFunction({ node, limits }: Resource, stretch: Stretch, inputs: PlatformInputs): Said | [] {
  const reserved = limits.reservedConcurrency ?? null;
  const name: Name = [node, CONCURRENT, 'Maximum'];
  const most = highest(stretch, name);
  // One that was throttled has been told of: its limit is what it reached.
  if (
    reserved === null ||
    reserved === 0 ||
    most === null ||
    most < NEAR * reserved ||
    (total(stretch, [node, 'Throttles', 'Sum']) ?? 0) > 0
  )
    return [];
  return {
    verdict: 'warn',
    severity: 'medium',
    title: `${node} ran ${figure(most)} executions at once, ${percent(most / reserved)} of its reserved concurrency of ${figure(reserved)}`,
    why: 'Nothing was refused yet, but a burst would be.',
    evidence: [
      { what: 'ConcurrentExecutions, most', value: most, limit: reserved },
      { what: 'share of the periods near the limit', value: shareAt(stretch, name, NEAR * reserved), unit: 'ratio' },
      ...began(inputs, sinceAt(stretch, name, NEAR * reserved)),
    ],
    next: `Set the reserved concurrency of ${node} to ${figure(Math.ceil(most / NEAR) + 1)} or more, or remove it, before asking for more load.`,
    effect: 'Leaves a fifth for bursts.',
  };
}

/** All functions without a reservation share what the account has left. Their peaks, added up period by period, are the most that it can have been. */
function ofAccount(inputs: PlatformInputs): Said[] {
  const stretch = windowStretch(inputs);
  const left = unreservedOf(inputs.inventory);
  if (isMissing(stretch) || left === null) return [];
  const sums = addUp(
    stretch,
    left.nodes.map((node) => [node, CONCURRENT, 'Maximum']),
  );
  const most = Math.max(0, ...sums.map(({ value }) => value));
  if (most < NEAR * left.limit) return [];
  return [
    {
      verdict: 'warn',
      severity: 'high',
      title: `All functions together ran up to ${figure(most)} executions at once, ${percent(most / left.limit)} of the ${figure(left.limit)} that the account has left for them`,
      why: 'What one function takes, the others lack: the throttles may show at another than the one that takes the most.',
      evidence: [
        { what: 'concurrent executions of functions without a reservation, most', value: most, limit: left.limit },
        { what: 'account limit', value: left.account },
      ],
      next: `Ask for a "Concurrent executions" quota above ${figure(Math.ceil(left.account + most / NEAR - left.limit))} (Service Quotas, Lambda), or shorten the longest functions.`,
      effect: 'Leaves a fifth for bursts.',
    },
  ];
}
