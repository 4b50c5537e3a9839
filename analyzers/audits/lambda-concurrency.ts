import { type Audit, type Evidence, isMissing, type Missing, type Resource } from '../contract.ts';
import { CONCURRENCY_NEAR, unreservedOf } from '../lambda-capacity.ts';
import {
  type Answer,
  began,
  gathered,
  ofEach,
  PLATFORM_NEEDS,
  type PlatformInputs,
  type PlatformNeed,
  windowStretch,
} from '../platform-audit.ts';
import { addUp, highest, type Name, type Stretch, shareAt, sinceAt, total } from '../platform-series.ts';
import { orMissing } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** An account's to begin with, where its own is not known: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const DEFAULT_ACCOUNT = 1000;

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

function ofFunction({ node, limits }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const { reservedConcurrency: reserved } = limits;
  const name: Name = [node, CONCURRENT, 'Maximum'];
  const most = highest(stretch, name);
  if (most === null || reserved === null || reserved === 0) return [];
  if (reserved === undefined)
    return untold(`whether ${node} has a reserved concurrency could not be read (lambda:GetFunctionConcurrency)`, most);
  // One that was throttled has been told of: its limit is what it reached.
  if (most < CONCURRENCY_NEAR * reserved || (total(stretch, [node, 'Throttles', 'Sum']) ?? 0) > 0) return [];
  const evidence = [
    { what: 'ConcurrentExecutions, most', value: most, limit: reserved },
    { what: 'share of the periods near the limit', value: shareAt(stretch, name, CONCURRENCY_NEAR * reserved), unit: 'ratio' },
    ...began(inputs, sinceAt(stretch, name, CONCURRENCY_NEAR * reserved)),
  ];
  return nearReserved(node, most, reserved, evidence);
}

/** A limit that is not known matters where it may well have been near. */
const untold = (why: string, most: number): Missing | [] =>
  most < CONCURRENCY_NEAR * DEFAULT_ACCOUNT ? [] : { missing: `${why}, and ${figure(most)} executions ran at once` };

const nearReserved = (node: string, most: number, reserved: number, evidence: Evidence[]): Answer => ({
  verdict: 'warn',
  severity: 'medium',
  title: `${node} ran ${figure(most)} executions at once, ${percent(most / reserved)} of its reserved concurrency of ${figure(reserved)}`,
  why: 'Nothing was refused yet, but a burst would be.',
  evidence,
  next: `Set the reserved concurrency of ${node} to ${figure(Math.ceil(most / CONCURRENCY_NEAR) + 1)} or more, or remove it, before asking for more load.`,
  effect: 'Leaves a fifth for bursts.',
});

/** All functions without a reservation share what the account has left. Their peaks, added up period by period, are the most that it can have been. */
function ofAccount(inputs: PlatformInputs): Answer {
  const stretch = windowStretch(inputs);
  if (isMissing(stretch)) return [];
  const functions = inputs.inventory.resources.filter(({ kind }) => kind === 'lambda');
  const sharing = functions.filter(({ limits }) => typeof limits.reservedConcurrency !== 'number');
  const sums = addUp(
    stretch,
    sharing.map(({ node }) => [node, CONCURRENT, 'Maximum']),
  );
  const most = Math.max(0, ...sums.map(({ value }) => value));
  if (!functions.some(({ limits }) => typeof limits.accountConcurrency === 'number'))
    return untold("the account's concurrency could not be read (lambda:GetAccountSettings)", most);
  const left = unreservedOf(inputs.inventory);
  return left === null || most < CONCURRENCY_NEAR * left.limit ? [] : nearAccount(most, left);
}

const nearAccount = (most: number, { limit, account }: { limit: number; account: number }): Answer => ({
  verdict: 'warn',
  severity: 'high',
  title: `All functions together ran up to ${figure(most)} executions at once, ${percent(most / limit)} of the ${figure(limit)} that the account has left for them`,
  why: 'What one function takes, the others lack: the throttles may show at another than the one that takes the most.',
  evidence: [
    { what: 'concurrent executions of functions without a reservation, most', value: most, limit },
    { what: 'account limit', value: account },
  ],
  next: `Ask for a "Concurrent executions" quota above ${figure(Math.ceil(account + most / CONCURRENCY_NEAR - limit))} (Service Quotas, Lambda), or shorten the longest functions.`,
  effect: 'Leaves a fifth for bursts.',
});
