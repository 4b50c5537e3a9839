/** What of AWS's price list one price of ours is. */
export interface PricedUsage {
  /** As in the list that ships. `{instanceType}` stands for the product's own, here and in `usageType`. */
  key: string;
  /** As in the list that ships. */
  unit: string;
  /** Whole, but for the prefix of the region, which us-east-1 mostly goes without. */
  usageType: string;
  /** Further attributes by which the product is told from others of that usage type. */
  attributes: Readonly<Record<string, string>>;
  /** In what AWS counts it, in lower case, where that is what we do. Anything else is not understood: per million would be a million times too much. */
  awsUnits: readonly string[];
  /** It can be reserved for a year. */
  reservable?: true;
}

/** What is asked of one service's price list. */
export interface Offer {
  /** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_DescribeServices.html */
  service: string;
  /** Beside the region's code. */
  filters: Readonly<Record<string, string>>;
  usages: readonly PricedUsage[];
}

export const INSTANCE_TYPE = '{instanceType}';

/**
 * AWS documents neither groups nor usage types. These are as public readers of the Price List have them:
 * - groups and usage types: Infracost (github.com/infracost/infracost, internal/resources/aws: lambda_function.go, dynamodb_table.go, apigatewayv2_api.go,
 *   api_gateway_rest_api.go, ecs_service.go, elasticache_cluster.go); those for arm64, and the prefixes of regions, are named alike in many others.
 * - units: `hours` in an answer of GetProducts for AmazonECS of 2022-11-21 that public tests keep; `Hrs` in the AmazonElastiCache offer of 2025-06-24
 *   (github.com/bangpound/awspricing, tests/data/elasticache_offer.py); those of Lambda and DynamoDB, and `Requests`, in notes of what the API said in
 *   2025 and 2026. `Messages` and `minutes` were seen in made-up answers only.
 * - load balancers: the AWSELB offer of 2024-10-01, as a public data set keeps it.
 * - reservations: terms of the same product, in a form that public readers of the AmazonElastiCache offer parse. Whether DynamoDB's stand there, too, was not seen.
 * Where one of them is wrong, its price is left out and the unit or the key is named.
 */
export const OFFERS: readonly Offer[] = [
  {
    service: 'AWSLambda',
    filters: {},
    usages: [
      {
        key: 'lambda.requests',
        unit: 'requests',
        // The free tier's is Global-Request, of no region; that of arm64, AWS-Lambda-Requests-ARM, costs the same.
        usageType: 'Request',
        attributes: { group: 'AWS-Lambda-Requests' },
        awsUnits: ['requests', 'request'],
      },
      {
        key: 'lambda.duration.x86_64',
        unit: 'GB-s',
        usageType: 'Lambda-GB-Second',
        attributes: { group: 'AWS-Lambda-Duration' },
        // Older lists say seconds, and mean these.
        awsUnits: ['lambda-gb-second', 'second', 'seconds'],
      },
      {
        key: 'lambda.duration.arm64',
        unit: 'GB-s',
        usageType: 'Lambda-GB-Second-ARM',
        attributes: { group: 'AWS-Lambda-Duration-ARM' },
        awsUnits: ['lambda-gb-second', 'second', 'seconds'],
      },
    ],
  },
  {
    service: 'AmazonDynamoDB',
    filters: {},
    // One group for both modes; the infrequent-access class has a group of its own (DDB-WriteUnitsIA), and so do replicated writes.
    usages: [
      {
        key: 'dynamodb.on-demand.write',
        unit: 'write request units',
        usageType: 'WriteRequestUnits',
        attributes: { group: 'DDB-WriteUnits' },
        awsUnits: ['writerequestunits'],
      },
      {
        key: 'dynamodb.on-demand.read',
        unit: 'read request units',
        usageType: 'ReadRequestUnits',
        attributes: { group: 'DDB-ReadUnits' },
        awsUnits: ['readrequestunits'],
      },
      {
        key: 'dynamodb.provisioned.write',
        unit: 'WCU-hours',
        usageType: 'WriteCapacityUnit-Hrs',
        attributes: { group: 'DDB-WriteUnits' },
        awsUnits: ['writecapacityunit-hrs'],
        reservable: true,
      },
      {
        key: 'dynamodb.provisioned.read',
        unit: 'RCU-hours',
        usageType: 'ReadCapacityUnit-Hrs',
        attributes: { group: 'DDB-ReadUnits' },
        awsUnits: ['readcapacityunit-hrs'],
        reservable: true,
      },
    ],
  },
  {
    service: 'AmazonECS',
    filters: {},
    usages: [
      {
        key: 'fargate.vcpu.x86_64',
        unit: 'vCPU-hours',
        usageType: 'Fargate-vCPU-Hours:perCPU',
        attributes: {},
        awsUnits: ['hours', 'vcpu-hours'],
      },
      { key: 'fargate.memory.x86_64', unit: 'GB-hours', usageType: 'Fargate-GB-Hours', attributes: {}, awsUnits: ['hours', 'gb-hours'] },
      {
        key: 'fargate.vcpu.arm64',
        unit: 'vCPU-hours',
        usageType: 'Fargate-ARM-vCPU-Hours:perCPU',
        attributes: {},
        awsUnits: ['hours', 'vcpu-hours'],
      },
      { key: 'fargate.memory.arm64', unit: 'GB-hours', usageType: 'Fargate-ARM-GB-Hours', attributes: {}, awsUnits: ['hours', 'gb-hours'] },
    ],
  },
  {
    service: 'AmazonApiGateway',
    filters: {},
    usages: [
      {
        key: 'apigateway.http.requests',
        unit: 'requests of 512 KB',
        usageType: 'ApiGatewayHttpRequest',
        attributes: {},
        awsUnits: ['requests', 'request'],
      },
      {
        key: 'apigateway.rest.requests',
        unit: 'requests',
        usageType: 'ApiGatewayRequest',
        attributes: {},
        awsUnits: ['requests', 'request'],
      },
      {
        key: 'apigateway.websocket.messages',
        unit: 'messages of 32 KB',
        usageType: 'ApiGatewayMessage',
        attributes: {},
        awsUnits: ['messages', 'message'],
      },
      {
        key: 'apigateway.websocket.connection-minutes',
        unit: 'connection-minutes',
        usageType: 'ApiGatewayMinute',
        attributes: {},
        awsUnits: ['minutes', 'minute'],
      },
    ],
  },
  {
    service: 'AWSELB',
    filters: {},
    // Classic load balancers share the usage types.
    usages: [
      {
        key: 'alb.hours',
        unit: 'ALB-hours',
        usageType: 'LoadBalancerUsage',
        attributes: { operation: 'LoadBalancing:Application', locationType: 'AWS Region' },
        awsUnits: ['hrs', 'hours'],
      },
      {
        key: 'alb.lcu-hours',
        unit: 'LCU-hours',
        usageType: 'LCUUsage',
        attributes: { operation: 'LoadBalancing:Application', locationType: 'AWS Region' },
        awsUnits: ['lcu-hrs'],
      },
    ],
  },
  {
    service: 'AmazonElastiCache',
    filters: { cacheEngine: 'Redis' },
    usages: [
      {
        // Memcached and Valkey share the usage type; extended support, Outposts and others put a word of theirs before it.
        key: `elasticache.node.${INSTANCE_TYPE}`,
        unit: 'node-hours',
        usageType: `NodeUsage:${INSTANCE_TYPE}`,
        attributes: { cacheEngine: 'Redis', locationType: 'AWS Region' },
        awsUnits: ['hrs', 'hours'],
        reservable: true,
      },
    ],
  },
];
