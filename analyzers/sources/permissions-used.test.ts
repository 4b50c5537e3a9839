/** Every call that a run makes of AWS, in each trouble, against the policy that `doctor --aws` prints. */
import { expect, it } from 'vitest';
import { PLATFORM_PATH } from '../../infra-fixtures/local/telemetry/platform.ts';
import { type TroubleName, troubleNames } from '../../infra-fixtures/local/telemetry/trouble.ts';
import { startTestTelemetry, stubClient, type TestTelemetry } from '../../tests/telemetry.ts';
import { madeTraces } from '../../tests/xray-documents.ts';
import type { AwsClients } from './clients.ts';
import { gather } from './gather.ts';
import { namedResources } from './inventory/named.ts';
import { leastPolicy } from './permissions.ts';
import { readTraces } from './xray/read-traces.ts';

const PREFIX = '1-6b000000-0badcafe';
const RUN_S = 60;
const NAMING = { stackName: 'game', tags: { app: 'game' } };
const ALLOWED = new Set(leastPolicy(NAMING).Statement.flatMap(({ Action }) => Action));

/** What the services besides those of telemetry answer, such that all is asked of them that can be. */
const ANSWERS: Readonly<Record<string, object>> = {
  ListStackResources: {
    StackResourceSummaries: [
      { ResourceType: 'AWS::Lambda::Function', PhysicalResourceId: 'auth' },
      { ResourceType: 'AWS::DynamoDB::Table', PhysicalResourceId: 'users' },
      { ResourceType: 'AWS::ECS::Service', PhysicalResourceId: 'arn:aws:ecs:eu-central-1:1:service/game/engine' },
      { ResourceType: 'AWS::ElastiCache::ReplicationGroup', PhysicalResourceId: 'cache' },
      { ResourceType: 'AWS::ApiGateway::RestApi', PhysicalResourceId: 'rest' },
      { ResourceType: 'AWS::ApiGatewayV2::Api', PhysicalResourceId: 'web' },
    ],
  },
  DescribeReplicationGroups: { ReplicationGroups: [{ MemberClusters: ['cache-001'] }] },
  DescribeServices: { services: [{ taskDefinition: 'engine' }] },
  DescribeCacheClusters: { CacheClusters: [{ CacheParameterGroup: { CacheParameterGroupName: 'default' } }] },
  GetRestApis: { items: [{ id: 'rest', name: 'api' }] },
  GetApis: { Items: [{ ApiId: 'web', Name: 'chat', ProtocolType: 'WEBSOCKET' }] },
};

const SERVICES: Readonly<Record<string, string>> = {
  autoScaling: 'application-autoscaling',
  cloudFormation: 'cloudformation',
  tagging: 'tag',
};
const OF_TELEMETRY: ReadonlySet<string> = new Set(['cloudwatch', 'xray', 'logs']);

function recorded(clients: AwsClients): { clients: AwsClients; actions: Set<string> } {
  const actions = new Set<string>();
  const others = stubClient((name) => ANSWERS[name] ?? {});
  const noting = (service: string, client: AwsClients['cloudwatch']): object => ({
    send: (command: never, options: never) => {
      const name = Object(command).constructor.name.replace(/Command$/, '');
      actions.add(service.startsWith('apiGateway') ? 'apigateway:GET' : `${SERVICES[service] ?? service}:${name}`);
      return client.send(command, options);
    },
  });
  const get = (own: AwsClients, key: keyof AwsClients): unknown => {
    if (key === 'cloudwatch') return noting('cloudwatch', own.cloudwatch);
    if (key === 'region' || key === 'destroy') return own[key];
    return async () => noting(key, (OF_TELEMETRY.has(key) ? await own[key]() : others) as AwsClients['cloudwatch']);
  };
  return { clients: new Proxy(clients, { get: get as never }), actions };
}

/** A minute with a function's metrics and some traces. */
async function aRun({ endpoint, tell, clock }: TestTelemetry): Promise<{ fromS: number; toS: number }> {
  const toS = clock.now() / 1000;
  const fromS = toS - RUN_S;
  const auth = { namespace: 'AWS/Lambda', metric: 'Invocations', dimensions: { FunctionName: 'auth' } };
  await tell(Array.from({ length: RUN_S }, (_, i) => ({ ...auth, atS: fromS + i, values: [1] })));
  const segments = [...madeTraces({ prefix: PREFIX, count: 5, startS: fromS, perS: 1, segments: 4 })].flatMap(({ documents }) => documents);
  await fetch(endpoint + PLATFORM_PATH, { method: 'POST', body: JSON.stringify({ metrics: [], logs: [], segments }) });
  return { fromS, toS };
}

it.each<[string, TroubleName[]]>([['no trouble', []], ...troubleNames.map((name): [string, TroubleName[]] => [name, [name]])])(
  'asks for nothing in %s that the least policy does not allow',
  async (_name, trouble) => {
    const telemetry = await startTestTelemetry({ periodS: 5, trouble });
    const { clock } = telemetry;
    const { clients, actions } = recorded(telemetry.clients);
    const windowS = await aRun(telemetry);
    await gather({
      clients,
      clock,
      ...windowS,
      wanted: { resources: [], edges: [], named: () => namedResources(clients, NAMING, undefined) },
      patience: { everyMs: 1000, waitMsMax: 5000, delayS: 0 },
      readTraces: async () =>
        readTraces({
          xray: await clients.xray(),
          logs: await clients.logs(),
          plan: { tracePrefix: PREFIX },
          windowS,
          client: null,
          clock,
          random: () => 0.5,
        }),
    });
    expect([...actions].filter((action) => !ALLOWED.has(action))).toEqual([]);
    if (trouble.length > 0) return;
    // And it does ask for all that the policy says, where nothing is in its way, but for the logs.
    expect([...ALLOWED].filter((action) => !actions.has(action) && !action.startsWith('logs:'))).toEqual([]);
  },
  60_000,
);
