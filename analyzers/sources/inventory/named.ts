import { ListStackResourcesCommand, type StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { DescribeReplicationGroupsCommand } from '@aws-sdk/client-elasticache';
import { GetResourcesCommand, type ResourceTagMapping } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Resource, SourceGap } from '../../contract.ts';
import { resourceOf } from '../../families.ts';
import type { AwsClients } from '../clients.ts';
import { distinctGaps } from '../trouble.ts';
import { restApis, webApis } from './apis.ts';
import { type Ask, asking } from './ask.ts';
import { type Reference, referenceOfArn, referenceOfStackResource } from './references.ts';

/** Stacks within stacks. Guess: more than anybody has by intent. */
const STACKS_MAX = 50;

/** The resources of a CloudFormation stack with those within it, and those that have all of the tags. */
export async function namedResources(
  clients: AwsClients,
  { stackName, tags }: { stackName?: string; tags?: Readonly<Record<string, string>> },
  signal: AbortSignal | undefined,
): Promise<{ resources: Resource[]; gaps: SourceGap[] }> {
  const gaps: SourceGap[] = [];
  const ask = asking(clients, gaps, signal);
  const references = [
    ...(stackName === undefined ? [] : await ofStack(stackName, ask)),
    ...(tags === undefined ? [] : await ofTags(tags, ask)),
  ];
  const resources: Resource[] = [];
  for (const reference of references) resources.push(...(await resourcesOf(reference, ask)));
  return { resources, gaps: distinctGaps(gaps) };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html */
async function ofStack(stackName: string, ask: Ask): Promise<Reference[]> {
  const client = await ask.clients.cloudFormation();
  const open = [stackName];
  const found: Reference[] = [];
  for (let at = 0; at < open.length && at < STACKS_MAX; at += 1) {
    const listed = await ask.every<StackResourceSummary>('cloudformation:ListStackResources', async (NextToken, options) => {
      const output = await client.send(new ListStackResourcesCommand({ StackName: open[at], NextToken }), options);
      return { items: output.StackResourceSummaries, next: output.NextToken };
    });
    for (const { ResourceType = '', PhysicalResourceId = '' } of listed ?? []) {
      const reference = referenceOfStackResource(ResourceType, PhysicalResourceId);
      if (reference?.kind === 'stack') open.push(reference.name);
      else if (reference !== null) found.push(reference);
    }
  }
  return found;
}

/** https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html */
async function ofTags(tags: Readonly<Record<string, string>>, ask: Ask): Promise<Reference[]> {
  const client = await ask.clients.tagging();
  const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, ...(value === '' ? {} : { Values: [value] }) }));
  const tagged = await ask.every<ResourceTagMapping>('tag:GetResources', async (PaginationToken, options) => {
    const output = await client.send(new GetResourcesCommand({ TagFilters, PaginationToken }), options);
    return { items: output.ResourceTagMappingList, next: output.PaginationToken };
  });
  return (tagged ?? []).flatMap(({ ResourceARN = '' }) => referenceOfArn(ResourceARN) ?? []);
}

async function resourcesOf(reference: Reference, ask: Ask): Promise<Resource[]> {
  switch (reference.kind) {
    case 'stack':
      return [];
    case 'rest-api': {
      const api = (await restApis(ask))?.find(({ id }) => id === reference.id);
      return listOf(api?.name === undefined ? null : resourceOf('apigateway', { ApiName: api.name }));
    }
    case 'web-api': {
      const api = (await webApis(ask))?.find(({ ApiId }) => ApiId === reference.id);
      const resource = resourceOf(api?.ProtocolType === 'WEBSOCKET' ? 'websocket' : 'apigatewayv2', { ApiId: reference.id });
      return listOf(resource === null || api?.Name === undefined ? resource : { ...resource, node: `apigateway:${api.Name}` });
    }
    case 'elasticache':
      return listOf(resourceOf('elasticache', { CacheClusterId: reference.cluster }));
    case 'replication-group':
      return (await clustersOf(reference.group, ask)).flatMap((CacheClusterId) => listOf(resourceOf('elasticache', { CacheClusterId })));
    default:
      return listOf(resourceOf(reference.kind, reference.dimensions));
  }
}

const listOf = (resource: Resource | null): Resource[] => (resource === null ? [] : [resource]);

/** A replication group has its metrics by the nodes within it: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeReplicationGroups.html */
async function clustersOf(ReplicationGroupId: string, ask: Ask): Promise<string[]> {
  const client = await ask.clients.elasticache();
  const answer = await ask('elasticache:DescribeReplicationGroups', (options) =>
    client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }), options),
  );
  return answer?.ReplicationGroups?.flatMap(({ MemberClusters = [] }) => MemberClusters) ?? [];
}
