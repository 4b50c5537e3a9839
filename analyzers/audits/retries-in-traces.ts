import type { Audit, Evidence, Finding, Span } from '../contract.ts';
import { type RetriedCalls, retriedCalls } from '../traces/retried-calls.ts';
import { figure, percent, plural } from '../words.ts';

/** A call in a hundred tried again is noise of any distributed system; more of them are load. Guess: tune. */
const SHARE_MAX = 0.01;
const CALLS_MAX = 5;

export const retriesInTraces: Audit<'traces'> = {
  id: 'retries-in-traces',
  question: 'Were calls within the platform tried again?',
  needs: ['traces'],
  audit({ traces: { traces } }) {
    const retried = retriedCalls(traces);
    const [worst] = retried;
    return worst === undefined ? [] : finding(worst, retried);
  },
};

const shareOf = ({ retries, calls }: RetriedCalls): number => retries / Math.max(1, calls);

function finding(worst: RetriedCalls, retried: readonly RetriedCalls[]): Finding {
  const share = shareOf(worst);
  const often = share > SHARE_MAX && worst.traces > 1;
  const lostMs = worst.lostS === null ? null : (1000 * worst.lostS) / worst.retries;
  return {
    id: 'retries-in-traces',
    verdict: often ? 'warn' : 'pass',
    severity: often ? 'medium' : 'info',
    title: `${nameOf(worst)} was tried again ${timesOf(share)}`,
    why: `A retry is paid for and waited for twice, and it loads what had no room for the first attempt. ${seenIn(worst)}`,
    evidence: retried.slice(0, CALLS_MAX).flatMap(evidenceOf),
    next: adviceOn(worst),
    ...(lostMs !== null && { effect: `Without them, a request that meets one would take about ${figure(lostMs)} ms less.` }),
  };
}

const nameOf = ({ node, operation }: RetriedCalls): string => `${node} ${operation}`;
const timesOf = (share: number): string => (share <= 1 ? `${percent(share)} of the time` : `${figure(share)} times a call`);
const seenIn = ({ traces }: RetriedCalls): string => `Seen in ${plural(traces, 'trace')}.`;

function evidenceOf(retried: RetriedCalls): Evidence[] {
  return [
    { what: `${nameOf(retried)}: retries of calls`, value: 100 * shareOf(retried), limit: 100 * SHARE_MAX, unit: '%' },
    { what: `${nameOf(retried)}: an example`, value: retried.example },
  ];
}

function adviceOn({ node, outcomes }: RetriedCalls): string {
  const [cause] = [...outcomes].toSorted((a, b) => b[1] - a[1])[0] ?? [null];
  return cause === null
    ? `Read why in the log of what calls ${node}: its SDK counts retries without their cause.`
    : BY_OUTCOME[cause](node);
}

const BY_OUTCOME: Readonly<Record<Span['outcome'], (node: string) => string>> = {
  throttle: (node) => `Give ${node} room for the rate at which it is called (capacity, concurrency), or call it less.`,
  fault: (node) => `Find out why ${node} fails: its log has the first attempt's error.`,
  error: (node) => `Look at what ${node} refuses: attempts that conflict (conditions, locks) are tried again until they fit.`,
  ok: (node) => `Find out why calls of ${node} that went well are made again.`,
};
