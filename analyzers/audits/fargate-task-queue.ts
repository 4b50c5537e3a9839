import { type Audit, type Finding, isMissing, type Missing, type Resource } from '../contract.ts';
import { mergeHistograms, quantile } from '../models/histogram.ts';
import { began, gathered, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import {
  highest,
  mayBeTold,
  mean,
  type Name,
  type Stretch,
  samples,
  shareAt,
  sinceAt,
  sinceShareAt,
  total,
  weightedMean,
} from '../platform-series.ts';
import { slotsWithin } from '../series.ts';
import { ifRead } from '../unread-series.ts';
import { figure } from '../words.ts';

/** A task that waits longer than this keeps somebody waiting (Nielsen 1993: 1 s interrupts thought). */
const WAIT_MS_MAX = 1000;
/** A mean wait of less is not felt (Nielsen 1993: 0.1 s seems instantaneous). */
const WAIT_FELT_MS = 100;
/** In fewer of the periods, and as a smaller part of what tasks take, it is a moment (a task that is replaced, a stall), and limits nothing. Guess: tune. */
const LASTING_SHARE = 1 / 3;
/** A queue that is so much longer in the last third of the window than in the first grows without end. Guess: tune. */
const GROWTH = 2;
/** Shorter ones are noise. Guess: tune. */
const LENGTH_MIN = 10;

/** Retries as a share of the tasks that were worked, and fewer are an accident. Guess: tune. */
const RETRIED_SHARE = 0.1;
const RETRIES_MIN = 5;

/** Of SQS, and of the game's own queue where the inventory names it. Each with the factor to milliseconds. */
const AGES: readonly (readonly [metric: string, stat: string, toMs: number])[] = [
  ['ApproximateAgeOfOldestMessage', 'Maximum', 1000],
  ['TaskWait', 'p95', 1],
  ['TaskWait', 'Maximum', 1],
];
const LENGTHS: readonly (readonly [metric: string, stat: string])[] = [
  ['ApproximateNumberOfMessagesVisible', 'Maximum'],
  ['QueueLength', 'Maximum'],
  ['QueueLength', 'Average'],
];

/** What the script measures from asking for a task to its end (`scenarios/lib/journeys/task.ts`). */
const SEEN = /task_latency$/;

export const fargateTaskQueue: Audit<PlatformNeed> = {
  id: 'fargate-task-queue',
  question: 'Do tasks wait in the queue, and does it grow?',
  needs: PLATFORM_NEEDS,
  audit(inputs) {
    let told = false;
    const answer = ofEach('fargate-task-queue', ['ecs', 'sqs'], inputs, (resource, stretch) => {
      const ofTasks = ofRetries(resource, stretch, inputs) ?? [];
      const tells = [...AGES, ...LENGTHS].some(([metric, stat]) => mayBeTold(stretch, [resource.node, metric, stat]));
      told ||= tells;
      return gathered('fargate-task-queue', [
        tells || !isNamed(resource) ? (ofQueue(resource, stretch, inputs) ?? []) : silent(resource),
        ofTasks,
      ]);
    });
    const services = inputs.inventory.resources.filter(({ kind }) => kind === 'ecs').map(({ node }) => node);
    if (told || isMissing(answer) || services.length === 0) return answer;
    return [...answer, ...asSeen(services, inputs)];
  },
};

const silent = ({ node }: Resource): Missing => ({ missing: `CloudWatch has no datapoints of the queue of ${node} within the window` });

/** Whether the inventory has it that the queue tells of itself: a service need have none. */
const isNamed = ({ metrics = [] }: Resource): boolean =>
  metrics.some(({ name }) => [...AGES, ...LENGTHS].some(([metric]) => metric === name));

/** Where no queue tells of itself, how long tasks take as the players see it. */
function asSeen(services: readonly string[], { client, window, plan }: PlatformInputs): Finding[] {
  const limitMs = plan.limits.find(({ id }) => id === 'latency-p95')?.limit ?? null;
  const { from, to } = slotsWithin(client, window.fromS, window.toS);
  const seen = mergeHistograms(
    client.trends.flatMap(({ name, unit, slots }) => (unit === 's' && SEEN.test(name) ? slots.slice(from, to) : [])),
  );
  const p95Ms = seen === null || limitMs === null ? null : 1000 * (quantile(seen, 0.95) ?? 0);
  if (p95Ms === null || limitMs === null || seen === null || p95Ms <= limitMs) return [];
  const first = 1000 * (quantile(seen, 0.5) ?? 0);
  return [
    {
      id: 'fargate-task-queue',
      // It holds the requests before and after the task too, so it tells of a wait and not of whose.
      verdict: 'inconclusive',
      severity: 'medium',
      title: `Tasks for ${services.join(' and ')} take ${figure(p95Ms / 1000)} s at the 95th percentile as players see it, and no queue told of its length or age`,
      why: 'A task is asked for, waits for a worker, is worked, and is asked after. Which of these it was is not known.',
      evidence: [
        { what: 'from asking to the end, p95', value: p95Ms, limit: limitMs, unit: 'ms' },
        { what: 'median', value: first, unit: 'ms' },
        { what: 'tasks', value: seen.count },
      ],
      next: `Name the queue's own metrics (length, wait) in ext.loadkit.resources. Where processor is left, let each task of ${services.join(' and ')} work more at once, or run more of them.`,
      effect: 'What is waiting in it goes away with more workers; what is work does not.',
    },
  ];
}

function ofQueue({ node }: Resource, stretch: Stretch, inputs: PlatformInputs): Said | null {
  const wait = waitIn(node, stretch);
  const length = LENGTHS.find(([metric, stat]) => samples(stretch, [node, metric, stat]).length > 0);
  const growth = length === undefined ? null : growthOf(stretch, [node, ...length]);
  const grows = growth !== null && growth.last >= LENGTH_MIN && growth.last >= GROWTH * growth.first;
  const said = grows
    ? `The queue of ${node} grows: from ${figure(growth.first)} to ${figure(growth.last)} tasks within the window`
    : wait.said;
  if (said === null) return null;
  const longest = length === undefined ? null : highest(stretch, [node, ...length]);
  return {
    verdict: 'warn',
    severity: grows ? 'high' : 'medium',
    title: said,
    ...((grows || wait.lasts) && { limiter: { node, resource: 'tasks', harm: 'waits' as const, since: wait.since } }),
    why: grows
      ? 'More comes in than is worked: the wait has no end, and every figure of this run depends on how long it was.'
      : 'A queue that does not grow and still makes wait is short of workers in its busiest moments.',
    evidence: [
      { what: 'queue, longest', value: longest, unit: 'tasks' },
      { what: 'wait in the worst period', value: wait.worstMs, limit: WAIT_MS_MAX, unit: 'ms' },
      { what: 'wait, mean', value: wait.means?.waitMs ?? null, unit: 'ms' },
      { what: 'time that a task takes then, mean', value: wait.means?.workMs ?? null, unit: 'ms' },
      ...began(inputs, wait.since),
    ],
    next: `Run more tasks of the service that works the queue of ${node} (see the findings on its processor and scaling), and scale it by queue length per task rather than by CPU alone. Tasks that fail again and again belong into a dead-letter queue after a few attempts.`,
    effect: 'The wait falls to the time that a task takes.',
  };
}

interface Wait {
  /** Null where there is none to speak of. */
  said: string | null;
  lasts: boolean;
  worstMs: number | null;
  since: number | null;
  means: Means | null;
}

function waitIn(node: string, stretch: Stretch): Wait {
  const means = meansOf(node, stretch);
  const isMuch = means !== null && means.waitMs >= WAIT_FELT_MS && means.waitMs >= LASTING_SHARE * (means.waitMs + means.workMs);
  const inMean = isMuch
    ? `Tasks wait ${figure(means.waitMs)} ms in the queue of ${node}, and take ${figure(means.workMs)} ms then, in the mean`
    : null;
  const age = AGES.find(([metric, stat]) => samples(stretch, [node, metric, stat]).length > 0);
  if (age === undefined) return { said: inMean, lasts: isMuch, worstMs: null, since: null, means };
  const [metric, stat, toMs] = age;
  const worstMs = (highest(stretch, [node, metric, stat]) ?? 0) * toMs;
  const inPeriods = shareAt(stretch, [node, metric, stat], WAIT_MS_MAX / toMs) ?? 0;
  return {
    said: worstMs > WAIT_MS_MAX ? `Tasks wait up to ${figure(worstMs / 1000)} s in the queue of ${node}` : inMean,
    lasts: isMuch || inPeriods >= LASTING_SHARE,
    worstMs,
    since: sinceAt(stretch, [node, metric, stat], WAIT_MS_MAX / toMs),
    means,
  };
}

interface Means {
  waitMs: number;
  workMs: number;
}

/** Of all tasks, not of all periods: a wait that shows in these is no matter of a moment, however few periods there are. Null where not all of it was told. */
function meansOf(node: string, stretch: Stretch): Means | null {
  const meanOf = (metric: string): number | null =>
    ifRead(() => weightedMean(stretch, [node, metric, 'Average'], [node, 'TasksProcessed', 'Sum']));
  const [waitMs, workMs] = [meanOf('TaskWait'), meanOf('TaskDuration')];
  return waitMs === null || workMs === null ? null : { waitMs, workMs };
}

/** Tasks that are worked again and again take the workers of all others. */
function ofRetries({ node }: Resource, stretch: Stretch, inputs: PlatformInputs): Said | null {
  const [retried, processed] = [total(stretch, [node, 'TasksRetried', 'Sum']) ?? 0, total(stretch, [node, 'TasksProcessed', 'Sum']) ?? 0];
  if (retried < RETRIES_MIN || retried < RETRIED_SHARE * processed) return null;
  const since = sinceShareAt(stretch, [node, 'TasksRetried', 'Sum'], [node, 'TasksProcessed', 'Sum'], RETRIED_SHARE);
  return {
    verdict: 'warn',
    severity: 'high',
    title: `Tasks in the queue of ${node} were retried ${figure(retried)} times, for ${figure(processed)} that were worked`,
    limiter: { node, resource: 'retries', harm: 'waits', since },
    why: 'A task that can never succeed and is retried for ever keeps a worker busy for ever, and each such task one more.',
    evidence: [
      { what: 'TasksRetried', value: retried },
      { what: 'TasksProcessed', value: processed },
      { what: 'TasksFailed (given up)', value: ifRead(() => total(stretch, [node, 'TasksFailed', 'Sum'])) },
      { what: 'CPUUtilization, mean', value: ifRead(() => mean(stretch, [node, 'CPUUtilization', 'Average'])), unit: '%' },
      ...began(inputs, since),
    ],
    next: `Give tasks of ${node} a largest number of attempts (3 to 5), and put those that reach it into a dead-letter queue with an alarm on its length. Then read why the first of them fails.`,
    effect: 'Workers are free for tasks that can succeed.',
  };
}

/** Mean length in the first and the last third of the stretch. */
function growthOf(stretch: Stretch, name: Name): { first: number; last: number } | null {
  const lengths = samples(stretch, name).map(({ value }) => value);
  const third = Math.floor(lengths.length / 3);
  if (third === 0) return null;
  const of = (part: number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
  return { first: of(lengths.slice(0, third)), last: of(lengths.slice(-third)) };
}
