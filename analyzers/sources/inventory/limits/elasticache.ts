import {
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  type DescribeCacheParametersCommandOutput,
} from '@aws-sdk/client-elasticache';
import type { LimitReader } from '../limits.ts';
import { numberOf } from './number-of.ts';

type Answer = Pick<DescribeCacheParametersCommandOutput, 'Parameters' | 'CacheNodeTypeSpecificParameters'>;

/**
 * The node type, and what its parameter group lets it use: `maxmemory` differs from type to type, of which a share is kept free by `reserved-memory-percent`.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheParameters.html ,
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html
 */
export const cacheLimits: LimitReader = async ({ dimensions }, ask) => {
  const client = await ask.clients.elasticache();
  const described = await ask('elasticache:DescribeCacheClusters', (options) =>
    client.send(new DescribeCacheClustersCommand({ CacheClusterId: dimensions['CacheClusterId'] }), options),
  );
  const cluster = described?.CacheClusters?.[0];
  const group = cluster?.CacheParameterGroup?.CacheParameterGroupName;
  const nodeType = cluster?.CacheNodeType ?? null;
  const pages =
    group === undefined
      ? null
      : await ask.every<Answer>('elasticache:DescribeCacheParameters', async (Marker, options) => {
          const answer = await client.send(new DescribeCacheParametersCommand({ CacheParameterGroupName: group, Marker }), options);
          return { items: [answer], next: answer.Marker };
        });
  const read = pages ?? [];
  const parameter = (name: string): number | null =>
    numberOf(read.flatMap(({ Parameters = [] }) => Parameters).find(({ ParameterName }) => ParameterName === name)?.ParameterValue);
  const ofNodeType = (name: string): number | null =>
    numberOf(
      read
        .flatMap(({ CacheNodeTypeSpecificParameters = [] }) => CacheNodeTypeSpecificParameters)
        .find(({ ParameterName }) => ParameterName === name)
        ?.CacheNodeTypeSpecificValues?.find(({ CacheNodeType }) => CacheNodeType === nodeType)?.Value,
    );
  const memory = ofNodeType('maxmemory');
  const reserved = parameter('reserved-memory-percent');
  return {
    limits: {
      ...(cluster === undefined ? {} : { nodeType }),
      ...(pages === null
        ? {}
        : {
            memoryBytes: memory === null || reserved === null ? memory : Math.floor(memory * (1 - reserved / 100)),
            connectionsMax: parameter('maxclients') ?? ofNodeType('maxclients'),
          }),
    },
  };
};
