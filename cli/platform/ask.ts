import { setTimeout as wait } from 'node:timers/promises';
import type { Client, Inventory, Plan } from '../../analyzers/contract.ts';
import type { AwsAddress, AwsClients } from '../../analyzers/sources/clients.ts';
import type { Clock } from '../../analyzers/sources/clock.ts';
import type { Patience } from '../../analyzers/sources/convergence.ts';
import type { ConfiguredResource } from '../../analyzers/sources/inventory/configured.ts';
import type { Config } from '../config.ts';
import type { Host } from '../host.ts';
import { isLoopback } from '../safety.ts';
import type { PlatformFiles } from './files.ts';
import type { AwsSettings } from './settings.ts';

/** Whom to ask what the platform did, for what, and how long to wait for it. */
export interface PlatformAsk {
  address: AwsAddress;
  resources: readonly ConfiguredResource[];
  edges: Inventory['edges'];
  named: Pick<AwsSettings, 'stackName' | 'tags'> | null;
  patience: Patience;
  resolutionS?: number;
}

/** What the embedded stack says of itself. */
export interface EmbeddedPlatform {
  aws: string | null;
  resources: readonly ConfiguredResource[];
  edges: Inventory['edges'];
  telemetry: { periodS: number; delayS: number };
}

/** CloudWatch has most data within two minutes or three; each look costs a call. Guess: tune. */
const AWS_PATIENCE: Patience = { everyMs: 15_000, waitMsMax: 300_000, delayS: 120 };
/** An endpoint on this machine, such as that of `loadkit stack up`: what a look costs is a moment, and how late it is, it doesn't say. Guess: tune. */
const LOCAL_PATIENCE: Patience = { everyMs: 1000, waitMsMax: 150_000, delayS: 0 };
/** On top of what the stack delays its telemetry by. Guess: tune. */
const EMBEDDED_SLACK_MS = 10_000;
const EMBEDDED_EVERY_MS = 500;

/** Null where its telemetry is off. Its credentials open nothing, and its address is stated: the user's environment has no part in this. */
export function embeddedAsk({ aws, resources, edges, telemetry: { periodS, delayS } }: EmbeddedPlatform): PlatformAsk | null {
  if (aws === null) return null;
  return {
    address: { endpoint: aws, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } },
    resources,
    edges,
    named: null,
    patience: { everyMs: EMBEDDED_EVERY_MS, waitMsMax: (periodS + delayS) * 1000 + EMBEDDED_SLACK_MS, delayS },
    resolutionS: periodS,
  };
}

/**
 * The variables by which a user points the SDK at an endpoint: for all services, and for one. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
const ENDPOINT_VARIABLE = 'AWS_ENDPOINT_URL';
const CLOUDWATCH_VARIABLE = 'AWS_ENDPOINT_URL_CLOUDWATCH';

/**
 * AWS is asked where the config file says anything of it, where the environment names an endpoint, or where the user asks for it; else nobody is (null).
 *
 * @param plan of an earlier run, whose region and endpoint hold where nothing else is said: another shell may not have its environment
 */
export function awsAsk(
  host: Host,
  { aws, resources, edges }: Pick<Config, 'aws' | 'resources' | 'edges'>,
  { asked, plan }: { asked: boolean; plan?: Plan },
): PlatformAsk | null {
  const before = plan?.aws;
  const own = host.env[ENDPOINT_VARIABLE];
  const endpoint = own || before?.endpoint || host.env[CLOUDWATCH_VARIABLE] || undefined;
  const url = endpoint === undefined ? null : URL.parse(endpoint);
  if (!asked && aws === null && resources.length === 0 && endpoint === undefined && before === undefined) return null;
  const { region, stackName, tags } = aws ?? {};
  return {
    // What the environment says, the SDK reads by itself, and knows of services that have one of their own.
    address: { region: region ?? before?.region ?? undefined, endpoint: own ? undefined : (before?.endpoint ?? undefined) },
    resources,
    edges,
    named: stackName === undefined && tags === undefined ? null : { ...(stackName && { stackName }), ...(tags && { tags }) },
    patience: url !== null && isLoopback(url) ? LOCAL_PATIENCE : AWS_PATIENCE,
  };
}

const clockOf = (host: Host): Clock => ({
  now: host.now,
  // Who is told to stop sleeping looks at the signal itself.
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
});

interface Asking {
  plan: Plan;
  client: Client | null;
  /** As an earlier asking found it. */
  clockAheadS: number | undefined;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** Asks, from a few seconds before the plan's start until its end. Never throws for what AWS does. */
export async function askPlatform(
  host: Host,
  ask: PlatformAsk,
  { plan, client, clockAheadS, signal, onProgress }: Asking,
): Promise<PlatformFiles> {
  const [{ awsClients }, { gather }, { namedResources }, { readTraces, TRACES_WAIT_MAX_S }] = await Promise.all([
    import('../../analyzers/sources/clients.ts'),
    import('../../analyzers/sources/gather.ts'),
    import('../../analyzers/sources/inventory/named.ts'),
    import('../../analyzers/sources/xray/read-traces.ts'),
  ]);
  const clients = awsClients(ask.address, host.now);
  const { named } = ask;
  const clock = clockOf(host);
  const fromS = Date.parse(plan.startedAt) / 1000;
  const toS = plan.endedAt === null ? host.now() / 1000 : Date.parse(plan.endedAt) / 1000;
  try {
    return await gather({
      clients,
      clock,
      signal,
      wanted: { resources: ask.resources, edges: ask.edges, named: named === null ? null : () => namedResources(clients, named, signal) },
      clockAheadS,
      fromS,
      toS,
      patience: ask.patience,
      ...(ask.resolutionS === undefined ? {} : { resolutionS: ask.resolutionS }),
      onProgress,
      readTraces: async ({ resources }, aheadS) =>
        readTraces({
          xray: await clients.xray(),
          logs: await clients.logs(),
          plan,
          windowS: { fromS, toS },
          aheadS,
          client,
          resources,
          clock,
          random: Math.random,
          signal,
          onProgress: ({ step, done, total }) => onProgress(`X-Ray: ${step}, ${done}${total === null ? '' : ` of ${total}`}`),
          waitMaxS: Math.min(TRACES_WAIT_MAX_S, ask.patience.waitMsMax / 1000),
        }),
    });
  } finally {
    clients.destroy();
  }
}

/** What the plan says of whom it is about to ask. The region may be the SDK's to find. */
export async function addressOf(host: Host, ask: PlatformAsk): Promise<NonNullable<Plan['aws']>> {
  const { awsClients } = await import('../../analyzers/sources/clients.ts');
  const clients: AwsClients = awsClients(ask.address, host.now);
  const region = await clients.region().catch(() => null);
  clients.destroy();
  return { endpoint: withoutSecrets(ask.address.endpoint ?? host.env[ENDPOINT_VARIABLE]), region };
}

function withoutSecrets(endpoint: string | undefined): string | null {
  const url = URL.parse(endpoint ?? '');
  if (url === null || (url.username === '' && url.password === '')) return endpoint ?? null;
  [url.username, url.password] = ['', ''];
  return url.href;
}
