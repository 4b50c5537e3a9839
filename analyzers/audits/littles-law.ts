import type { Audit, Client, Plan, Window } from '../contract.ts';
import { gathered, ofEach, PLATFORM_NEEDS, type PlatformNeed, type Said } from '../platform-audit.ts';
import { highest, type Stretch, samples, weightedMean } from '../platform-series.ts';
import { runSeries, slotsWithin, total } from '../series.ts';
import { figure, percent } from '../words.ts';

/** More than all users can be under way at once only if something was counted wrong; this allows for edges of the window. Guess: tune. */
const TOLERANCE = 0.2;
/** Means of fewer executions at once are mostly edges. Guess: tune. */
const EXECUTIONS_MIN = 2;

export const littlesLaw: Audit<PlatformNeed> = {
  id: 'littles-law',
  question: 'Do counts, times and concurrency agree with each other?',
  needs: PLATFORM_NEEDS,
  audit(inputs) {
    const ofFunctions = ofEach('littles-law', ['lambda'], inputs, ({ node }, stretch) => ofFunction(node, stretch));
    return gathered('littles-law', [ofUsers(inputs.plan, inputs.client, inputs.window), ofFunctions]);
  },
};

/** Throughput × latency is how many requests are under way, which can't be more than there are users who wait for one each. */
function ofUsers({ load, thinkTimeS }: Plan, client: Client, window: Window): Said[] {
  if (load.model === 'open') return [];
  const series = runSeries(client);
  const range = slotsWithin(client, window.fromS, window.toS);
  const seconds = (range.to - range.from) * client.periodS;
  const underWay = total(series.latencySumS, range) / seconds;
  const users = client.users.slice(range.from, range.to).flatMap((each) => each ?? []);
  const present = users.reduce((sum, each) => sum + each, 0) / users.length;
  if (!(present > 0 && seconds > 0) || underWay <= (1 + TOLERANCE) * present) return [];
  return [
    {
      verdict: 'warn',
      severity: 'medium',
      title: `${figure(underWay)} requests were under way in the mean, with ${figure(present)} users: each makes several at once`,
      why: "By Little's law requests under way are throughput × latency. More than one for each user are requests in parallel (http.batch, WebSockets), or the latencies count what nobody waited for.",
      evidence: [
        { what: 'requests under way, mean', value: underWay, limit: present },
        { what: 'users, mean', value: present },
        { what: 'think time that the scenario declares', value: thinkTimeS, unit: 's' },
      ],
      effect: 'Latencies and capacity in users then mean what they say: of somebody who waits for one answer at a time.',
      next: 'Look whether the script sends in parallel. If it does, read users as connections; if not, distrust the latencies of this run.',
    },
  ];
}

/** Arrivals × duration is the mean of the executions at once: it can't be more than the most that Lambda saw. */
function ofFunction(node: string, stretch: Stretch): Said[] {
  const invocations = samples(stretch, [node, 'Invocations', 'Sum']);
  const durationMs = weightedMean(stretch, [node, 'Duration', 'Average'], [node, 'Invocations', 'Sum']);
  const most = highest(stretch, [node, 'ConcurrentExecutions', 'Maximum']);
  if (durationMs === null || most === null || invocations.length === 0) return [];
  const seconds = invocations.length * stretch.file.periodS;
  const perS = invocations.reduce((sum, { value }) => sum + value, 0) / seconds;
  const mean = (perS * durationMs) / 1000;
  // What was invoked before the stretch is counted, as it is by Lambda, when it ends.
  if (mean < EXECUTIONS_MIN || mean <= (1 + TOLERANCE) * most || durationMs / 1000 > seconds / 2) return [];
  return [
    {
      verdict: 'warn',
      severity: 'medium',
      title: `The metrics of ${node} contradict each other: ${figure(perS)} invocations/s of ${figure(durationMs)} ms keep ${figure(mean)} busy, and it never ran more than ${figure(most)} at once`,
      why: "By Little's law the mean of executions at once is arrivals × duration. A part of the metrics is missing, late, or of something else.",
      evidence: [
        { what: "executions at once by Little's law, mean", value: mean, limit: most },
        { what: 'difference', value: percent(mean / most - 1) },
      ],
      effect: 'Needed concurrency and price of the function are then those of the whole run.',
      next: 'Ask again in some minutes (`loadkit analyze` on this run): CloudWatch completes its data late.',
    },
  ];
}
