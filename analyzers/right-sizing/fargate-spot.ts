import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Resource } from '../contract.ts';
import { wholeUp } from '../models/whole-up.ts';
import { figure, percent, plural } from '../words.ts';
import { busyVcpu, delayMs, memoryWith, type ServiceUse, serviceUse, sizeOf, TASKS_MIN, type Tasks } from './fargate-use.ts';
import { ofArch, type Part, type Pricing, type Saving, savesNothing, savingOf } from './pricing.ts';
import { type Changes, isOpen, type Open, ofEach, type RightSizingInput, type Rule } from './rule.ts';

export const fargateSpot: Rule = {
  id: 'fargate-spot',
  question: 'How many tasks of a service could run on Spot?',
  setting: 'Spot share',
  buys: true,
  ask: (input) => ofEach('ecs', input, (resource) => ofService(resource, input)),
};

/** A task has so long from SIGTERM on, unless it asks for up to 120 s: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html */
const STOP_TIMEOUT_S = 30;

/** Spot may be interrupted all at once, so the tasks that are not on Spot have to carry the load alone. */
function ofService(resource: Resource, input: RightSizingInput): Changes | Open {
  const { node } = resource;
  const use = serviceUse(resource, input);
  if (isOpen(use)) return use;
  if (use.alsoTracked !== null)
    return {
      open: `${node} scales by ${use.alsoTracked}, too, and how much of that fewer tasks take is not known`,
      settledBy: 'The same run with as few tasks as are to stay when Spot is interrupted.',
    };
  const staying = stayingOf(use, input.load.factor);
  const spot = use.tasks - staying;
  if (spot < 1)
    return {
      open: `it takes ${figure(staying)} of its ${plural(use.tasks, 'task')} to carry the load while Spot is interrupted`,
      settledBy: 'A run with more tasks, if a part of them is to be on Spot.',
    };
  const saving = spotSaving(use, spot, input.prices);
  if (savesNothing(saving)) return { changes: [] };
  const left: Tasks = { ...use, tasks: staying };
  const longestMs = input.load.latencyMsMax;
  return {
    changes: [
      {
        // Which capacity providers it has now, nobody asked.
        from: null,
        to: `${figure(spot)} of ${figure(use.tasks)} tasks (${percent(spot / use.tasks)})`,
        ...saving,
        reduces: true,
        impact: {
          latencyMs: delayMs(use, left, input.load) ?? 'unknown',
          refused: longestMs !== null && longestMs < 1000 * STOP_TIMEOUT_S ? 0 : 'unknown',
          why: `while Spot is interrupted, ${sizeOf(left)} carry it alone; a task is told two minutes before, and no request took longer than the ${STOP_TIMEOUT_S} s it has to finish`,
        },
        uses: [
          {
            what: `processor of ${node} without Spot`,
            unit: 'vCPU',
            used: busyVcpu(use, use.cpu.most) * input.load.factor,
            capacity: busyVcpu(left, 1),
            safe: use.safe.cpu,
          },
          {
            what: `memory of a task of ${node} without Spot`,
            unit: 'GB',
            used: memoryWith(use, staying) * input.load.factor,
            capacity: use.memoryGb,
            safe: use.safe.memory,
          },
        ],
        risk: {
          level: 'high',
          why: `tasks have to finish their work on SIGTERM, which was not tested; Spot may have none when scaling asks for more, and its price changes${asOf(use, input.prices)}`,
        },
        why: `${figure(staying)} of ${figure(use.tasks)} tasks carry the busiest period of the run (${percent(use.cpu.most)} of the processor, ${percent(use.memory)} of the memory) at ${percent(use.safe.cpu)} or less`,
      },
    ],
  };
}

/** The fewest that carry the load to size for, and no fewer than two; all of them, where even these do not. */
function stayingOf(use: ServiceUse, factor: number): number {
  const byCpu = (use.cpu.most * factor * use.tasks) / use.safe.cpu;
  const byMemory = (use.memory * factor * use.tasks) / use.safe.memory;
  return Math.min(use.tasks, Math.max(TASKS_MIN, wholeUp(byCpu), wholeUp(byMemory)));
}

function spotSaving({ vcpu, memoryGb, arch }: Tasks, spot: number, prices: Pricing): Saving {
  const hours = spot * HOURS_PER_MONTH;
  const parts: Part[] = [
    [`fargate.vcpu.${arch}`, hours * vcpu],
    [`fargate.memory.${arch}`, hours * memoryGb],
  ];
  return savingOf(prices, prices.costOf(parts), prices.costOf(parts, 'spot'), ofArch('Fargate Spot', arch));
}

function asOf({ arch }: Tasks, prices: Pricing): string {
  const date = prices.dateOf(`fargate.vcpu.${arch}`, 'spot');
  return date === null ? '' : ` (this one is of ${date})`;
}
