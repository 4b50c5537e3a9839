import { GetRestApisCommand, type RestApi } from '@aws-sdk/client-api-gateway';
import { type Api, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import type { Resource } from '../../contract.ts';
import { FAMILIES } from '../../families.ts';
import { type Ask, once } from './ask.ts';

/** The account's REST APIs, whose metrics go by name; asked once for all. Null where that is not permitted. */
export const restApis = (ask: Ask): Promise<readonly RestApi[] | null> =>
  once(ask, 'rest-apis', async () => {
    const client = await ask.clients.apiGateway();
    return ask.every<RestApi>('apigateway:GET', async (position, options) => {
      const output = await client.send(new GetRestApisCommand({ position, limit: 500 }), options);
      return { items: output.items, next: output.position };
    });
  });

/** The account's HTTP and WebSocket APIs, whose metrics go by id. */
export const webApis = (ask: Ask): Promise<readonly Api[] | null> =>
  once(ask, 'web-apis', async () => {
    const client = await ask.clients.apiGatewayV2();
    return ask.every<Api>('apigateway:GET', async (NextToken, options) => {
      const output = await client.send(new GetApisCommand({ NextToken }), options);
      return { items: output.Items, next: output.NextToken };
    });
  });

/** An API that was found by its id is called by its name, and is of the kind that it is, where that can be read. */
export async function namedApis(resources: readonly Resource[], ask: Ask): Promise<Resource[]> {
  const byId = (resource: Resource): boolean =>
    'ApiId' in resource.dimensions && resource.node === `${FAMILIES.websocket.family}:${resource.dimensions['ApiId']}`;
  if (!resources.some(byId)) return [...resources];
  const apis = (await webApis(ask)) ?? [];
  return resources.map((resource) => {
    const api = byId(resource) ? apis.find(({ ApiId }) => ApiId === resource.dimensions['ApiId']) : undefined;
    if (api?.Name === undefined) return resource;
    return {
      ...resource,
      node: `${FAMILIES.websocket.family}:${api.Name}`,
      kind: api.ProtocolType === 'WEBSOCKET' ? 'websocket' : 'apigatewayv2',
    };
  });
}
