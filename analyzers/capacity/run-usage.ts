import type { Inventory, Resource } from '../contract.ts';
import { fargateSizeOf, noUsage, type Usage } from '../models/cost/index.ts';
import { mean, type Name, perSecond, type Stretch, weightedMean } from '../platform-series.ts';
import { type Access, type Part, partsOf, provisionedUnits } from '../table-capacity.ts';
import { ifRead } from '../unread-series.ts';

/** As AWS's own calculator counts a month. */
export const HOURS_PER_MONTH = 730;

/** A stretch of a run, as both sides told of it. */
export interface Told {
  stretch: Stretch;
  /** WebSocket connections that the client held open in the mean; null where that is not known. CloudWatch does not say how long any is open. */
  openConnections: number | null;
}

/**
 * What so many hours at the load of a stretch would use, in the form that is priced. What is there but was not told enough to be priced is among `others`.
 * Sizes of messages are not known to CloudWatch: each counts as one unit.
 */
export function runUsage({ region, resources }: Pick<Inventory, 'region' | 'resources'>, told: Told, hours: number): Usage {
  const usage = noUsage(region);
  const meter = new Meter(told, hours);
  // The client does not say which of several APIs it is connected to.
  if (resources.filter(({ kind }) => kind === 'websocket').length > 1) meter.openConnections = null;
  for (const resource of resources) if (!ifRead(() => add(usage, resource, meter))) usage.others.push(resource.node);
  return usage;
}

class Meter {
  readonly stretch: Stretch;
  readonly hours: number;
  openConnections: number | null;

  constructor({ stretch, openConnections }: Told, hours: number) {
    this.stretch = stretch;
    this.openConnections = openConnections;
    this.hours = hours;
  }

  /** In all of the hours; what has no datapoint was not done (a count without activity has none). */
  count(...name: Name): number {
    return (perSecond(this.stretch, name) ?? 0) * this.hours * 3600;
  }
}

/** @returns false where not enough is known */
function add(usage: Usage, resource: Resource, meter: Meter): boolean {
  const { node, kind, limits } = resource;
  const { stretch, hours } = meter;
  switch (kind) {
    case 'lambda': {
      const requests = meter.count(node, 'Invocations', 'Sum');
      const avgDurationMs = weightedMean(stretch, [node, 'Duration', 'Average'], [node, 'Invocations', 'Sum']);
      if (requests === 0) return true;
      if (avgDurationMs === null || typeof limits.memoryMb !== 'number') return false;
      usage.lambda.push({ node, requests, avgDurationMs, memoryMb: limits.memoryMb, arch: limits.arch ?? null });
      return true;
    }
    case 'dynamodb':
      return addTable(usage, resource, meter);
    case 'ecs': {
      const tasks = mean(stretch, [node, 'RunningTaskCount', 'Average']);
      const size = fargateSizeOf(limits.cpuUnits, limits.memoryMb);
      if (tasks === null || size === null) return false;
      usage.fargate.push({ node, ...size, hours, tasks, arch: limits.arch ?? null });
      return true;
    }
    case 'apigateway':
      usage.restApi.push({ requests: meter.count(node, 'Count', 'Sum') });
      return true;
    case 'apigatewayv2':
      usage.httpApi.push({ requests: meter.count(node, 'Count', 'Sum'), avgKb: 0 });
      return true;
    case 'websocket': {
      const messages = meter.count(node, 'MessageCount', 'Sum');
      // Messages without a connection of the client's are others', whose connections nobody counted.
      const unknown = meter.openConnections === null || (meter.openConnections === 0 && messages > 0);
      usage.webSocketApi.push({ messages, avgKb: 0, connectionMinutes: 60 * hours * (meter.openConnections ?? 0) });
      if (unknown) usage.others.push(`${node}: connection-minutes`);
      return true;
    }
    case 'elasticache':
      if (typeof limits.nodeType !== 'string') return false;
      usage.elasticache.push({ node, nodeType: limits.nodeType, nodes: 1, hours });
      return true;
    case 'alb':
      addBalancer(usage, resource, meter);
      return true;
    default:
      return false;
  }
}

/** "Elastic Load Balancing reports metrics to CloudWatch only when requests are flowing": without a request its capacity is none, with some it is not known. */
function addBalancer(usage: Usage, { node }: Resource, meter: Meter): void {
  const lcuHours = meter.count(node, 'ConsumedLCUs', 'Sum');
  usage.alb.push({ node, hours: meter.hours, lcus: lcuHours / meter.hours });
  if (lcuHours === 0 && meter.count(node, 'RequestCount', 'Sum') > 0) usage.others.push(`${node}: LCUs`);
}

function addTable(usage: Usage, resource: Resource, meter: Meter): boolean {
  const parts = partsOf(resource, meter.stretch);
  if (resource.limits.billing === 'on-demand') {
    const units = (access: Access): number =>
      parts.reduce((sum, { node }) => sum + meter.count(node, `Consumed${access}CapacityUnits`, 'Sum'), 0);
    usage.dynamodb.push({ node: resource.node, mode: 'on-demand', writeUnits: units('Write'), readUnits: units('Read') });
    return true;
  }
  const provisioned = (part: Part, access: Access): number | null => provisionedUnits(resource, part, access, meter.stretch);
  const found = parts.map((part) => ({ node: part.node, wcu: provisioned(part, 'Write'), rcu: provisioned(part, 'Read') }));
  for (const { node, wcu, rcu } of found)
    if (wcu !== null && rcu !== null) usage.dynamodb.push({ node, mode: 'provisioned', wcu, rcu, hours: meter.hours });
  return found.every(({ wcu, rcu }) => wcu !== null && rcu !== null);
}
