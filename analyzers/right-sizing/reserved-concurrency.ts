import type { Resource } from '../contract.ts';
import { enoughAtRandom, type Reservation, reservationFor } from '../lambda-capacity.ts';
import { erlangB } from '../models/queueing/index.ts';
import { perSecond, total } from '../platform-series.ts';
import { figure } from '../words.ts';
import { savingOf } from './pricing.ts';
import { type Change, type Changes, type Impact, type Open, ofEach, type RightSizingInput, type Rule, type Use } from './rule.ts';
import { sharedConcurrency } from './shared-concurrency.ts';

export const reservedConcurrency: Rule = {
  id: 'reserved-concurrency',
  question: 'How much concurrency do functions need to have reserved?',
  setting: 'reserved concurrency',
  ask: (input) => ofEach('lambda', input, (resource) => ofFunction(resource, input)),
};

/** "You can reserve up to the Unreserved account concurrency value minus 100": https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_MIN = 100;
/** A reservation of less than so many times the need is not worth a change. Guess: tune. */
const AMPLE = 2;

function ofFunction(resource: Resource, input: RightSizingInput): Changes | Open {
  const { node, limits } = resource;
  const reserved = limits.reservedConcurrency;
  if (reserved === undefined)
    return {
      open: `whether ${node} has concurrency reserved could not be read`,
      settledBy: 'Allow lambda:GetFunctionConcurrency, then `loadkit analyze --aws`.',
    };
  // 0 switches the function off, on purpose.
  const need = reserved === 0 ? null : reservationFor(node, input.whole);
  if (need === null) return { changes: [] };
  const throttled = (total(input.whole, [node, 'Throttles', 'Sum']) ?? 0) > 0;
  if (reserved === null) return throttled ? raise(resource, null, need, input) : { changes: [] };
  if (throttled || need.enough > reserved)
    return raise(resource, reserved, { ...need, enough: Math.max(need.enough, reserved + 1) }, input);
  const sized = reservationFor(node, input.whole, input.load.factor) ?? need;
  return reserved < AMPLE * sized.enough ? { changes: [] } : lower(resource, reserved, sized, input);
}

function raise(resource: Resource, reserved: number | null, need: Reservation, input: RightSizingInput): Changes | Open {
  const left = leftFor(resource.node, need.enough, input);
  if (left === null)
    return {
      open: `${resource.node} was throttled or came near to it, and what the account has left could not be read`,
      settledBy: 'Allow lambda:GetAccountSettings, then `loadkit analyze --aws`.',
    };
  const impact: Impact = { latencyMs: 'less', refused: 'less', why: 'fewer of its invocations are refused and tried again' };
  return { changes: [change(reserved, need, input, { reduces: false, impact, uses: [left] })] };
}

/** Only where arrivals were seen to be no worse than random: what comes in bursts has no formula for how much of it a cap refuses. */
function lower(resource: Resource, reserved: number, need: Reservation, input: RightSizingInput): Changes | Open {
  const { stretch, load } = input;
  if (need.peak === null)
    return {
      open: `how many executions of ${resource.node} ran at once is not told`,
      settledBy: 'A run with ConcurrentExecutions in its metrics.',
    };
  const atRandom = enoughAtRandom(need.mean);
  if (need.peak > atRandom)
    return {
      open: `${figure(need.peak)} ran at once, where arrivals at random would need ${figure(atRandom)}: they come in bursts, and how many a smaller reservation refuses is not known`,
      settledBy: 'The same run with a smaller reservation, if others need what it keeps: a reservation costs nothing.',
    };
  const refusedShare = erlangB(need.enough, need.mean);
  const perRequest = load.requestsPerS ? (perSecond(stretch, [resource.node, 'Invocations', 'Sum']) ?? 0) / load.requestsPerS : Number.NaN;
  const impact: Impact = {
    latencyMs: 0,
    refused: Math.min(1, perRequest * refusedShare),
    why: `by Erlang's loss formula it refuses ${figure(refusedShare)} of its invocations`,
  };
  const own: Use = { what: `concurrency of ${resource.node}`, unit: 'executions', used: need.mean, capacity: need.enough, safe: 1 };
  return { changes: [change(reserved, need, input, { reduces: true, impact, uses: [own] })] };
}

function change(
  reserved: number | null,
  { enough, arrivalsPerS, durationMs, mean, peak }: Reservation,
  { prices, load }: RightSizingInput,
  rest: Pick<Change, 'reduces' | 'impact' | 'uses'>,
): Change {
  const seen = peak === null ? '' : `, and at most ${figure(peak)} were seen at once`;
  const freed = rest.reduces ? `it frees ${figure((reserved ?? 0) - enough)} executions for other functions: ` : '';
  const times = load.factor > 1 && rest.reduces ? `${figure(load.factor)} times ` : '';
  return {
    from: reserved === null ? 'none' : figure(reserved),
    to: figure(enough),
    // "Configuring reserved concurrency for a function incurs no additional charges."
    ...savingOf(prices, 0, 0, 'concurrency'),
    ...rest,
    risk: rest.reduces
      ? { level: 'medium', why: 'a reservation is a cap too: a rush above the load of this run is refused' }
      : {
          level: 'low',
          why: `what is reserved is not there for others; the account has to keep ${UNRESERVED_MIN} for functions without a reservation`,
        },
    why: `${freed}${times}${figure(arrivalsPerS)} invocations/s of ${figure(durationMs)} ms in the busiest period keep ${figure(mean)} busy in the mean (Little's law)${seen}`,
  };
}

/** What the account would have left for functions without a reservation, and what these need of it. Null where its limit could not be read. */
function leftFor(node: string, reserving: number, input: RightSizingInput): Use | null {
  const shared = sharedConcurrency(input, { node, executions: 0 });
  if (shared === null) return null;
  const taken = reserving - (input.inventory.resources.find((each) => each.node === node)?.limits.reservedConcurrency ?? 0);
  return { ...shared, used: Math.max(UNRESERVED_MIN, shared.used), capacity: shared.capacity - taken, taken };
}
