import {
  type Audit,
  type Client,
  type Evidence,
  type Finding,
  type Inventory,
  isMissing,
  orNull,
  type Plan,
  type Traces,
} from '../contract.ts';
import { baselineStretch } from '../platform-audit.ts';
import { type Name, type Stretch, total } from '../platform-series.ts';
import { executedS, runSeries, slotsWithin, total as sumOf } from '../series.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { unreadOf } from '../unread-series.ts';
import { figure, plural } from '../words.ts';

/** Differences that edges of periods and a health check explain. Guess: tune. */
const TOLERANCE_SHARE = 0.01;
const TOLERANCE = 5;
/** Answers to the last requests are counted when they are given, and periods are long. */
const AFTER_S = 60;

export const requestReconciliation: Audit<'client' | 'plan' | 'platform' | 'inventory', 'traces'> = {
  id: 'request-reconciliation',
  question: 'Do client, API Gateway, Lambda and X-Ray count the same requests?',
  needs: ['client', 'plan', 'platform', 'inventory'],
  wants: ['traces'],
  audit(inputs) {
    if (!inputs.inventory.resources.some(({ kind }) => GATEWAYS.includes(kind))) return [];
    const stretch = runStretch(inputs);
    if (stretch.periods.length === 0) return { missing: 'there are no metrics of the platform from the time of the run' };
    return findingsOn(countsOf({ ...inputs, traces: orNull(inputs.traces) }, stretch));
  },
};

const GATEWAYS: readonly string[] = ['apigateway', 'apigatewayv2'];

interface Inputs {
  client: Client;
  plan: Plan;
  platform: TelemetryFile;
  inventory: Inventory;
}

/** All of the run, so that each request is in it whole. */
function runStretch({ platform, inventory, plan, client }: Inputs): Stretch {
  const fromS = Math.min(Date.parse(plan.startedAt) / 1000, client.startS);
  const toS = client.startS + client.slots * client.periodS + AFTER_S;
  const within = (timeS: number): boolean => timeS + platform.periodS > fromS && timeS < toS;
  return { file: platform, periods: platform.times.flatMap((timeS, i) => (within(timeS) ? [i] : [])), unread: unreadOf(inventory) };
}

interface Counts {
  sent: number;
  /** So many may be under way when the run ends: cut off, they are worked by the platform and counted by no player. */
  cutOff: number;
  /** Sent, and no answer came. */
  unanswered: number;
  /** Answered 429. */
  throttled: number;
  /** At all gateways; null where none told. */
  gateway: number | null;
  /** What went on before the run, over as long as the run. */
  others: number;
  /** Of the functions behind the gateways; null where that is not known. */
  invocations: number | null;
  lambdaThrottles: number;
  traced: number | null;
}

function countsOf(inputs: Inputs & { traces: Traces | null }, stretch: Stretch): Counts {
  const { client, plan, inventory, traces } = inputs;
  const gateways = inventory.resources.filter(({ kind }) => GATEWAYS.includes(kind)).map(({ node }) => node);
  const behind = inventory.edges.filter(({ from, to }) => gateways.includes(from) && to.startsWith('lambda:')).map(({ to }) => to);
  const classes = (is: (status: string) => boolean): number =>
    client.errorClasses.reduce((sum, { status, count }) => (is(status) ? sum + count : sum), 0);
  const ofGateways = gateways.map((node): Name => [node, 'Count', 'Sum']);
  const { requests, latencySumS } = runSeries(client);
  return {
    cutOff: cutOffAtMost(client, plan, sumOf(latencySumS)),
    // Of a run whose last minute is not in the metrics, only what came before is compared.
    sent: Math.round(sumOf(requests, slotsWithin(client, client.startS, endOf(stretch)))),
    unanswered: classes((status) => status === '0' || status === ''),
    throttled: classes((status) => status === '429'),
    gateway: addedUp(stretch, ofGateways),
    others: idle(inputs, ofGateways, stretch),
    invocations: addedUp(
      stretch,
      behind.map((node) => [node, 'Invocations', 'Sum']),
    ),
    lambdaThrottles:
      addedUp(
        stretch,
        behind.map((node) => [node, 'Throttles', 'Sum']),
      ) ?? 0,
    traced: traces === null ? null : traces.matchedBy === 'prefix' ? (traces.recorded ?? traces.traces.length) : null,
  };
}

const endOf = ({ file, periods }: Stretch): number => (file.times[periods.at(-1) ?? -1] ?? 0) + file.periodS;

/** A player waits for one request at a time. Of arrivals λ·S are under way in the mean (Little's law), and seldom three times as many. */
const cutOffAtMost = (client: Client, { load }: Plan, latencySumS: number): number =>
  load.model === 'closed' ? load.usersMax : (3 * latencySumS) / Math.max(1, executedS(client));

const addedUp = (stretch: Stretch, names: readonly Name[]): number | null => {
  const sums = names.flatMap((name) => total(stretch, name) ?? []);
  return sums.length === 0 ? null : sums.reduce((a, b) => a + b, 0);
};

function idle(inputs: Inputs, names: readonly Name[], { periods }: Stretch): number {
  const before = baselineStretch(inputs);
  return isMissing(before) ? 0 : ((addedUp(before, names) ?? 0) / before.periods.length) * periods.length;
}

function findingsOn(counts: Counts): Finding[] {
  if (counts.sent === 0) return [];
  const tolerance = Math.max(TOLERANCE, TOLERANCE_SHARE * counts.sent);
  const gaps = [atGateway(counts, tolerance), atFunctions(counts, tolerance)].flatMap((gap) => gap ?? []);
  return gaps.map((gap) => ({ id: 'request-reconciliation', why: WHY, evidence: evidenceOf(counts), ...gap }));
}

/** A gap with its name, and what to do about it. */
type Gap = Pick<Finding, 'verdict' | 'severity' | 'title' | 'next' | 'effect'>;

function atGateway({ sent, unanswered, gateway, others, cutOff }: Counts, tolerance: number): Gap | null {
  if (gateway === null) {
    return {
      verdict: 'inconclusive',
      severity: 'high',
      title: `The players sent ${plural(sent, 'request')}, and API Gateway counted none`,
      next: 'Check that the target is the API in the inventory, in this region and stage, and ask again in some minutes: CloudWatch completes its data late.',
      effect: WHOLE,
    };
  }
  // Above zero: sent, and never seen at the gateway. Below: seen there, and not sent by the players once each.
  const short = sent - gateway;
  if (short > unanswered + tolerance) {
    return {
      verdict: 'inconclusive',
      severity: 'high',
      title: `${plural(short, 'request')} of ${figure(sent)} were lost between the players and API Gateway's metrics`,
      next: 'Look for what answers before API Gateway (CloudFront, WAF, another API or stage), and ask again in some minutes: CloudWatch completes its data late.',
      effect: WHOLE,
    };
  }
  if (short > tolerance) {
    return {
      verdict: 'warn',
      severity: 'medium',
      title: `${plural(short, 'request')} of ${figure(sent)} got no answer and never came to API Gateway`,
      next: 'Look at connections between the generator and the target: DNS, TLS, connection limits.',
      effect: `Up to ${plural(short, 'request')} get an answer.`,
    };
  }
  if (-short <= Math.max(tolerance, cutOff)) return null;
  const idleShare = Math.min(-short, others);
  return {
    verdict: 'warn',
    severity: 'medium',
    title: `API Gateway counted ${plural(-short, 'request')} more than the ${figure(sent)} that the players sent${idleShare > tolerance ? `, about ${figure(idleShare)} as it would without the run` : ''}`,
    next: "Find out who else uses the target, or what sends again by itself (a proxy, a browser, the SDK of an app): the platform's figures are of all of it. Run against a target of its own.",
    effect: OURS,
  };
}

function atFunctions({ gateway, throttled, invocations, lambdaThrottles, cutOff }: Counts, tolerance: number): Gap | null {
  if (gateway === null || invocations === null) return null;
  const missing = gateway - throttled - invocations - lambdaThrottles;
  if (missing <= tolerance && -missing <= Math.max(tolerance, cutOff)) return null;
  const said = { verdict: 'warn', severity: 'medium' } as const;
  return missing > 0
    ? {
        ...said,
        title: `${plural(missing, 'request')} came to API Gateway and to no function`,
        next: 'Look at what the API answers by itself: validation, authorizers, mocks, its cache, routes that do not exist.',
        effect: 'It is then known which requests the figures of the functions leave out.',
      }
    : {
        ...said,
        title: `The functions behind API Gateway ran ${plural(-missing, 'time')} more than it was asked`,
        next: 'Look at who else invokes these functions: schedules, queues, retries of asynchronous invocations, other APIs.',
        effect: OURS,
      };
}

const WHOLE = 'Findings about the platform then hold for all requests of the run.';
const OURS = 'Use, limits and price are then those of this load alone.';

const WHY =
  'Findings about the platform hold for the run only as far as both count the same requests. X-Ray takes the first request of each second and 5 % of the others: what it did not sample is no loss.';

const evidenceOf = ({ sent, cutOff, unanswered, throttled, gateway, others, invocations, lambdaThrottles, traced }: Counts): Evidence[] => [
  { what: 'sent by the players', value: sent, unit: 'requests' },
  { what: 'under way at the end of the run, at most: worked, and not counted', value: cutOff, unit: 'requests' },
  { what: 'without an answer', value: unanswered, unit: 'requests' },
  { what: 'counted by API Gateway', value: gateway, unit: 'requests' },
  { what: 'at its rate before the run (not ours)', value: others, unit: 'requests' },
  { what: 'throttled, answered 429', value: throttled, unit: 'requests' },
  { what: 'invocations of the functions behind it', value: invocations },
  { what: 'throttled by Lambda', value: lambdaThrottles },
  { what: 'traces of the run', value: traced },
  { what: 'not sampled by X-Ray', value: traced === null ? null : Math.max(0, sent - traced), unit: 'requests' },
];
