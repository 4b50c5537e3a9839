import { answerJson, close, listen } from '../http.ts';
import { loadBalancerDimensions, targetGroupDimensions } from '../names.ts';
import type { Platform } from '../telemetry/platform.ts';

/** An Application Load Balancer in front of a service's tasks; of HTTP it has what the game asks: GET. */
export interface LoadBalancer {
  url: string;
  stop(): Promise<void>;
}

const NAMESPACE = 'AWS/ApplicationELB';
/** The default idle timeout: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html */
const TIMEOUT_MS = 60_000;

/** Each request as a connection of its own, which for up to 11 KB is more of a unit than its bytes: 25 a second are one, https://aws.amazon.com/elasticloadbalancing/pricing/ */
const LCU_HOURS_OF_REQUEST = 1 / 25 / 3600;

/** @param healthyTargets the addresses of those who take requests, asked for each request */
export const startLoadBalancer = async (healthyTargets: () => readonly string[], platform: Platform): Promise<LoadBalancer> => {
  let turn = 0;
  const count = (name: string): void => {
    for (const dimensions of [loadBalancerDimensions, targetGroupDimensions]) platform.metric(NAMESPACE, name, dimensions, 1, 'Count');
  };
  const refuse = (status: 502 | 503): number => {
    platform.metric(NAMESPACE, 'HTTPCode_ELB_5XX_Count', loadBalancerDimensions, 1, 'Count');
    platform.metric(NAMESPACE, `HTTPCode_ELB_${status}_Count`, loadBalancerDimensions, 1, 'Count');
    return status;
  };
  const { server, port } = await listen(async (request, response) => {
    if (request.method !== 'GET') return answerJson(response, 405, { message: 'Method Not Allowed' });
    const targets = healthyTargets();
    const target = targets[turn++ % targets.length];
    if (target === undefined) return answerJson(response, refuse(503), { message: 'Service Temporarily Unavailable' });
    count('RequestCount');
    platform.metric(NAMESPACE, 'ConsumedLCUs', loadBalancerDimensions, LCU_HOURS_OF_REQUEST, 'Count');
    const startedAt = performance.now();
    try {
      const answer = await fetch(target + (request.url ?? '/'), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const body = Buffer.from(await answer.arrayBuffer());
      for (const dimensions of [loadBalancerDimensions, targetGroupDimensions]) {
        platform.metric(NAMESPACE, 'TargetResponseTime', dimensions, (performance.now() - startedAt) / 1000, 'Seconds');
      }
      count(`HTTPCode_Target_${Math.floor(answer.status / 100)}XX_Count`);
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/octet-stream' }).end(body);
    } catch {
      count('TargetConnectionErrorCount');
      answerJson(response, refuse(502), { message: 'Bad Gateway' });
    }
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
};
