import type { Client, ErrorClass } from '../contract.ts';
import { clopperPearson, type Interval, trialsToClaim, trialsToSettleShare } from '../models/intervals.ts';
import { executedS, total } from '../series.ts';
import { duration, figure, percent, plural } from '../words.ts';
import { CONFIDENCE, inconclusive, type Judged, reaching, settlement, type TargetJudge, undecided } from './target.ts';

/**
 * Share of requests that the service answered, over the whole run: an outage during a ramp is one too, and failures are known by status for
 * the whole run only.
 */
export const availability: TargetJudge = {
  id: 'availability',
  unit: 'ratio',
  judge(limit, { client }) {
    const { requests, unanswered } = countUnanswered(client);
    if (requests === 0) return inconclusive('no request was measured');
    const [lo, hi] = clopperPearson(unanswered, requests, CONFIDENCE);
    const interval: Interval = [1 - hi, 1 - lo];
    const value = 1 - unanswered / requests;
    const position = reaching(interval, limit);
    if (position === 'undecided') return leftOpen({ unanswered, requests, seconds: executedS(client) }, limit, value, interval);
    return { value, interval, verdict: position === 'met' ? 'pass' : 'fail' };
  },
};

/** Requests that never left: invalid URL, address and host names that the run's own guard blocks. https://grafana.com/docs/k6/latest/javascript-api/error-codes/ */
const NEVER_SENT = new Set(['1020', '1110', '1111']);

/**
 * Requests that were sent, and those of them that got no service: status 5xx, no response at all (refused, reset, timed out, no such host),
 * and 429, for a player who is turned away for want of capacity is not served. Other 4xx are answers. A failure whose class was lost to
 * the cap on classes counts as unanswered: what is not known to be harmless isn't taken to be.
 */
export function countUnanswered(client: Client): { requests: number; unanswered: number } {
  const count = (classes: readonly ErrorClass[]): number => classes.reduce((sum, errorClass) => sum + errorClass.count, 0);
  const neverSent = count(client.errorClasses.filter(({ errorCode }) => NEVER_SENT.has(errorCode)));
  const answered = count(client.errorClasses.filter(({ status, errorCode }) => !isUnanswered(status) && !NEVER_SENT.has(errorCode)));
  const errors = total(client.endpoints.flatMap((endpoint) => endpoint.errors));
  const requests = Math.max(0, total(client.endpoints.flatMap((endpoint) => endpoint.requests)) - neverSent);
  return { requests, unanswered: Math.min(requests, Math.max(0, errors - neverSent - answered)) };
}

const isUnanswered = (status: string): boolean => status === '0' || status === '' || status === '429' || status.startsWith('5');

interface Counted {
  unanswered: number;
  requests: number;
  seconds: number;
}

function leftOpen({ unanswered, requests, seconds }: Counted, limit: number, value: number, interval: Interval): Judged {
  if (limit >= 1) return inconclusive('no number of requests proves that none ever fails', value, interval);
  const requestsPerS = requests / seconds;
  if (unanswered > 0) {
    const needed = trialsToSettleShare(unanswered / requests, 1 - limit, CONFIDENCE);
    const what = `${figure(unanswered)} of ${plural(requests, 'request')} got no answer`;
    return undecided(what, settlement(needed, requestsPerS), value, interval);
  }
  const claim = trialsToClaim(limit, CONFIDENCE);
  const settledInS = claim / requestsPerS;
  const needs = `to claim ${percent(limit)} takes ${plural(claim, 'request')} without a failure, ${duration(settledInS)} of this load`;
  return { ...inconclusive(`${needs}; there were ${figure(requests)}`, value, interval), settledInS };
}
