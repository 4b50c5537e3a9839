import type { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { PricingClient } from '@aws-sdk/client-pricing';
import type { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { XRayClient } from '@aws-sdk/client-xray';
import { createClockWatch } from './clock-watch.ts';
import { createSilentHosts } from './silent-hosts.ts';

/** Where AWS is. What is left out, the SDK finds by its own chain: environment, profile, role. */
export interface AwsAddress {
  /** For all services: the embedded stack, or an emulator. */
  endpoint?: string | undefined;
  region?: string | undefined;
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
}

type Client<C extends { send: unknown }> = () => Promise<Pick<C, 'send'>>;

/** AWS's clients. Each is loaded when it is asked for: a run needs a few of them. */
export interface AwsClients {
  cloudwatch: Pick<CloudWatchClient, 'send'>;
  /** As the SDK resolved it. @throws when there is none */
  region(): Promise<string>;
  xray: Client<XRayClient>;
  logs: Client<CloudWatchLogsClient>;
  dynamodb: Client<DynamoDBClient>;
  lambda: Client<LambdaClient>;
  ecs: Client<ECSClient>;
  autoScaling: Client<ApplicationAutoScalingClient>;
  elasticache: Client<ElastiCacheClient>;
  apiGateway: Client<APIGatewayClient>;
  apiGatewayV2: Client<ApiGatewayV2Client>;
  cloudFormation: Client<CloudFormationClient>;
  tagging: Client<ResourceGroupsTaggingAPIClient>;
  pricing: Client<PricingClient>;
  /** How far AWS's clock is ahead of this machine's; null before the first answer. */
  clockAheadMs(): number | null;
  destroy(): void;
}

interface SdkClient {
  middlewareStack: object;
  destroy(): void;
}

/** Attempts of a call. Adaptive mode waits longer from one to the next, and less often asks whom it has overtaxed. Guess: tune. */
const ATTEMPTS_MAX = 8;
const CONNECT_MS_MAX = 5000;
const REQUEST_MS_MAX = 30_000;

/**
 * Prices of all regions are told in three of them; this is the one on the same continent, since a policy may hold an account to its own.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
 */
export function pricingRegionOf(region = ''): string {
  if (region.startsWith('eu-')) return 'eu-central-1';
  return region.startsWith('ap-') ? 'ap-south-1' : 'us-east-1';
}

/**
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 *
 * @param now epoch milliseconds of the clock that AWS's is held against
 * @param paced whoever reads traces keeps to the rates of X-Ray and Logs by itself, and knows better what to try again and when
 */
export function awsClients({ endpoint, region, credentials }: AwsAddress, now: () => number, { paced = true } = {}): AwsClients {
  const configuration = {
    retryMode: 'adaptive',
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, requestTimeout: REQUEST_MS_MAX, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  const ofTraces = paced ? { ...configuration, maxAttempts: 1 } : configuration;
  const made: SdkClient[] = [];
  const clock = createClockWatch(now);
  const silentHosts = createSilentHosts();
  const keep = <C extends SdkClient>(client: C): C => {
    made.push(client);
    clock.watch(client);
    silentHosts.watch(client);
    return client;
  };
  const lazily = <C extends SdkClient & { send: unknown }>(make: () => Promise<C>): Client<C> => {
    let client: Promise<C> | undefined;
    return () => {
      client ??= make().then(keep);
      return client;
    };
  };
  const cloudwatch = keep(new CloudWatchClient(configuration));
  return {
    cloudwatch,
    region: () => cloudwatch.config.region(),
    xray: lazily(async () => new (await import('@aws-sdk/client-xray')).XRayClient(ofTraces)),
    logs: lazily(async () => new (await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogsClient(ofTraces)),
    dynamodb: lazily(async () => new (await import('@aws-sdk/client-dynamodb')).DynamoDBClient(configuration)),
    lambda: lazily(async () => new (await import('@aws-sdk/client-lambda')).LambdaClient(configuration)),
    ecs: lazily(async () => new (await import('@aws-sdk/client-ecs')).ECSClient(configuration)),
    autoScaling: lazily(
      async () => new (await import('@aws-sdk/client-application-auto-scaling')).ApplicationAutoScalingClient(configuration),
    ),
    elasticache: lazily(async () => new (await import('@aws-sdk/client-elasticache')).ElastiCacheClient(configuration)),
    apiGateway: lazily(async () => new (await import('@aws-sdk/client-api-gateway')).APIGatewayClient(configuration)),
    apiGatewayV2: lazily(async () => new (await import('@aws-sdk/client-apigatewayv2')).ApiGatewayV2Client(configuration)),
    cloudFormation: lazily(async () => new (await import('@aws-sdk/client-cloudformation')).CloudFormationClient(configuration)),
    tagging: lazily(
      async () => new (await import('@aws-sdk/client-resource-groups-tagging-api')).ResourceGroupsTaggingAPIClient(configuration),
    ),
    pricing: lazily(
      async () => new (await import('@aws-sdk/client-pricing')).PricingClient({ ...configuration, region: pricingRegionOf(region) }),
    ),
    clockAheadMs: clock.aheadMs,
    destroy: () => {
      for (const client of made) client.destroy();
    },
  };
}
