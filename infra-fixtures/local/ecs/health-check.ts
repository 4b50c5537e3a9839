export interface HealthCheckSettings {
  everyMs: number;
  timeoutMs: number;
  /** Failures in a row after which a target is unhealthy. */
  failuresMax: number;
}

type Health = 'healthy' | 'unhealthy';

/**
 * Asks a target at once and then again and again, as a load balancer does, and tells what it is each time that changes. A target that was never healthy
 * becomes unhealthy by as many failures. The returned function ends it.
 */
export const startHealthCheck = (url: string, settings: HealthCheckSettings, onChange: (health: Health) => void): (() => void) => {
  let failures = 0;
  let known: Health | null = null;
  let stopped = false;
  const tell = (health: Health): void => {
    if (stopped || health === known) return;
    known = health;
    onChange(health);
  };
  const look = async (): Promise<void> => {
    if (await answers(url, settings.timeoutMs)) {
      failures = 0;
      tell('healthy');
    } else if (++failures >= settings.failuresMax) tell('unhealthy');
  };
  void look();
  const timer = setInterval(() => void look(), settings.everyMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
};

const answers = async (url: string, timeoutMs: number): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
};
