import type { Audit, Evidence, Inventory, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { addUp, type Name, type Stretch, sinceAt, total } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** The share of failures that the game's error target allows. Guess: tune. */
const SERVER_SHARE_MAX = 0.01;
/** Players make mistakes too: wrong passwords, things that are gone. Beyond it the script and the API disagree. Guess: tune. */
const CLIENT_SHARE_MAX = 0.05;

/** What an API counts, by the names of the metrics, and how that is called. */
interface Counts {
  asked: readonly string[];
  server: readonly string[];
  client: readonly string[];
  noun: string;
  /** Of the errors of either side, in a list and in a sentence. */
  labels: readonly [server: string, client: string];
  words: readonly [server: string, client: string];
  why: string;
}

/** REST and HTTP APIs spell them differently: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
const OF_REQUESTS: Counts = {
  asked: ['Count'],
  server: ['5XXError', '5xx'],
  client: ['4XXError', '4xx'],
  noun: 'requests',
  labels: ['5XX', '4XX'],
  words: ['5XX', '4XX'],
  why: 'API Gateway answers 500 or 502 where a function failed or was throttled, 503 where nothing takes the request, and 504 after 29 s.',
};
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
const OF_MESSAGES: Counts = {
  asked: ['MessageCount', 'ConnectCount'],
  server: ['IntegrationError', 'ExecutionError'],
  client: ['ClientError'],
  noun: 'messages and connections',
  labels: ['IntegrationError and ExecutionError', 'ClientError'],
  words: ['an error of its integration', 'a refusal (ClientError)'],
  why: 'IntegrationError is a function that failed or was throttled, ExecutionError a call of it that API Gateway could not make. No HTTP target sees either: the message is gone, or the connection never came about.',
};

export const apiErrors: Audit<PlatformNeed> = {
  id: 'api-errors',
  question: 'How many answers of the API were errors, and whose?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('api-errors', ['apigateway', 'apigatewayv2', 'websocket'], inputs, (resource, stretch) => ofApi(resource, stretch, inputs)),
};

function ofApi({ node, kind }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const counts = kind === 'websocket' ? OF_MESSAGES : OF_REQUESTS;
  const namesOf = (metrics: readonly string[]): Name[] => metrics.map((metric) => [node, metric, 'Sum']);
  const sumOf = (metrics: readonly string[]): number => addUp(stretch, namesOf(metrics)).reduce((sum, { value }) => sum + value, 0);
  const [asked, server, client] = [sumOf(counts.asked), sumOf(counts.server), sumOf(counts.client)];
  if (asked === 0) return [];
  const evidence: Evidence[] = [
    { what: counts.labels[0], value: server, unit: counts.noun },
    { what: counts.labels[1], value: client, unit: counts.noun },
    { what: counts.noun, value: asked },
  ];
  const beside = [...explained(inputs.inventory, stretch), ...began(inputs, firstOf(stretch, namesOf(counts.server)))];
  return [
    ...(server > 0 && server >= SERVER_SHARE_MAX * asked ? [ofServer(node, counts, { server, asked }, [...evidence, ...beside])] : []),
    ...(client >= CLIENT_SHARE_MAX * asked ? [ofClient(node, counts, { client, asked }, evidence)] : []),
  ];
}

const firstOf = (stretch: Stretch, names: readonly Name[]): number | null => {
  const firsts = names.flatMap((name) => sinceAt(stretch, name, 1) ?? []);
  return firsts.length === 0 ? null : Math.min(...firsts);
};

const ofServer = (
  node: string,
  { noun, words, why }: Counts,
  { server, asked }: { server: number; asked: number },
  evidence: Evidence[],
): Said => ({
  verdict: 'warn',
  severity: 'high',
  title: `${node} answered ${percent(Math.min(1, server / asked))} of its ${noun} with ${words[0]}`,
  why,
  evidence,
  next: 'Look at the findings on functions that failed, were throttled or timed out: where these explain the number, the API has no part in it. Where they do not, read its access log for integrationErrorMessage.',
  effect: `Up to ${figure(server)} ${noun} of a window like this succeed.`,
});

const ofClient = (
  node: string,
  { noun, words }: Counts,
  { client, asked }: { client: number; asked: number },
  evidence: Evidence[],
): Said => ({
  verdict: 'pass',
  severity: 'low',
  title: `${node} answered ${percent(Math.min(1, client / asked))} of its ${noun} with ${words[1]}`,
  why: `${figure(client)} were turned away as the caller's mistake: refused sign-ins, missing resources or routes, throttling (429).`,
  evidence,
  next: 'See the error classes of this report for their status, and mark in the script those that are expected.',
});

/** What the functions say of the same time. */
function explained({ resources }: Inventory, stretch: Stretch): Evidence[] {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const sum = (metric: string): number | null =>
    ifRead(() => functions.reduce((all, { node }) => all + (total(stretch, [node, metric, 'Sum']) ?? 0), 0));
  if (functions.length === 0) return [];
  return [
    { what: 'Errors of all functions', value: sum('Errors'), unit: 'invocations' },
    { what: 'Throttles of all functions', value: sum('Throttles'), unit: 'invocations' },
  ];
}
