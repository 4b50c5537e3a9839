import { GetServiceGraphCommand, type GetServiceGraphCommandOutput, type Service } from '@aws-sdk/client-xray';
import type { NodeNames } from '../../traces/node-names.ts';
import { eachPage, shortage } from '../pages.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import { type Api, ask } from './ask.ts';
import type { Edge } from './edges.ts';
import type { Stretch } from './summaries.ts';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html */
const SLICE_MAX_S = 6 * 3600 - 60;

/** Who called whom within a stretch, by X-Ray's service graph: everybody's traffic, not the run's alone. Clients are no nodes. */
export async function serviceEdges(
  api: Api,
  { fromS, toS }: Stretch,
  nodes: NodeNames,
): Promise<{ edges: Edge[]; trouble: Trouble | null }> {
  const edges: Edge[] = [];
  let trouble: Trouble | null = null;
  for (let atS = fromS; atS < toS && trouble === null; atS += SLICE_MAX_S) {
    const services: Service[] = [];
    trouble = await readServices(api, { fromS: atS, toS: Math.min(toS, atS + SLICE_MAX_S) }, services);
    edges.push(...edgesBetween(services, nodes));
  }
  return { edges, trouble };
}

function edgesBetween(services: readonly Service[], nodes: NodeNames): Edge[] {
  const names = new Map(services.map((service) => [service.ReferenceId, nodeOf(service, nodes)]));
  return services.flatMap(({ ReferenceId, Edges = [] }) => {
    const from = names.get(ReferenceId);
    return Edges.flatMap((edge) => {
      const to = names.get(edge.ReferenceId);
      return from && to && from !== to ? [{ from, to }] : [];
    });
  });
}

/** @returns why there may be more, if there may */
async function readServices(api: Api, { fromS, toS }: Stretch, into: Service[]): Promise<Trouble | null> {
  const paged = await eachPage(async (NextToken) => {
    const answer = await ask<GetServiceGraphCommandOutput>(
      api,
      new GetServiceGraphCommand({ StartTime: new Date(fromS * 1000), EndTime: new Date(toS * 1000), NextToken }),
    );
    if (isTrouble(answer)) return answer;
    into.push(...(answer.Services ?? []));
    return answer.NextToken;
  });
  return isTrouble(paged) ? paged : shortage(api.action, paged);
}

function nodeOf({ Name = 'unknown', Type }: Service, nodes: NodeNames): string | null {
  if (Type === 'client') return null;
  if (Type === undefined || Type === 'remote') return nodes.service(Name);
  if (Type === 'AWS::ApiGatewayManagementApi') return nodes.socketApi ?? Name;
  return nodes.ofType(Type, Name);
}
