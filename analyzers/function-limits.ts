import type { Resource } from './contract.ts';
import { highest, mayBeTold, type Stretch, sinceAt } from './platform-series.ts';

/** What comes up to the timeout was ended by it; a reported duration may be a little under. */
const TIMEOUT_REACHED = 0.99;
/** Above this share of its memory one large request ends an environment. Guess: tune. */
export const MEMORY_NEAR = 0.9;
/** What it uses at most, as a share of the memory that is advised. Guess: tune. */
export const MEMORY_ADVISED = 0.7;

/** From so many milliseconds on an invocation was ended by its timeout. */
export const timeoutReachedMs = (timeoutS: number): number => TIMEOUT_REACHED * 1000 * timeoutS;

const METRICS_MB = ['used_memory_max', 'MaxMemoryUsed'];
const METRIC_PERCENT = 'memory_utilization';

/** By Lambda Insights (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html), or from the REPORT lines. */
export function usedMbOf({ node, limits }: Resource, stretch: Stretch): number | null {
  for (const metric of METRICS_MB) {
    const usedMb = highest(stretch, [node, metric, 'Maximum']);
    if (usedMb !== null) return usedMb;
  }
  const percentUsed = highest(stretch, [node, METRIC_PERCENT, 'Maximum']);
  return percentUsed === null || !limits.memoryMb ? null : (percentUsed / 100) * limits.memoryMb;
}

/** When a function's memory first came to so many megabytes, by what it is measured with. */
export function usedMbSince({ node, limits }: Resource, stretch: Stretch, limitMb: number): number | null {
  const metric = METRICS_MB.find((each) => highest(stretch, [node, each, 'Maximum']) !== null);
  if (metric !== undefined) return sinceAt(stretch, [node, metric, 'Maximum'], limitMb);
  return limits.memoryMb ? sinceAt(stretch, [node, METRIC_PERCENT, 'Maximum'], (100 * limitMb) / limits.memoryMb) : null;
}

/** Whether anything tells of the memory that a function uses, or would have, had it been read. */
export const tellsMemory = (node: string, stretch: Stretch): boolean =>
  [...METRICS_MB, METRIC_PERCENT].some((metric) => mayBeTold(stretch, [node, metric, 'Maximum']));
