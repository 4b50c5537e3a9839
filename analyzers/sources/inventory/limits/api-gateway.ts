import { GetAccountCommand, GetStagesCommand, type MethodSetting } from '@aws-sdk/client-api-gateway';
import { GetStagesCommand as GetStagesV2Command, type Stage } from '@aws-sdk/client-apigatewayv2';
import type { ResourceLimits } from '../../../contract.ts';
import { restApis } from '../apis.ts';
import { type Ask, once } from '../ask.ts';
import type { LimitReader } from '../limits.ts';

/** Of all methods of a stage. */
const ALL_METHODS = '*/*';

/**
 * The throttling of the stage, or where it has none of its own, of the account. With several stages, the one that `Stage` names, else the tightest.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_GetStages.html , https://docs.aws.amazon.com/apigateway/latest/api/API_GetAccount.html
 */
export const apiGatewayLimits: LimitReader = async ({ dimensions }, ask) => {
  const client = await ask.clients.apiGateway();
  const apis = await restApis(ask);
  const restApiId = apis?.find(({ name }) => name === dimensions['ApiName'])?.id;
  const stages =
    restApiId === undefined ? null : await ask('apigateway:GET', (options) => client.send(new GetStagesCommand({ restApiId }), options));
  const settings = (stages?.item ?? [])
    .filter(({ stageName }) => dimensions['Stage'] === undefined || dimensions['Stage'] === stageName)
    .map(({ methodSettings }) => methodSettings?.[ALL_METHODS])
    .filter((setting): setting is MethodSetting => (setting?.throttlingRateLimit ?? -1) >= 0)
    .toSorted((a, b) => (a.throttlingRateLimit ?? 0) - (b.throttlingRateLimit ?? 0));
  const [tightest] = settings;
  if (tightest !== undefined)
    return { limits: { ratePerS: tightest.throttlingRateLimit ?? null, burst: tightest.throttlingBurstLimit ?? null } };
  return { limits: await accountLimits(ask) };
};

async function accountLimits(ask: Ask): Promise<Pick<ResourceLimits, 'ratePerS' | 'burst'>> {
  const client = await ask.clients.apiGateway();
  const account = await once(ask, 'api-account', () => ask('apigateway:GET', (options) => client.send(new GetAccountCommand({}), options)));
  const settings = account?.throttleSettings;
  return settings === undefined ? {} : { ratePerS: settings.rateLimit ?? null, burst: settings.burstLimit ?? null };
}

/** Of an HTTP or WebSocket API. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html */
export const webApiLimits: LimitReader = async ({ dimensions }, ask) => {
  const client = await ask.clients.apiGatewayV2();
  const stages = await ask.every<Stage>('apigateway:GET', async (NextToken, options) => {
    const output = await client.send(new GetStagesV2Command({ ApiId: dimensions['ApiId'], NextToken }), options);
    return { items: output.Items, next: output.NextToken };
  });
  const settings = (stages ?? [])
    .filter(({ StageName }) => dimensions['Stage'] === undefined || dimensions['Stage'] === StageName)
    .flatMap(({ DefaultRouteSettings }) => DefaultRouteSettings ?? [])
    .filter(({ ThrottlingRateLimit }) => ThrottlingRateLimit !== undefined)
    .toSorted((a, b) => (a.ThrottlingRateLimit ?? 0) - (b.ThrottlingRateLimit ?? 0));
  const [tightest] = settings;
  return tightest === undefined
    ? {}
    : { limits: { ratePerS: tightest.ThrottlingRateLimit ?? null, burst: tightest.ThrottlingBurstLimit ?? null } };
};
