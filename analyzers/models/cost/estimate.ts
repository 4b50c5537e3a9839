import { sum } from 'simple-statistics';
import type { Arch } from '../../contract.ts';
import { decimal } from '../decimal.ts';
import { wholeUp } from '../whole-up.ts';
import { byTier, PRICE_LISTS, type PriceList } from './price-list.ts';
import type { Usage } from './usage.ts';

export interface CostEstimate {
  currency: string;
  region: string;
  /** Of the prices; null where there are none for the region. */
  priceDate: string | null;
  lines: CostLine[];
  /** What has a price, together; null where nothing has. With anything in `unpriced` the bill is higher. */
  total: number | null;
  /** What has no price here, and so is in no sum. */
  unpriced: string[];
}

/** One price, and what is paid by it: quantity × unitPrice. A price with tiers has a line for each. */
export interface CostLine {
  service: string;
  what: string;
  /** As AWS meters and rounds it, of all entries together. */
  quantity: number;
  /** Of the quantity, and so of the price. */
  unit: string;
  /** Null where it has no price, like the cost then. */
  unitPrice: number | null;
  cost: number | null;
}

/**
 * What a month of such usage costs by AWS's list prices, in their tiers, rounding and unit sizes. Without a free tier, transfer, storage and support.
 *
 * @example estimateCost(usage).total // 12.34
 */
export function estimateCost(usage: Usage, lists: readonly PriceList[] = PRICE_LISTS): CostEstimate {
  const list = lists.find(({ region }) => region === usage.region);
  const lines = quantitiesOf(usage).flatMap((metered) => priced(metered, list));
  const known = lines.flatMap(({ cost }) => cost ?? []);
  return {
    currency: list?.currency ?? 'USD',
    region: usage.region,
    priceDate: list?.priceDate ?? null,
    lines,
    total: known.length === 0 && (lines.length > 0 || usage.others.length > 0) ? null : decimal(sum(known)),
    unpriced: [...new Set(lines.filter(({ cost }) => cost === null).map(({ service, what }) => `${service}: ${what}`)), ...usage.others],
  };
}

/** So much of what AWS meters under one price. */
interface Metered {
  key: string;
  service: string;
  what: string;
  unit: string;
  quantity: number;
}

function priced({ key, service, what, unit, quantity }: Metered, list: PriceList | undefined): CostLine[] {
  const price = list?.prices[key];
  if (price === undefined) return [{ service, what, quantity: decimal(quantity), unit, unitPrice: null, cost: null }];
  return byTier(price, quantity).map((tier) => ({
    ...{ service, what, quantity: decimal(tier.quantity), unit: price.unit, unitPrice: tier.unitPrice },
    cost: decimal(tier.quantity * tier.unitPrice),
  }));
}

/** Everything of one price together, since tiers go by an account's sum. */
function quantitiesOf(usage: Usage): Metered[] {
  const byKey = new Map<string, Metered>();
  for (const metered of [
    ...lambda(usage),
    ...dynamodb(usage),
    ...fargate(usage),
    ...httpApi(usage),
    ...restApi(usage),
    ...webSocketApi(usage),
    ...elasticache(usage),
    ...alb(usage),
  ]) {
    const known = byKey.get(metered.key);
    if (known === undefined) byKey.set(metered.key, { ...metered });
    else known.quantity += metered.quantity;
  }
  return [...byKey.values()].filter(({ quantity }) => quantity > 0);
}

const archName = (arch: Arch | null): string => arch ?? 'of unknown architecture';

/** Duration is billed by the millisecond, rounded up: https://aws.amazon.com/lambda/pricing/ . A mean of what was rounded one by one is less than one away. */
const lambda = (usage: Usage): Metered[] =>
  usage.lambda.flatMap(({ requests, avgDurationMs, memoryMb, arch }) => [
    { key: 'lambda.requests', service: 'Lambda', what: 'requests', unit: 'requests', quantity: requests },
    {
      key: `lambda.duration.${arch}`,
      service: 'Lambda',
      what: `duration, ${archName(arch)}`,
      unit: 'GB-s',
      quantity: (requests * wholeUp(avgDurationMs) * memoryMb) / 1024 / 1000,
    },
  ]);

/** "You are billed by the hour for that throughput capacity": https://aws.amazon.com/dynamodb/faqs/ */
const dynamodb = (usage: Usage): Metered[] =>
  usage.dynamodb.flatMap((table) => {
    const of = (mode: string, what: string, unit: string, quantity: number): Metered => ({
      ...{ key: `dynamodb.${mode}.${what}`, service: 'DynamoDB', what: `${what}s, ${mode}`, unit, quantity },
    });
    return table.mode === 'on-demand'
      ? [of('on-demand', 'write', 'write request units', table.writeUnits), of('on-demand', 'read', 'read request units', table.readUnits)]
      : [
          of('provisioned', 'write', 'WCU-hours', table.wcu * wholeUp(table.hours)),
          of('provisioned', 'read', 'RCU-hours', table.rcu * wholeUp(table.hours)),
        ];
  });

/** "Rounded up to the nearest second", with "a 1-minute minimum" for each task: https://aws.amazon.com/fargate/pricing/ */
const TASK_SECONDS_MIN = 60;
const taskHours = (hours: number): number => (hours === 0 ? 0 : Math.max(TASK_SECONDS_MIN, wholeUp(3600 * hours)) / 3600);

const fargate = (usage: Usage): Metered[] =>
  usage.fargate.flatMap(({ vcpu, memoryGb, hours, tasks, arch }) => [
    {
      key: `fargate.vcpu.${arch}`,
      service: 'Fargate',
      what: `vCPU, ${archName(arch)}`,
      unit: 'vCPU-hours',
      quantity: vcpu * tasks * taskHours(hours),
    },
    {
      key: `fargate.memory.${arch}`,
      service: 'Fargate',
      what: `memory, ${archName(arch)}`,
      unit: 'GB-hours',
      quantity: memoryGb * tasks * taskHours(hours),
    },
  ]);

/** "HTTP APIs are metered in 512 KB increments": https://aws.amazon.com/api-gateway/pricing/ */
const HTTP_UNIT_KB = 512;
/** "Messages are metered in 32 KB increments." */
const MESSAGE_UNIT_KB = 32;
/** Each begun unit counts, and something empty is one too. */
const units = (avgKb: number, unitKb: number): number => Math.max(1, wholeUp(avgKb / unitKb));

const httpApi = (usage: Usage): Metered[] =>
  usage.httpApi.map(({ requests, avgKb }) => ({
    ...{ key: 'apigateway.http.requests', service: 'API Gateway', what: 'HTTP API requests', unit: 'requests of 512 KB' },
    quantity: requests * units(avgKb, HTTP_UNIT_KB),
  }));

/** By the request, whatever its size. */
const restApi = (usage: Usage): Metered[] =>
  usage.restApi.map(({ requests }) => ({
    ...{ key: 'apigateway.rest.requests', service: 'API Gateway', what: 'REST API requests', unit: 'requests', quantity: requests },
  }));

const webSocketApi = (usage: Usage): Metered[] =>
  usage.webSocketApi.flatMap(({ messages, avgKb, connectionMinutes }) => [
    {
      ...{ key: 'apigateway.websocket.messages', service: 'API Gateway', what: 'WebSocket messages', unit: 'messages of 32 KB' },
      quantity: messages * units(avgKb, MESSAGE_UNIT_KB),
    },
    {
      ...{
        key: 'apigateway.websocket.connection-minutes',
        service: 'API Gateway',
        what: 'WebSocket connections',
        unit: 'connection-minutes',
      },
      quantity: connectionMinutes,
    },
  ]);

/** "Each partial node-hour consumed will be billed as a full hour": https://aws.amazon.com/elasticache/pricing/ */
const elasticache = (usage: Usage): Metered[] =>
  usage.elasticache.map(({ nodeType, nodes, hours }) => ({
    ...{ key: `elasticache.node.${nodeType}`, service: 'ElastiCache', what: nodeType, unit: 'node-hours' },
    quantity: nodes * wholeUp(hours),
  }));

/** "Each partial Application Load Balancer hour used is billed as a full hour": https://aws.amazon.com/elasticloadbalancing/pricing/ */
const alb = (usage: Usage): Metered[] =>
  usage.alb.flatMap(({ hours, lcus }) => [
    { key: 'alb.hours', service: 'Elastic Load Balancing', what: 'ALB', unit: 'ALB-hours', quantity: wholeUp(hours) },
    { key: 'alb.lcu-hours', service: 'Elastic Load Balancing', what: 'ALB capacity', unit: 'LCU-hours', quantity: lcus * hours },
  ]);
