import type { Usage } from './usage.ts';

/**
 * The same system under `ratio` times the load: requests, request units, messages, connections and the capacity of load balancers go with it; what is provisioned, tasks and nodes stay as
 * they are.
 */
export function usageAtLoad(usage: Usage, ratio: number): Usage {
  return {
    ...usage,
    lambda: usage.lambda.map((each) => ({ ...each, requests: ratio * each.requests })),
    dynamodb: usage.dynamodb.map((each) =>
      each.mode === 'provisioned' ? each : { ...each, writeUnits: ratio * each.writeUnits, readUnits: ratio * each.readUnits },
    ),
    httpApi: usage.httpApi.map((each) => ({ ...each, requests: ratio * each.requests })),
    restApi: usage.restApi.map((each) => ({ ...each, requests: ratio * each.requests })),
    webSocketApi: usage.webSocketApi.map((each) => ({
      ...each,
      messages: ratio * each.messages,
      connectionMinutes: ratio * each.connectionMinutes,
    })),
    alb: usage.alb.map((each) => ({ ...each, lcus: ratio * each.lcus })),
  };
}
