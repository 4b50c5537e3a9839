import type { Audit, Finding } from '../contract.ts';
import { type CallPattern, callPatterns } from '../traces/call-patterns.ts';
import { likeCalls } from '../traces/like-calls.ts';
import { figure, percent, plural } from '../words.ts';

/** Like calls one after the other that are no accident of the code any more. Guess: tune. */
const CALLS_MIN = 5;
/** Traces that have to show it, since one may be a retry or a long page. Guess: tune. */
const TRACES_MIN = 3;
/** Calls that take less of a request's time are no cause of anything (Amdahl). */
const SHARE_MIN = 0.1;
const PATTERNS_MAX = 5;

export const nPlusOne: Audit<'traces'> = {
  id: 'n-plus-one',
  question: 'Is something read one by one that could be read at once?',
  needs: ['traces'],
  audit({ traces: { traces } }) {
    const sequences = likeCalls(traces, CALLS_MIN).filter(({ inSequence }) => inSequence >= CALLS_MIN);
    const patterns = callPatterns(sequences).filter(({ share, traces: seen }) => share >= SHARE_MIN && seen >= TRACES_MIN);
    const [worst] = patterns.toSorted((a, b) => b.busyMs * b.requests - a.busyMs * a.requests);
    return worst === undefined ? [] : finding(worst, patterns);
  },
};

function finding(worst: CallPattern, patterns: readonly CallPattern[]): Finding {
  const { request, caller, node, operation, callsP50, callsMax, busyMs, share } = worst;
  const savedMs = busyMs * (1 - 1 / callsP50);
  return {
    id: 'n-plus-one',
    verdict: 'warn',
    severity: share >= 0.5 ? 'high' : 'medium',
    title: `${request} makes ${figure(callsP50)} calls of ${node} ${operation} one after the other, ${percent(share)} of its time`,
    limiter: { node: caller, resource: 'calls', harm: 'wasteful', since: null },
    why: `Each call is fast; ${caller} waits for all of them in turn, so that a request takes longer with each item that it is about.`,
    evidence: patterns.slice(0, PATTERNS_MAX).flatMap((pattern) => [
      { what: `${nameOf(pattern)}: calls a request, median`, value: pattern.callsP50, limit: CALLS_MIN, unit: 'calls' },
      { what: `${nameOf(pattern)}: time in them a request`, value: pattern.busyMs, unit: 'ms' },
      { what: `${nameOf(pattern)}: an example of ${plural(pattern.traces, 'trace')}`, value: pattern.example },
    ]),
    next: `In ${caller}, read what ${figure(callsMax)} calls read with one: ${batchOf(node, operation)}.`,
    effect: `A request of ${request} would take about ${figure(savedMs)} ms less.`,
  };
}

const nameOf = ({ request, node, operation }: CallPattern): string => `${request} → ${node} ${operation}`;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html : 100 items; BatchWriteItem 25; a query gives 1 MB a page. */
function batchOf(node: string, operation: string): string {
  const family = node.slice(0, node.indexOf(':'));
  if (family === 'dynamodb' && operation === 'GetItem')
    return 'BatchGetItem (100 items a call), or a Query on an index that holds what is shown';
  if (family === 'dynamodb' && operation === 'Query')
    return 'one Query on an index that holds them together, or the queries beside each other';
  if (family === 'dynamodb') return 'BatchWriteItem (25 items a call), or TransactWriteItems';
  if (family === 'elasticache') return 'MGET, or one pipeline';
  return 'a call that takes a list, or else the calls beside each other';
}
