import type { Need } from './lambda-capacity.ts';
import { serversFor } from './models/queueing/index.ts';
import { figure } from './words.ts';

/** Provisioned concurrency costs while it is idle: so large a share of arrivals may find none of it free. Guess: tune. */
const LATE_MAX = 0.001;

/** What makes fewer requests wait for an environment, and those that do less long: https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html */
export function coldStartAdvice(node: string, need: Need | null): string {
  const enough =
    need === null
      ? ''
      : ` of ${figure(serversFor(need.mean, LATE_MAX))} (${figure(need.arrivalsPerS)} invocations/s of ${figure(need.durationMs)} ms keep ${figure(need.mean)} busy in the mean)`;
  return `Set a provisioned concurrency${enough} for ${node}, so that environments have started before they are asked. Make its start shorter: a smaller package, and less loaded before the handler. Where the load is steady, find what ends its environments (crashes, timeouts, a process that exits).`;
}
