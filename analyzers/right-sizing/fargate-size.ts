import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Resource } from '../contract.ts';
import { FARGATE_SIZES } from '../models/cost/index.ts';
import { figure, percent } from '../words.ts';
import { busyVcpu, delayMs, memoryWith, type ServiceUse, serviceUse, sizeOf, type Tasks, tasksMinOf } from './fargate-use.ts';
import { ofArch, type Pricing, pricingOf, savingOf } from './pricing.ts';
import {
  type Change,
  type Changes,
  type Impact,
  isOpen,
  type Open,
  ofEach,
  type RightSizingInput,
  type Rule,
  SAVING_SHARE_MIN,
  type Use,
} from './rule.ts';

export const fargateSize: Rule = {
  id: 'fargate-size',
  question: 'Which task size of Fargate, and how many tasks, carry the load at the least price?',
  setting: 'tasks',
  ask: (input) => ofEach('ecs', input, (resource) => ofService(resource, input)),
};

/** Of a service that is short: what needs more than so many times as much needs a look at its code. Guess: tune. */
const TASKS_TIMES_MAX = 4;

function ofService(resource: Resource, input: RightSizingInput): Changes | Open {
  const use = serviceUse(resource, input);
  if (isOpen(use)) return use;
  const short = use.cpu.mean > use.safe.cpu || use.memory > use.safe.memory;
  return short ? larger(use, resource, input) : { changes: cheaper(use, resource, input) };
}

const monthOf = ({ vcpu, memoryGb, tasks, arch }: Tasks, prices: Pricing): number | null =>
  prices.monthOf({ fargate: [{ vcpu, memoryGb, tasks, arch, hours: HOURS_PER_MONTH }] });

/** Other regions and arm64 have other prices, of which that of a GB is about the same share of that of a vCPU. */
const ELSEWHERE = pricingOf('us-east-1');
/** What sizes are compared by: the price of a month, or what goes with it where there is none. */
const priceOf = (size: Tasks, prices: Pricing): number =>
  monthOf(size, prices) ?? monthOf({ ...size, arch: 'x86_64' }, ELSEWHERE) ?? Number.NaN;

/** All that Fargate has, with so many tasks; the cheapest first. */
function candidates(from: number, to: number, { arch }: Tasks, prices: Pricing): { size: Tasks; price: number }[] {
  const counts = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  return FARGATE_SIZES.flatMap(({ vcpu, memoryGb }) =>
    memoryGb.flatMap((gb) => counts.map((tasks): Tasks => ({ vcpu, memoryGb: gb, tasks, arch }))),
  )
    .map((size) => ({ size, price: priceOf(size, prices) }))
    .toSorted((a, b) => a.price - b.price || b.size.tasks - a.size.tasks);
}

function cheaper(use: ServiceUse, resource: Resource, input: RightSizingInput): Change[] {
  const now = priceOf(use, input.prices);
  const { factor } = input.load;
  return (
    candidates(tasksMinOf(use, resource), use.tasks, use, input.prices)
      .filter(({ price }) => price <= now * (1 - SAVING_SHARE_MIN))
      // Of more processors than a task has now nobody knows whether its program, or a single thread, uses them.
      .filter(({ size }) => size.vcpu <= Math.max(use.vcpu, 1))
      .filter(({ size }) => usesOf(use, size, use.cpu.most, factor, resource).every(({ used, capacity, safe }) => used <= safe * capacity))
      .map(({ size }) => {
        const delay = delayMs(use, size, input.load);
        return changeTo(size, use, resource, input, {
          reduces: true,
          impact: {
            latencyMs: delay ?? 'unknown',
            refused: 0,
            why: `its tasks are ${percent(busyVcpu(use, use.cpu.most * factor) / busyVcpu(size, 1))} busy in the busiest period, in place of ${percent(use.cpu.most)}`,
          },
          uses: usesOf(use, size, use.cpu.most, factor, resource),
          risk: {
            level: 'medium',
            why: 'the estimate takes all use for that of the load; how a smaller processor suits the start of a task was not measured',
          },
        });
      })
  );
}

/** The cheapest that has no less of anything. */
function larger(use: ServiceUse, resource: Resource, input: RightSizingInput): Changes | Open {
  const fits = candidates(use.tasks, TASKS_TIMES_MAX * use.tasks, use, input.prices)
    .filter(({ size }) => size.vcpu >= use.vcpu && size.memoryGb >= use.memoryGb)
    .find(({ size }) => usesOf(use, size, use.cpu.mean, 1, resource).every(({ used, capacity, safe }) => used <= safe * capacity));
  if (fits === undefined)
    return { open: `no ${TASKS_TIMES_MAX} times as many tasks of ${resource.node} would be enough`, settledBy: 'A run at a smaller load.' };
  const impact: Impact = { latencyMs: 'less', refused: 'less', why: 'what waits in busy tasks, or is ended with a full one, gets less' };
  const change = changeTo(fits.size, use, resource, input, {
    reduces: false,
    impact,
    uses: usesOf(use, fits.size, use.cpu.mean, 1, resource),
    risk: {
      level: 'low',
      why: 'nothing is taken away; tasks that were full may need more than they showed, and what they call gets more to do',
    },
  });
  return { changes: [change] };
}

function changeTo(
  to: Tasks,
  use: ServiceUse,
  { node, limits }: Resource,
  { prices }: RightSizingInput,
  rest: Pick<Change, 'reduces' | 'impact' | 'uses' | 'risk'>,
): Change {
  const max = limits.tasksMax ?? null;
  const raised = max !== null && to.tasks > max ? `, with a maximum capacity above its ${figure(max)}` : '';
  return {
    from: sizeOf(use),
    to: sizeOf(to) + raised,
    ...savingOf(prices, monthOf(use, prices), monthOf(to, prices), ofArch('Fargate', use.arch)),
    ...rest,
    why: `${node} used ${percent(use.cpu.mean)} of its processor in the mean, ${percent(use.cpu.most)} in the busiest period, and its fullest task ${percent(use.memory)} of its memory`,
  };
}

function usesOf(use: ServiceUse, to: Tasks, cpuShare: number, factor: number, { node }: Resource): Use[] {
  return [
    { what: `processor of ${node}`, unit: 'vCPU', used: busyVcpu(use, cpuShare) * factor, capacity: busyVcpu(to, 1), safe: use.safe.cpu },
    {
      what: `memory of a task of ${node}`,
      unit: 'GB',
      used: memoryWith(use, to.tasks) * factor,
      capacity: to.memoryGb,
      safe: use.safe.memory,
    },
  ];
}
