import type { Inventory, Resource, ResourceKind, SourceGap } from '../../contract.ts';
import type { AwsClients } from '../clients.ts';
import { distinctGaps, gapOf, troubleOf } from '../trouble.ts';
import { namedApis } from './apis.ts';
import { type Ask, asking } from './ask.ts';
import { apiGatewayLimits, webApiLimits } from './limits/api-gateway.ts';
import { tableLimits } from './limits/dynamodb.ts';
import { serviceLimits } from './limits/ecs.ts';
import { cacheLimits } from './limits/elasticache.ts';
import { functionLimits } from './limits/lambda.ts';
import { statesAll } from './stated-limits.ts';

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
      if (reader !== undefined && !statesAll(resource)) {
        try {
          resources[at] = filledIn(resource, await reader(resource, ask));
        } catch (cause) {
          // An answer that isn't of AWS's shape: the other resources' stand.
          gaps.push(gapOf('inventory', troubleOf(cause, `settings of ${resource.node}`)));
        }
      }
      onProgress?.(++read, resources.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { ...inventory, resources, gaps: distinctGaps([...inventory.gaps, ...gaps]) };
}

/** What is stated goes before what was found. */
function filledIn(resource: Resource, found: Partial<Resource>): Resource {
  const indexes = Map.groupBy([...(found.indexes ?? []), ...(resource.indexes ?? [])], ({ name }) => name);
  return {
    ...found,
    ...resource,
    ...(indexes.size === 0 ? {} : { indexes: [...indexes.values()].flatMap(filledIndex) }),
    limits: { ...found.limits, ...resource.limits },
  };
}

type Index = NonNullable<Resource['indexes']>[number];
/** One that is only listed has its name and nothing else. */
const filledIndex = (same: readonly Index[]): Index[] =>
  same.slice(-1).map(({ name }) => ({
    name,
    readUnits: same.findLast(({ readUnits }) => readUnits !== null)?.readUnits ?? null,
    writeUnits: same.findLast(({ writeUnits }) => writeUnits !== null)?.writeUnits ?? null,
  }));
