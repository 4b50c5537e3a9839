import type { Audit, Client, ErrorClass, Evidence, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { busiestPerS, type Name, type Stretch, sinceAt, total } from '../platform-series.ts';
import { runSeries, slotStartS } from '../series.ts';
import { figure, plural } from '../words.ts';

/** A burst above the mean of the busiest period. Guess: tune. */
const HEADROOM = 1.25;
/** Whatever fits into a second may lie across two of the client's, half in each. */
const SECOND_SHARE = 0.5;
/** REST and HTTP APIs spell it differently: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
const SPELLINGS = ['4XXError', '4xx'];

export const apiThrottling: Audit<PlatformNeed> = {
  id: 'api-throttling',
  question: 'Did the API turn requests away by its rate limit?',
  needs: PLATFORM_NEEDS,
  audit(inputs) {
    const classes = refusedClasses(inputs.client);
    const refused = classes.reduce((sum, { count }) => sum + count, 0);
    if (refused === 0) return [];
    return ofEach('api-throttling', ['apigateway', 'apigatewayv2'], inputs, (api, stretch) => ofApi(api, stretch, inputs, refused));
  },
};

function ofApi({ node, limits }: Resource, stretch: Stretch, inputs: PlatformInputs, refused: number): Answer {
  const ofClient = SPELLINGS.map((metric): Name => [node, metric, 'Sum']).find((name) => total(stretch, name) !== null);
  // Behind one API of several it can't be known whose answer 429 was, but for those that sent none at all.
  if (ofClient !== undefined && total(stretch, ofClient) === 0) return [];
  const perS = busiestPerS(stretch, [node, 'Count', 'Sum']);
  const busiest = Math.max(perS ?? 0, busiestSecond(inputs.client));
  const evidence: Evidence[] = [
    { what: 'requests answered 429, whole run', value: refused, limit: 0, unit: 'requests' },
    ...evidenceOf(limits, perS, busiest),
  ];
  if (!isWithinReach(limits, busiest)) return fromBehind(node, limits, refused, evidence);
  const since = (ofClient && sinceAt(stretch, ofClient, 1)) ?? firstRefusal(inputs.client);
  return byLimit(node, limits, { refused, perS, since }, [...evidence, ...began(inputs, since)]);
}

const evidenceOf = ({ ratePerS = null, burst = null }: Resource['limits'], perS: number | null, busiest: number): Evidence[] => [
  { what: 'requests at the API in the busiest period', value: perS, unit: 'requests/s', ...(ratePerS !== null && { limit: ratePerS }) },
  { what: 'requests in the busiest second of the players', value: busiest, unit: 'requests/s' },
  { what: 'burst', value: burst, unit: 'requests' },
];

/**
 * Whether requests may have come faster than the limit. A bucket of `burst` tokens that fills at `ratePerS` never runs dry where no second holds as many
 * requests as the smaller of the two.
 */
function isWithinReach({ ratePerS = null, burst = null }: Resource['limits'], busiest: number): boolean {
  return ratePerS === null || busiest >= SECOND_SHARE * Math.min(ratePerS, burst ?? ratePerS);
}

const busiestSecond = (client: Client): number => Math.max(0, ...runSeries(client).requests) / client.periodS;

function byLimit(
  node: string,
  { ratePerS = null }: Resource['limits'],
  { refused, perS, since }: { refused: number; perS: number | null; since: number | null },
  evidence: Evidence[],
): Said {
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${plural(refused, 'request')} of the run got 429 Too Many Requests${ratePerS === null ? '' : `, with ${node} limited to ${figure(ratePerS)} requests/s`}`,
    limiter: { node, resource: 'rate-limit', harm: 'refuses', since },
    why: 'API Gateway refuses what goes beyond its rate and burst before any function sees it. What is behind it has no part in this, and sees less load than was sent.',
    evidence,
    next: adviceOn(node, ratePerS, perS),
    effect: 'Requests reach the functions: their concurrency and the tables take that much more.',
  };
}

const fromBehind = (node: string, { ratePerS = null }: Resource['limits'], refused: number, evidence: Evidence[]): Said => ({
  verdict: 'warn',
  severity: 'medium',
  title: `${plural(refused, 'request')} of the run got 429 from behind ${node}, which never came near to its limit of ${figure(ratePerS ?? 0)} requests/s`,
  why: 'Below its rate and burst API Gateway refuses nothing by them: the answer is what it calls gave, or the limit of a single method or usage plan, which is not read.',
  evidence,
  next: `Look at what the endpoints that got 429 (error classes) call: a limit that the application has for each player, or a service that throttles it. If their functions did not run, look at the usage plans and method settings of ${node}.`,
  effect: `Up to ${plural(refused, 'request')} of a run like this succeed. A higher rate for ${node} changes nothing.`,
});

function adviceOn(node: string, ratePerS: number | null, perS: number | null): string {
  const needed = perS === null ? null : Math.ceil(HEADROOM * perS);
  const value = needed === null ? '' : ` to ${figure(Math.max(needed, (ratePerS ?? 0) + 1))} requests/s or more`;
  const unread = ratePerS === null ? ' Its throttling could not be read (apigateway:GET on the stage).' : '';
  return `Raise the throttling rate and burst of the stage and methods of ${node}${value}, and of the usage plan if one applies; beyond 10,000 requests/s it is a quota of the account.${unread}`;
}

/** API Gateway answers a throttled request with 429: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
const refusedClasses = ({ errorClasses }: Client): ErrorClass[] =>
  errorClasses.filter(({ status, count }) => status === '429' && count > 0);

/** Classes have no times: when a request first failed at an endpoint that got 429. */
function firstRefusal(client: Client): number | null {
  const refused = new Set(refusedClasses(client).map(({ endpoint }) => endpoint));
  const slots = client.endpoints
    .filter(({ name }) => refused.has(name))
    .map(({ errors }) => errors.findIndex((count) => count > 0))
    .filter((slot) => slot >= 0);
  return slots.length === 0 ? null : slotStartS(client, Math.min(...slots));
}
