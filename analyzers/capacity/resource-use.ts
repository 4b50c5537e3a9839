import type { Inventory, Resource, ResourceKind } from '../contract.ts';
import { highest, mean, type Name, type Stretch, total, weightedMean } from '../platform-series.ts';
import { partsOf, provisionedUnits } from '../table-capacity.ts';

/** How much of a resource was in use on average over a stretch, and how much there is. */
export interface ResourceUse {
  node: string;
  /** What of it: `concurrency`, `read-capacity`, `cpu`. */
  resource: string;
  unit: string;
  used: number;
  limit: number;
}

/** Of all resources whose limit and use are known. A resource that scales by itself counts with the most that it may become. */
export function resourceUse({ resources }: Pick<Inventory, 'resources'>, stretch: Stretch): ResourceUse[] {
  if (stretch.periods.length === 0) return [];
  const own = resources.flatMap((resource) => USES[resource.kind]?.(resource, stretch) ?? []);
  return [...own, ...unreservedConcurrency(resources, stretch)];
}

const secondsOf = ({ periods, file }: Stretch): number => periods.length * file.periodS;

const use = (node: string, resource: string, unit: string, used: number | null, limit: number | null | undefined): ResourceUse[] =>
  used === null || limit === null || limit === undefined || !(limit > 0) ? [] : [{ node, resource, unit, used, limit }];

const perSecond = (stretch: Stretch, name: Name): number | null => {
  const sum = total(stretch, name);
  return sum === null ? null : sum / secondsOf(stretch);
};

/** By Little's law, from how many invocations there were and how long they took: the metric ConcurrentExecutions is no mean over time. */
function executions(node: string, stretch: Stretch): number | null {
  const invocations: Name = [node, 'Invocations', 'Sum'];
  const rate = perSecond(stretch, invocations);
  const durationMs = weightedMean(stretch, [node, 'Duration', 'Average'], invocations);
  return rate === null || durationMs === null ? null : (rate * durationMs) / 1000;
}

/** Functions without a reservation share what the account has left. */
function unreservedConcurrency(resources: readonly Resource[], stretch: Stretch): ResourceUse[] {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const account = functions.find(({ limits }) => typeof limits.accountConcurrency === 'number')?.limits.accountConcurrency;
  if (typeof account !== 'number') return [];
  const reserved = functions.reduce((sum, { limits }) => sum + (limits.reservedConcurrency ?? 0), 0);
  const used = functions.filter(({ limits }) => limits.reservedConcurrency === null).map(({ node }) => executions(node, stretch) ?? 0);
  return use(
    'lambda',
    'account-concurrency',
    'executions',
    used.reduce((sum, each) => sum + each, 0),
    account - reserved,
  );
}

const USES: Partial<Record<ResourceKind, (resource: Resource, stretch: Stretch) => ResourceUse[]>> = {
  lambda: ({ node, limits }, stretch) => use(node, 'concurrency', 'executions', executions(node, stretch), limits.reservedConcurrency),
  dynamodb: (resource, stretch) =>
    partsOf(resource, stretch).flatMap((part) =>
      (['Read', 'Write'] as const).flatMap((access) =>
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
      ...use(node, 'cpu', 'tasks', cpu === null || tasks === null ? null : (cpu / 100) * tasks, limits.tasksMax),
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
