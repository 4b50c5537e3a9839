import type { Inventory, Resource, ResourceKind, SourceGap } from '../../contract.ts';
import type { AwsClients } from '../clients.ts';
import { distinctGaps } from '../trouble.ts';
import { namedApis } from './apis.ts';
import { type Ask, asking } from './ask.ts';
import { apiGatewayLimits, webApiLimits } from './limits/api-gateway.ts';
import { tableLimits } from './limits/dynamodb.ts';
import { serviceLimits } from './limits/ecs.ts';
import { cacheLimits } from './limits/elasticache.ts';
import { functionLimits } from './limits/lambda.ts';

/** What a kind's settings are read with. It fills in what is not known, and leaves what is. */
export type LimitReader = (resource: Resource, ask: Ask) => Promise<Partial<Resource>>;

const READERS: Readonly<Partial<Record<ResourceKind, LimitReader>>> = {
  lambda: functionLimits,
  dynamodb: tableLimits,
  ecs: serviceLimits,
  elasticache: cacheLimits,
  apigateway: apiGatewayLimits,
  apigatewayv2: webApiLimits,
  websocket: webApiLimits,
};

/** Calls at once. Guess: below the rates of every service that is asked (ECS and Lambda allow some tens a second). */
const AT_ONCE = 4;

/** Reads the settings of all resources that do not come with them, where permitted. */
export async function readLimits(
  inventory: Inventory,
  clients: AwsClients,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((read: number, of: number) => void) | undefined },
): Promise<Inventory> {
  const gaps: SourceGap[] = [];
  const ask = asking(clients, gaps, signal);
  const resources = await namedApis(inventory.resources, ask);
  let next = 0;
  let read = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < resources.length; at = next++) {
      const resource = resources[at];
      if (resource === undefined || signal?.aborted) continue;
      const reader = READERS[resource.kind];
      if (reader !== undefined && !isKnown(resource)) {
        const found = await reader(resource, ask);
        resources[at] = { ...resource, ...found, limits: { ...found.limits, ...resource.limits } };
      }
      onProgress?.(++read, resources.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { ...inventory, resources, gaps: distinctGaps([...inventory.gaps, ...gaps]) };
}

/** Whoever states any limit is taken to state them all: what the embedded stack says of itself is not asked for. */
const isKnown = ({ limits }: Resource): boolean => Object.keys(limits).length > 0;
