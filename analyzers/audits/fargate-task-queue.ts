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
  const age = AGES.find(([metric, stat]) => samples(stretch, [node, metric, stat]).length > 0);
  const length = LENGTHS.find(([metric, stat]) => samples(stretch, [node, metric, stat]).length > 0);
  const waitMs = age === undefined ? null : (highest(stretch, [node, age[0], age[1]]) ?? 0) * age[2];
  const lasts =
    age !== undefined &&
    ((shareAt(stretch, [node, age[0], age[1]], WAIT_MS_MAX / age[2]) ?? 0) >= LASTING_SHARE || isMuchWaiting(node, stretch));
  const growth = length === undefined ? null : growthOf(stretch, [node, ...length]);
  const waits = waitMs !== null && waitMs > WAIT_MS_MAX;
  const grows = growth !== null && growth.last >= LENGTH_MIN && growth.last >= GROWTH * growth.first;
  if (!waits && !grows) return null;
  const since = age === undefined ? null : sinceAt(stretch, [node, age[0], age[1]], WAIT_MS_MAX / age[2]);
  const longest = length === undefined ? null : highest(stretch, [node, ...length]);
  return {
    verdict: 'warn',
    severity: grows ? 'high' : 'medium',
    title: grows
      ? `The queue of ${node} grows: from ${figure(growth.first)} to ${figure(growth.last)} tasks within the window`
      : `Tasks wait up to ${figure((waitMs ?? 0) / 1000)} s in the queue of ${node}`,
    ...((grows || lasts) && { limiter: { node, resource: 'tasks', harm: 'waits' as const, since } }),
    why: grows
      ? 'More comes in than is worked: the wait has no end, and every figure of this run depends on how long it was.'
      : 'A queue that does not grow and still makes wait is short of workers in its busiest moments.',
    evidence: [
      { what: 'queue, longest', value: longest, unit: 'tasks' },
      { what: 'wait in the worst period', value: waitMs, limit: WAIT_MS_MAX, unit: 'ms' },
      { what: 'time that a task takes, mean', value: ifRead(() => mean(stretch, [node, 'TaskDuration', 'Average'])), unit: 'ms' },
      ...began(inputs, since),
    ],
    next: `Run more tasks of the service that works the queue of ${node} (see the findings on its processor and scaling), and scale it by queue length per task rather than by CPU alone. Tasks that fail again and again belong into a dead-letter queue after a few attempts.`,
    effect: 'The wait falls to the time that a task takes.',
  };
}

/** Of the time of all tasks, by their means: then a wait is no matter of a moment, however few periods there are to tell it by. */
function isMuchWaiting(node: string, stretch: Stretch): boolean {
  const meanOf = (metric: string): number | null =>
    ifRead(() => weightedMean(stretch, [node, metric, 'Average'], [node, 'TasksProcessed', 'Sum']));
  const [wait, work] = [meanOf('TaskWait'), meanOf('TaskDuration')];
  return wait !== null && work !== null && wait >= LASTING_SHARE * (wait + work);
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
