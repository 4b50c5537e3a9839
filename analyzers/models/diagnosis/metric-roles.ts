/**
 * What a metric says about its node. Names are compared without case, by CloudWatch's and X-Ray's own names:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
 *
 * - `latency`: time for one request; `self-time`: what of it the node doesn't wait for others; `path-time`: its self time on the critical path of
 *   one request to the symptom's node (`selfTimes` of critical-path.ts, per trace); `requests`: how many there were; `errors`: how many failed; `availability`: the share that did not.
 * - `throttles`: refusals for want of capacity, a limit that was met.
 * - `utilisation`: share of a limit in percent; `usage` and `limit`: the two it could be worked out from.
 * - `strain`: grows when a resource is short; `health`: shrinks when it is.
 */
export type MetricRole =
  | 'latency'
  | 'self-time'
  | 'path-time'
  | 'requests'
  | 'errors'
  | 'availability'
  | 'throttles'
  | 'utilisation'
  | 'usage'
  | 'limit'
  | 'strain'
  | 'health'
  | 'other';

/** The first that fits decides: `ThrottledRequests` are throttles, not requests; `ProvisionedConcurrencyUtilization` is no limit. */
const ROLES: readonly [role: MetricRole, name: RegExp][] = [
  // What the gateway waits for its integration: a part of its own latency, that of who is called.
  ['other', /^integrationlatency$/i],
  ['path-time', /critical_?path/i],
  ['self-time', /^self_?(time|duration|latency)/i],
  ['throttles', /throttl|ratelimited|spilloverinvocations|rejected[a-z]*count/i],
  ['utilisation', /utili[sz]ation|usagepercentage|percentageused/i],
  ['availability', /^availability$|success(rate|ratio|percentage)/i],
  ['errors', /error|fault|failure|failed|[45]xx|timeouts?$/i],
  ['strain', /eviction|swapusage|pendingtaskcount|queue(length|depth)|lag$|iteratorage|ageofoldest|newconnections|unhealthy|initduration/i],
  ['health', /hitrate|runningtaskcount|healthyhostcount|cpucreditbalance|burstbalance|freeablememory|freestorage/i],
  ['latency', /latency|duration|response_?time/i],
  ['limit', /^(provisioned|reserved|max|account)|(limit|reserved|quota)$/i],
  ['usage', /concurrentexecutions|^consumed|utilized$|connections$/i],
  ['requests', /^requests?$|^count$|requestcount|invocations|messagecount|^calls?$/i],
];

/** Latency's SampleCount is the number of its requests. */
export function roleOf(metric: string, stat: string): MetricRole {
  const role = ROLES.find(([, name]) => name.test(metric))?.[0] ?? 'other';
  return role === 'latency' && stat === 'SampleCount' ? 'requests' : role;
}

/**
 * Limit series by the usage they belong to: `ConcurrentExecutions` against `ReservedConcurrentExecutions`, `CpuUtilized` against `CpuReserved`,
 * `ConsumedReadCapacityUnits` against `ProvisionedReadCapacityUnits`, `X` against `XLimit`.
 */
export function limitNamesOf(usage: string): string[] {
  const consumed = /^Consumed(.+)$/.exec(usage)?.[1];
  const utilized = /^(.+)Utilized$/.exec(usage)?.[1];
  return [
    `${usage}Limit`,
    `Max${usage}`,
    `Reserved${usage}`,
    `Account${usage}`,
    `Provisioned${usage}`,
    ...(consumed === undefined ? [] : [`Provisioned${consumed}`, `AccountProvisioned${consumed}`]),
    ...(utilized === undefined ? [] : [`${utilized}Reserved`, `${utilized}Limit`]),
  ];
}
