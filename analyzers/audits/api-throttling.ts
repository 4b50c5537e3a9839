import type { Audit, Client } from '../contract.ts';
import { ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { busiestPerS, total } from '../platform-series.ts';
import { figure, plural } from '../words.ts';

/** A burst above the mean of the busiest period. Guess: tune. */
const HEADROOM = 1.25;

export const apiThrottling: Audit<PlatformNeed> = {
  id: 'api-throttling',
  question: 'Did the API turn requests away by its rate limit?',
  needs: PLATFORM_NEEDS,
  audit(inputs) {
    const refused = refusedRequests(inputs.client);
    if (refused === 0) return [];
    return ofEach('api-throttling', ['apigateway', 'apigatewayv2'], inputs, ({ node, limits }, stretch) => {
      // Behind one API of several it can't be known whose answer 429 was, but for those that sent none at all.
      if ((total(stretch, [node, '4XXError', 'Sum']) ?? total(stretch, [node, '4xx', 'Sum'])) === 0) return [];
      const perS = busiestPerS(stretch, [node, 'Count', 'Sum']);
      const { ratePerS = null, burst = null } = limits;
      return {
        verdict: 'warn',
        severity: 'high',
        title: `${plural(refused, 'request')} of the run got 429 Too Many Requests${ratePerS === null ? '' : `, with ${node} limited to ${figure(ratePerS)} requests/s`}`,
        limiter: { node, resource: 'rate-limit', harm: 'refuses', since: null },
        why: 'API Gateway refuses what goes beyond its rate and burst before any function sees it. What is behind it has no part in this, and sees less load than was sent.',
        evidence: [
          { what: 'requests answered 429, whole run', value: refused, limit: 0, unit: 'requests' },
          {
            what: 'requests at the API in the busiest period',
            value: perS,
            unit: 'requests/s',
            ...(ratePerS !== null && { limit: ratePerS }),
          },
          { what: 'burst', value: burst, unit: 'requests' },
        ],
        next: adviceOn(node, ratePerS, perS),
        effect: 'Requests reach the functions: their concurrency and the tables take that much more.',
      };
    });
  },
};

function adviceOn(node: string, ratePerS: number | null, perS: number | null): string {
  const needed = perS === null ? null : Math.ceil(HEADROOM * perS);
  const value = needed === null ? '' : ` to ${figure(Math.max(needed, (ratePerS ?? 0) + 1))} requests/s or more`;
  const unread = ratePerS === null ? ' Its throttling could not be read (apigateway:GET on the stage).' : '';
  return `Raise the throttling rate and burst of the stage and methods of ${node}${value}, and of the usage plan if one applies; beyond 10,000 requests/s it is a quota of the account.${unread}`;
}

/** API Gateway answers a throttled request with 429: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
const refusedRequests = ({ errorClasses }: Client): number =>
  errorClasses.reduce((sum, { status, count }) => (status === '429' ? sum + count : sum), 0);
