import type { Inventory, Resource, ResourceKind, ResourceLimits } from '../contract.ts';
import { unreservedOf } from '../lambda-capacity.ts';
import { offeredFor } from '../models/queueing/index.ts';
import { highest, mean, type Name, perSecond, type Stretch, weightedMean } from '../platform-series.ts';
import { accesses, partsOf, provisionedUnits } from '../table-capacity.ts';
import { ifRead } from '../unread-series.ts';

/** How much of a resource was in use on average over a stretch, and how much there is. */
export interface ResourceUse {
  node: string;
  /** What of it: `concurrency`, `read-capacity`, `cpu`. */
  resource: string;
  unit: string;
  used: number;
  limit: number;
}

/** Of the arrivals, as the error target has it. */
const REFUSED_MAX = 0.01;

/**
 * How much of a limit can be in use in the mean before work is refused or waits: all of it, where there is a reserve for a moment (a bucket of tokens, a
 * queue). What comes while all executions are taken is refused at once, so that of random arrivals a share is refused long before.
 */
export const usableOf = (resource: string, limit: number): number =>
  resource.endsWith('concurrency') ? offeredFor(Math.floor(limit), REFUSED_MAX) : limit;

/** Of all resources whose limit and use are known. A resource that scales by itself counts with the most that it may become. */
export function resourceUse(inventory: Pick<Inventory, 'resources'>, stretch: Stretch): ResourceUse[] {
  if (stretch.periods.length === 0) return [];
  const own = inventory.resources.flatMap((resource) => ifRead(() => USES[resource.kind]?.(resource, stretch)) ?? []);
  return [...own, ...(ifRead(() => unreservedConcurrency(inventory, stretch)) ?? [])];
}

const use = (node: string, resource: string, unit: string, used: number | null, limit: number | null | undefined): ResourceUse[] =>
  used === null || limit === null || limit === undefined || !(limit > 0) ? [] : [{ node, resource, unit, used, limit }];

/** What no policy scales keeps what it has. */
const tasksMaxOf = ({ tasksMax, tasksDesired, scaling }: ResourceLimits): number | null =>
  tasksMax ?? (scaling?.length === 0 ? tasksDesired : null) ?? null;

/** By Little's law, from how many invocations there were and how long they took: the metric ConcurrentExecutions is no mean over time. */
function executions(node: string, stretch: Stretch): number | null {
  const invocations: Name = [node, 'Invocations', 'Sum'];
  const rate = perSecond(stretch, invocations);
  const durationMs = weightedMean(stretch, [node, 'Duration', 'Average'], invocations);
  return rate === null || durationMs === null ? null : (rate * durationMs) / 1000;
}

/** Functions without a reservation share what the account has left. */
function unreservedConcurrency(inventory: Pick<Inventory, 'resources'>, stretch: Stretch): ResourceUse[] {
  const left = unreservedOf(inventory);
  if (left === null) return [];
  const used = left.nodes.reduce((sum, node) => sum + (executions(node, stretch) ?? 0), 0);
  return use('lambda', 'account-concurrency', 'executions', used, left.limit);
}

const USES: Partial<Record<ResourceKind, (resource: Resource, stretch: Stretch) => ResourceUse[]>> = {
  lambda: ({ node, limits }, stretch) => use(node, 'concurrency', 'executions', executions(node, stretch), limits.reservedConcurrency),
  dynamodb: (resource, stretch) =>
    partsOf(resource, stretch).flatMap((part) =>
      accesses.flatMap((access) =>
        use(
          part.node,
          `${access.toLowerCase()}-capacity`,
          access === 'Read' ? 'RCU' : 'WCU',
          perSecond(stretch, [part.node, `Consumed${access}CapacityUnits`, 'Sum']),
          provisionedUnits(resource, part, access, stretch),
        ),
      ),
    ),
  /** In tasks' worth: a service that scales out has more of them, each as busy as before. */
  ecs: ({ node, limits }, stretch) => {
    const cpu = mean(stretch, [node, 'CPUUtilization', 'Average']);
    const tasks = mean(stretch, [node, 'RunningTaskCount', 'Average']);
    return [
      ...use(node, 'cpu', 'tasks', cpu === null || tasks === null ? null : (cpu / 100) * tasks, tasksMaxOf(limits)),
      ...use(node, 'memory', '%', mean(stretch, [node, 'MemoryUtilization', 'Average']), 100),
    ];
  },
  elasticache: ({ node, limits }, stretch) => [
    ...use(node, 'cpu', '%', mean(stretch, [node, 'EngineCPUUtilization', 'Average']), 100),
    ...use(node, 'memory', '%', highest(stretch, [node, 'DatabaseMemoryUsagePercentage', 'Maximum']), 100),
    ...use(node, 'connections', 'connections', highest(stretch, [node, 'CurrConnections', 'Maximum']), limits.connectionsMax),
  ],
  apigateway: ({ node, limits }, stretch) =>
    use(node, 'rate-limit', 'requests/s', perSecond(stretch, [node, 'Count', 'Sum']), limits.ratePerS),
  apigatewayv2: ({ node, limits }, stretch) =>
    use(node, 'rate-limit', 'requests/s', perSecond(stretch, [node, 'Count', 'Sum']), limits.ratePerS),
};
