import { clopperPearson, type Interval, trialsToSettleShare } from '../models/intervals.ts';
import { percent } from '../words.ts';
import { below, CONFIDENCE, inconclusive, type Judged, settlement, type TargetJudge, undecided } from './target.ts';

/**
 * Share of requests that failed by k6's count (`http_req_failed`) at full load, settled or not: a
 * failure needs no steady state to be one, and a burst of them early on is no warm-up to leave out.
 */
export const errorRate: TargetJudge = {
  id: 'error-rate',
  unit: 'ratio',
  judge(limit, { fullLoad }) {
    // A gap in the pushes is spread over its slots, so that the window's counts need not be whole.
    const requests = Math.round(fullLoad.requests);
    if (requests === 0) return inconclusive('no request was measured');
    const errors = Math.min(requests, Math.round(fullLoad.errors));
    const value = errors / requests;
    const interval = clopperPearson(errors, requests, CONFIDENCE);
    // A limit of 0 is met by no interval and missed by every one, so the count itself has to say.
    const position = limit === 0 && errors === 0 ? 'undecided' : below(interval, limit);
    if (position === 'undecided') return leftOpen(value, interval, limit, requests / fullLoad.seconds);
    return { value, interval, verdict: position === 'met' ? 'pass' : 'fail' };
  },
};

function leftOpen(value: number, interval: Interval, limit: number, requestsPerS: number): Judged {
  const needed = limit > 0 && limit < 1 ? trialsToSettleShare(value, limit, CONFIDENCE) : null;
  const within = `the limit lies within the interval, ${percent(interval[0])} to ${percent(interval[1])}`;
  return undecided(within, settlement(needed, requestsPerS), value, interval);
}
