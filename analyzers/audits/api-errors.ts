import type { Audit, Inventory } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { type Name, type Stretch, sinceAt, total } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent, plural } from '../words.ts';

/** The share of failures that the game's error target allows. Guess: tune. */
const SERVER_SHARE_MAX = 0.01;
/** Players make mistakes too: wrong passwords, things that are gone. Beyond it the script and the API disagree. Guess: tune. */
const CLIENT_SHARE_MAX = 0.05;

/** REST and HTTP APIs spell them differently: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
const SPELLINGS = { server: ['5XXError', '5xx'], client: ['4XXError', '4xx'] } as const;

export const apiErrors: Audit<PlatformNeed> = {
  id: 'api-errors',
  question: 'How many answers of the API were errors, and whose?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('api-errors', ['apigateway', 'apigatewayv2'], inputs, ({ node }, stretch) => {
      const count = total(stretch, [node, 'Count', 'Sum']) ?? 0;
      if (count === 0) return [];
      const server = sumOf(stretch, node, SPELLINGS.server);
      const client = sumOf(stretch, node, SPELLINGS.client);
      const evidence = [
        { what: '5XX', value: server.sum, unit: 'requests' },
        { what: '4XX', value: client.sum, unit: 'requests' },
        { what: 'requests', value: count },
      ];
      return [
        ...(server.sum >= SERVER_SHARE_MAX * count && server.sum > 0
          ? [
              {
                verdict: 'warn' as const,
                severity: 'high' as const,
                title: `${node} answered ${percent(server.sum / count)} of its requests with 5XX`,
                why: 'API Gateway answers 500 or 502 where a function failed or was throttled, 503 where nothing takes the request, and 504 after 29 s.',
                evidence: [...evidence, ...explained(inputs.inventory, stretch), ...began(inputs, sinceAt(stretch, server.name, 1))],
                next: 'Look at the findings on functions that failed, were throttled or timed out: where these explain the number, the API has no part in it. Where they do not, read its access log for integrationErrorMessage.',
                effect: `Up to ${plural(server.sum, 'request')} of a window like this succeed.`,
              },
            ]
          : []),
        ...(client.sum >= CLIENT_SHARE_MAX * count
          ? [
              {
                verdict: 'pass' as const,
                severity: 'low' as const,
                title: `${node} answered ${percent(client.sum / count)} of its requests with 4XX`,
                why: `${figure(client.sum)} requests were turned away as the caller's mistake: refused sign-ins, missing resources, throttling (429).`,
                evidence,
                next: 'See the error classes of this report for their status, and mark in the script those that are expected.',
              },
            ]
          : []),
      ];
    }),
};

function sumOf(stretch: Stretch, node: string, spellings: readonly string[]): { sum: number; name: Name } {
  const names = spellings.map((metric): Name => [node, metric, 'Sum']);
  const name = names.find((each) => total(stretch, each) !== null) ?? names[0] ?? [node, '', ''];
  return { sum: total(stretch, name) ?? 0, name };
}

/** What the functions say of the same time. */
function explained({ resources }: Inventory, stretch: Stretch) {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const sum = (metric: string): number | null =>
    ifRead(() => functions.reduce((all, { node }) => all + (total(stretch, [node, metric, 'Sum']) ?? 0), 0));
  if (functions.length === 0) return [];
  return [
    { what: 'Errors of all functions', value: sum('Errors'), unit: 'invocations' },
    { what: 'Throttles of all functions', value: sum('Throttles'), unit: 'invocations' },
  ];
}
