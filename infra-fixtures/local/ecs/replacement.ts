/** Which tasks a service starts and stops next, as ECS's rolling update does: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html */

export interface TaskView {
  /** Counts up with each deployment. */
  deployment: number;
  /** `starting` until its first health check succeeds. */
  health: 'starting' | 'healthy' | 'unhealthy';
}

export interface DeploymentLimits {
  healthyPercentMin: number;
  healthyPercentMax: number;
}

export interface Step<T> {
  start: number;
  stop: T[];
}

/**
 * The next step towards `desired` healthy tasks of the latest deployment; nothing to start and nothing to stop once that is reached. Unhealthy tasks are stopped
 * at once. Of healthy ones none is stopped that `healthyPercentMin` of the desired number needs, and never are more than `healthyPercentMax` of it there.
 *
 * @param tasks those that are not stopping
 */
export const nextStep = <T extends TaskView>(
  tasks: readonly T[],
  deployment: number,
  desired: number,
  limits: DeploymentLimits,
): Step<T> => {
  const unhealthy = tasks.filter(({ health }) => health === 'unhealthy');
  const live = tasks.filter(({ health }) => health !== 'unhealthy');
  const latest = live.filter((task) => task.deployment === deployment);
  const max = Math.floor((desired * limits.healthyPercentMax) / 100);
  const start = Math.max(0, Math.min(desired - latest.length, max - live.length));
  const surplus = latest.toSorted(byUse).slice(desired);
  return { start, stop: [...unhealthy, ...surplus, ...outdated(live, latest, deployment, desired, limits)] };
};

/** Of a former deployment: they go once one of the new tasks has shown that it works. */
const outdated = <T extends TaskView>(
  live: readonly T[],
  latest: readonly T[],
  deployment: number,
  desired: number,
  { healthyPercentMin }: DeploymentLimits,
): T[] => {
  const former = live.filter((task) => task.deployment !== deployment);
  if (desired > 0 && latest.every(({ health }) => health !== 'healthy')) return [];
  const healthy = live.filter(({ health }) => health === 'healthy').length;
  const spare = Math.max(0, healthy - Math.ceil((desired * healthyPercentMin) / 100));
  const working = former.filter(({ health }) => health === 'healthy');
  return [...former.filter(({ health }) => health !== 'healthy'), ...working.slice(0, spare)];
};

const byUse = (a: TaskView, b: TaskView): number => Number(b.health === 'healthy') - Number(a.health === 'healthy');
