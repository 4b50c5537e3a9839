import { GetServiceGraphCommand, type GetServiceGraphCommandOutput, type Service } from '@aws-sdk/client-xray';
import type { NodeNames } from '../../traces/node-names.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import { type Api, ask } from './ask.ts';
import type { Stretch } from './summaries.ts';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html */
const SLICE_MAX_S = 6 * 3600 - 60;
const PAGES_MAX = 50;

/** Who called whom within a stretch, by X-Ray's service graph: everybody's traffic, not the run's alone. Clients are no nodes. */
export async function serviceEdges(api: Api, { fromS, toS }: Stretch, nodes: NodeNames): Promise<{ from: string; to: string }[] | Trouble> {
  const pairs = new Map<string, { from: string; to: string }>();
  for (let atS = fromS; atS < toS; atS += SLICE_MAX_S) {
    const services = await servicesOf(api, { fromS: atS, toS: Math.min(toS, atS + SLICE_MAX_S) });
    if (isTrouble(services)) return services;
    const names = new Map(services.map((service) => [service.ReferenceId, nodeOf(service, nodes)]));
    for (const { ReferenceId, Edges = [] } of services) {
      const from = names.get(ReferenceId);
      for (const edge of Edges) {
        const to = names.get(edge.ReferenceId);
        if (from && to && from !== to) pairs.set(`${from}\n${to}`, { from, to });
      }
    }
  }
  return [...pairs.values()];
}

async function servicesOf(api: Api, { fromS, toS }: Stretch): Promise<Service[] | Trouble> {
  const services: Service[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await ask<GetServiceGraphCommandOutput>(
      api,
      new GetServiceGraphCommand({ StartTime: new Date(fromS * 1000), EndTime: new Date(toS * 1000), NextToken: token }),
    );
    if (isTrouble(answer)) return answer;
    services.push(...(answer.Services ?? []));
    if (answer.NextToken === undefined || answer.NextToken === '' || answer.NextToken === token) break;
    token = answer.NextToken;
  }
  return services;
}

function nodeOf({ Name = 'unknown', Type }: Service, nodes: NodeNames): string | null {
  if (Type === 'client') return null;
  if (Type === undefined || Type === 'remote') return nodes.service(Name);
  if (Type === 'AWS::ApiGatewayManagementApi') return nodes.socketApi ?? Name;
  return nodes.ofType(Type, Name);
}
