import type { Audit, Resource } from '../contract.ts';
import { timeoutReachedMs } from '../function-limits.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { highest, type Name, type Stretch, sinceAt } from '../platform-series.ts';
import { figure, percent } from '../words.ts';

/** A p95 that near to the timeout is cut off by the next slowdown of what it calls. Guess: tune. */
const NEAR = 0.8;
/** Lambda's default, where the real one is not known: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
const DEFAULT_TIMEOUT_MS = 3000;

export const lambdaDuration: Audit<PlatformNeed> = {
  id: 'lambda-duration',
  question: 'Did invocations come near to their timeout?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('lambda-duration', ['lambda'], inputs, (resource, stretch) => ofFunction(resource, stretch, inputs)),
};

function ofFunction({ node, limits }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const name: Name = [node, 'Duration', 'Maximum'];
  const [longestMs, p95Ms] = [highest(stretch, name), highest(stretch, [node, 'Duration', 'p95'])];
  if (longestMs === null) return [];
  const timeoutS = limits.timeoutS ?? null;
  if (timeoutS === null) return ofUnknown(node, longestMs);
  const reached = longestMs >= timeoutReachedMs(timeoutS);
  if (!reached && (p95Ms ?? 0) < NEAR * 1000 * timeoutS) return [];
  const since = sinceAt(stretch, name, timeoutReachedMs(timeoutS));
  const evidence = [
    { what: 'Duration, longest', value: longestMs, limit: 1000 * timeoutS, unit: 'ms' },
    { what: 'Duration, p95 of the worst period', value: p95Ms, limit: 1000 * timeoutS, unit: 'ms' },
    ...began(inputs, since),
  ];
  return { why: WHY, evidence, ...(reached ? ended(node, timeoutS, since) : near(node, timeoutS, p95Ms ?? 0)) };
}

const ofUnknown = (node: string, longestMs: number): Answer =>
  longestMs < DEFAULT_TIMEOUT_MS
    ? []
    : {
        missing: `the timeout of ${node} could not be read (lambda:GetFunctionConfiguration), and an invocation took ${figure(longestMs)} ms`,
      };

const WHY =
  'A function that is ended by its timeout has worked, and is paid for, in vain; its environment is thrown away, and the next invocation starts cold.';

type Part = Omit<Said, 'why' | 'evidence'>;

const ended = (node: string, timeoutS: number, since: number | null): Part => ({
  verdict: 'warn',
  severity: 'high',
  title: `Invocations of ${node} ran into its timeout of ${figure(timeoutS)} s`,
  limiter: { node, resource: 'timeout', harm: 'refuses', since },
  next: `Find what ${node} waits for (its traces, and findings on what it calls), and give each call a time limit of its own below ${figure(timeoutS)} s. Raise the timeout only if answers that late are of use: API Gateway gives up after 29 s.`,
  effect: 'Requests fail fast, or not at all, and no environment is lost.',
});

const near = (node: string, timeoutS: number, p95Ms: number): Part => ({
  verdict: 'warn',
  severity: 'medium',
  title: `${node} takes ${figure(p95Ms)} ms at the 95th percentile, ${percent(p95Ms / (1000 * timeoutS))} of its timeout of ${figure(timeoutS)} s`,
  next: `Shorten ${node}, or raise its timeout above ${figure(Math.ceil(p95Ms / NEAR / 1000))} s.`,
  effect: 'Leaves a fifth for slow moments.',
});
