import type { Tier } from '../analyzers/models/cost/index.ts';

/** A product as AWS's price list has it, less what is the same for all. */
export interface MadeProduct {
  service: string;
  family: string;
  attributes: Record<string, string>;
  unit: string;
  /** [beginRange, USD], as texts; each ends where the next begins. */
  prices: readonly (readonly [string, string])[];
}

/**
 * Entries of GetProducts' `PriceList` in the form that AWS answers with, key by key: after an answer for AmazonECS of 2022-11-21 that public tests
 * keep (`{"product":{"productFamily","attributes","sku"},"serviceCode","terms":{"OnDemand":{SKU.TERM:{"priceDimensions":{SKU.TERM.RATE:{…}}}}},"version","publicationDate"}`).
 */
export function entryOf({ service, family, attributes, unit, prices }: MadeProduct, sku: string, terms: object = {}): string {
  const term = `${sku}.JRTCKXETXF`;
  const dimensions = prices.map(([beginRange, USD], i) => ({
    unit,
    endRange: prices[i + 1]?.[0] ?? 'Inf',
    description: `$${USD} per ${unit}`,
    appliesTo: [],
    rateCode: `${term}.RATE${i}`,
    beginRange,
    pricePerUnit: { USD },
  }));
  // AWS's dimensions stand in no order.
  const priceDimensions = Object.fromEntries(dimensions.toReversed().map((dimension) => [dimension.rateCode, dimension]));
  return JSON.stringify({
    product: { productFamily: family, attributes: { servicecode: service, ...attributes }, sku },
    serviceCode: service,
    terms: {
      OnDemand: {
        [term]: { priceDimensions, sku, effectiveDate: '2026-11-01T00:00:00Z', offerTermCode: 'JRTCKXETXF', termAttributes: {} },
      },
      ...terms,
    },
    version: '20261121182130',
    publicationDate: '2026-11-21T18:21:30Z',
  });
}

/** The prices of such tiers, as AWS writes them. */
export const pricesOf = (tiers: readonly Tier[]): [string, string][] =>
  tiers.map(({ price }, i) => [String(tiers[i - 1]?.upTo ?? 0), price.toFixed(10)]);

const place = { location: 'US East (N. Virginia)', locationType: 'AWS Region', regionCode: 'us-east-1' };
const flat = (usd: string): [[string, string]] => [['0', usd]];

const lambda = (group: string, usagetype: string, unit: string, prices: MadeProduct['prices']): MadeProduct => ({
  ...{ service: 'AWSLambda', family: 'Serverless', unit, prices },
  attributes: { ...place, group, usagetype, operation: '', servicename: 'AWS Lambda' },
});

const dynamodb = (family: string, group: string, usagetype: string, unit: string, prices: MadeProduct['prices']): MadeProduct => ({
  ...{ service: 'AmazonDynamoDB', family, unit, prices },
  attributes: {
    ...{ ...place, group, usagetype, servicename: 'Amazon DynamoDB' },
    operation: family === 'Provisioned IOPS' ? 'CommittedThroughput' : 'PayPerRequestThroughput',
  },
});

const fargate = (usagetype: string, more: Record<string, string>, usd: string): MadeProduct => ({
  ...{ service: 'AmazonECS', family: 'Compute', unit: 'hours', prices: flat(usd) },
  attributes: { ...place, usagetype, tenancy: 'Shared', operation: '', servicename: 'Amazon Elastic Container Service', ...more },
});

const api = (family: string, operation: string, usagetype: string, unit: string, prices: MadeProduct['prices']): MadeProduct => ({
  ...{ service: 'AmazonApiGateway', family, unit, prices },
  attributes: { ...place, usagetype, operation, servicename: 'Amazon API Gateway' },
});

const balancer = (usagetype: string, unit: string, usd: string, more: Record<string, string> = {}): MadeProduct => ({
  ...{ service: 'AWSELB', family: 'Load Balancer-Application', unit, prices: flat(usd) },
  attributes: {
    ...{ ...place, group: 'ELB:Balancing', usagetype, operation: 'LoadBalancing:Application', servicename: 'Elastic Load Balancing' },
    ...more,
  },
});

const node = (instanceType: string, usd: string, more: Record<string, string> = {}): MadeProduct => ({
  ...{ service: 'AmazonElastiCache', family: 'Cache Instance', unit: 'Hrs', prices: flat(usd) },
  attributes: {
    ...{ ...place, instanceType, cacheEngine: 'Redis', currentGeneration: 'Yes', servicename: 'Amazon ElastiCache' },
    ...{ usagetype: `NodeUsage:${instanceType}`, operation: 'CreateCacheCluster:0002' },
    ...more,
  },
});

const PAY_PER_REQUEST = 'Amazon DynamoDB PayPerRequest Throughput';

/** The products of us-east-1 that are ours, with the prices of AWS's own pages. */
export const OURS: readonly MadeProduct[] = [
  lambda('AWS-Lambda-Requests', 'Request', 'Requests', flat('0.0000002000')),
  lambda('AWS-Lambda-Duration', 'Lambda-GB-Second', 'Lambda-GB-Second', [
    ['0', '0.0000166667'],
    ['6000000000', '0.0000150000'],
    ['15000000000', '0.0000133334'],
  ]),
  lambda('AWS-Lambda-Duration-ARM', 'Lambda-GB-Second-ARM', 'Lambda-GB-Second', [
    ['0', '0.0000133334'],
    ['7500000000', '0.0000120001'],
    ['18750000000', '0.0000106667'],
  ]),
  dynamodb(PAY_PER_REQUEST, 'DDB-WriteUnits', 'WriteRequestUnits', 'WriteRequestUnits', flat('0.0000006250')),
  dynamodb(PAY_PER_REQUEST, 'DDB-ReadUnits', 'ReadRequestUnits', 'ReadRequestUnits', flat('0.0000001250')),
  dynamodb('Provisioned IOPS', 'DDB-WriteUnits', 'WriteCapacityUnit-Hrs', 'WriteCapacityUnit-Hrs', [
    ['0', '0.0000000000'],
    ['18600', '0.0006500000'],
  ]),
  dynamodb('Provisioned IOPS', 'DDB-ReadUnits', 'ReadCapacityUnit-Hrs', 'ReadCapacityUnit-Hrs', [
    ['0', '0.0000000000'],
    ['18600', '0.0001300000'],
  ]),
  fargate('USE1-Fargate-vCPU-Hours:perCPU', { cputype: 'perCPU' }, '0.0404800000'),
  fargate('USE1-Fargate-GB-Hours', { memorytype: 'perGB' }, '0.0044450000'),
  fargate('USE1-Fargate-ARM-vCPU-Hours:perCPU', { cputype: 'perCPU', cpuArchitecture: 'ARM' }, '0.0323800000'),
  fargate('USE1-Fargate-ARM-GB-Hours', { memorytype: 'perGB', cpuArchitecture: 'ARM' }, '0.0035600000'),
  api('API Calls', 'ApiGatewayHttpApi', 'USE1-ApiGatewayHttpRequest', 'Requests', [
    ['0', '0.0000010000'],
    ['300000000', '0.0000009000'],
  ]),
  api('API Calls', 'ApiGatewayRequest', 'USE1-ApiGatewayRequest', 'Requests', [
    ['0', '0.0000035000'],
    ['333000000', '0.0000028000'],
    ['1000000000', '0.0000023800'],
    ['20000000000', '0.0000015100'],
  ]),
  api('WebSocket', 'ApiGatewayWebSocket', 'USE1-ApiGatewayMessage', 'Messages', [
    ['0', '0.0000010000'],
    ['1000000000', '0.0000008000'],
  ]),
  api('WebSocket', 'ApiGatewayWebSocket', 'USE1-ApiGatewayMinute', 'minutes', flat('0.0000002500')),
  balancer('LoadBalancerUsage', 'Hrs', '0.0225000000'),
  balancer('LCUUsage', 'LCU-Hrs', '0.0080000000'),
  ...Object.entries({
    'cache.t2.micro': '0.017',
    'cache.t2.small': '0.034',
    'cache.t2.medium': '0.068',
    'cache.t3.micro': '0.017',
    'cache.t3.small': '0.034',
    'cache.t3.medium': '0.068',
    'cache.t4g.micro': '0.016',
    'cache.t4g.small': '0.032',
    'cache.t4g.medium': '0.065',
    'cache.m5.large': '0.156',
    'cache.m5.xlarge': '0.311',
    'cache.m5.2xlarge': '0.623',
    'cache.m5.4xlarge': '1.245',
    'cache.m6g.large': '0.149',
    'cache.m6g.xlarge': '0.297',
    'cache.m6g.2xlarge': '0.593',
    'cache.m6g.4xlarge': '1.186',
    'cache.m7g.large': '0.158',
    'cache.m7g.xlarge': '0.315',
    'cache.m7g.2xlarge': '0.629',
    'cache.m7g.4xlarge': '1.257',
    'cache.r5.large': '0.216',
    'cache.r5.xlarge': '0.431',
    'cache.r5.2xlarge': '0.862',
    'cache.r5.4xlarge': '1.724',
    'cache.r6g.large': '0.206',
    'cache.r6g.xlarge': '0.411',
    'cache.r6g.2xlarge': '0.821',
    'cache.r6g.4xlarge': '1.642',
    'cache.r7g.large': '0.219',
    'cache.r7g.xlarge': '0.437',
    'cache.r7g.2xlarge': '0.873',
    'cache.r7g.4xlarge': '1.745',
  }).map(([type, usd]) => node(type, `${usd}0000000`)),
];

/** What stands beside them and must not be taken for them. The names are AWS's; prices where they are not public knowledge are made up. */
export const OTHERS: readonly MadeProduct[] = [
  lambda('AWS-Lambda-Requests-ARM', 'Request-ARM', 'Requests', flat('0.0000002000')),
  lambda('AWS-Lambda-Duration-Provisioned', 'Lambda-Provisioned-GB-Second', 'Lambda-GB-Second', flat('0.0000097222')),
  lambda('AWS-Lambda-Edge-Duration', 'Lambda-Edge-GB-Second', 'Lambda-GB-Second', flat('0.0000500100')),
  lambda('AWS-Lambda-Storage-Duration', 'Lambda-Storage-GB-Second', 'GB-Seconds', flat('0.0000000309')),
  dynamodb(PAY_PER_REQUEST, 'DDB-WriteUnitsIA', 'IA-WriteRequestUnits', 'WriteRequestUnits', flat('0.0000007800')),
  dynamodb(PAY_PER_REQUEST, 'DDB-ReplicatedWriteUnits', 'ReplWriteRequestUnits', 'ReplicatedWriteRequestUnits', flat('0.0000006250')),
  dynamodb('Provisioned IOPS', 'DDB-WriteUnitsIA', 'IA-WriteCapacityUnit-Hrs', 'WriteCapacityUnit-Hrs', flat('0.0008100000')),
  fargate('USE1-Fargate-Windows-vCPU-Hours:perCPU', { cputype: 'perCPU', operatingSystem: 'Windows' }, '0.0914800000'),
  fargate('USE1-Fargate-EphemeralStorage-GB-Hours', { storagetype: 'default' }, '0.0001110000'),
  fargate('USE1-ECS-EC2-GB-Hours', {}, '0.0000000000'),
  api('Amazon API Gateway Cache', 'RunInstances', 'USE1-ApiGatewayCacheUsage:0.5GB', 'hours', flat('0.0200000000')),
  balancer('LoadBalancerUsage', 'Hrs', '0.0250000000', { operation: 'LoadBalancing' }),
  balancer('LCUUsage', 'LCU-Hrs', '0.0060000000', { operation: 'LoadBalancing:Network' }),
  balancer('TS-LoadBalancerUsage', 'Hrs', '0.0056000000'),
  balancer('ReservedLCUUsage', 'LCU-Hrs', '0.0080000000'),
  balancer('Outposts-LoadBalancerUsage', 'Hrs', '0.0225000000', { locationType: 'AWS Outposts' }),
  node('cache.t3.micro', '0.0136000000', { cacheEngine: 'Valkey', operation: 'CreateCacheCluster:Valkey' }),
  node('cache.t3.micro', '0.0170000000', { cacheEngine: 'Memcached', operation: 'CreateCacheCluster:0001' }),
  node('cache.t3.micro', '0.0140000000', { usagetype: 'USE1-ExtendedSupportYr1_Yr2-NodeUsage:cache.t3.micro' }),
  node('cache.t3.micro', '0.0270000000', { usagetype: 'USE1-ExtendedSupportYr3-NodeUsage:cache.t3.micro' }),
  node('cache.r7g.large', '0.2960000000', { usagetype: 'USE1-SyncDurability-NodeUsage:cache.r7g.large' }),
  node('cache.r5.large', '0.4480000000', { usagetype: 'USE1-Outpost-NodeUsage:cache.r5.large', locationType: 'AWS Outposts' }),
];

/** What there is of the lists of all regions: the free tier, which is of none, and a region that is told by the prefixes. */
export const ELSEWHERE: readonly MadeProduct[] = [
  ...OURS.filter(({ service }) => service !== 'AmazonElastiCache').map((product) => inRegion(product, 'eu-central-1', 'EUC1-')),
  inRegion(node('cache.t3.micro', '0.0190000000'), 'eu-central-1', 'EUC1-'),
  {
    ...lambda('AWS-Lambda-Requests', 'Global-Request', 'Requests', flat('0.0000000000')),
    attributes: { location: 'Any', group: 'AWS-Lambda-Requests', usagetype: 'Global-Request' },
  },
];

/** The same product somewhere else. */
export function inRegion(product: MadeProduct, regionCode: string, prefix: string): MadeProduct {
  const usagetype = `${prefix}${product.attributes['usagetype']?.replace(/^USE1-/, '')}`;
  return { ...product, attributes: { ...product.attributes, regionCode, location: regionCode, usagetype } };
}
