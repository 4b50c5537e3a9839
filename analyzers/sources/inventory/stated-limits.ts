import type { Resource, ResourceKind, ResourceLimits } from '../../contract.ts';

/** The limits that AWS can be asked for. `tasksDesired` is not among them: it is of the moment at which it is asked for. */
const LIMITS: Readonly<Record<ResourceKind, readonly (keyof ResourceLimits)[]>> = {
  apigateway: ['ratePerS', 'burst'],
  apigatewayv2: ['ratePerS', 'burst'],
  websocket: ['ratePerS', 'burst'],
  lambda: ['memoryMb', 'timeoutS', 'arch', 'reservedConcurrency', 'accountConcurrency'],
  dynamodb: ['billing', 'readUnits', 'writeUnits'],
  ecs: ['cpuUnits', 'memoryMb', 'arch', 'tasksMin', 'tasksMax', 'scaling'],
  elasticache: ['nodeType', 'memoryBytes', 'connectionsMax'],
  alb: [],
  sqs: [],
};

/** Whether there is nothing to ask a resource for: the embedded stack states all of its limits. Null is stated, too. */
export const statesAll = ({ kind, limits }: Resource): boolean => LIMITS[kind].every((limit) => limit in limits);
