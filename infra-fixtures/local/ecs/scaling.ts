/**
 * Application Auto Scaling with target tracking, several policies at once: https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */

/** Averages over one period of the metrics. */
export interface ServiceLoad {
  cpuPercent: number;
  memoryPercent: number;
  /** Of the game: waiting and running, per task of the service. */
  activeTasksPerTask: number;
}

export interface ScalingSettings extends ServiceLoad {
  scaleOutCooldownS: number;
  scaleInCooldownS: number;
}

/** A policy's alarms: high after three periods over the target, low after fifteen below nine tenths of it. Source: the alarms that AWS makes for a policy. */
const PERIODS_HIGH = 3;
const PERIODS_LOW = 15;
const LOW = 0.9;
/** Cooldowns are given for periods of a minute. */
const PERIOD_ON_AWS_S = 60;

/** A policy's metrics are its targets' names. */
const METRICS = ['cpuPercent', 'memoryPercent', 'activeTasksPerTask'] as const satisfies (keyof ServiceLoad)[];

interface Change {
  period: number;
  before: number;
}

export interface Scaling {
  /** The number of tasks to have from now on. To be called once a period; `load` is null for a period without data, in which nothing is decided. */
  next(load: ServiceLoad | null, desired: number): number;
}

export const createScaling = (targets: ScalingSettings, { tasksMin, tasksMax }: { tasksMin: number; tasksMax: number }): Scaling => {
  const recent: ServiceLoad[] = [];
  let period = 0;
  let scaledOut: Change | null = null;
  let scaledIn: Change | null = null;

  const coolsDown = (change: Change | null, cooldownS: number): change is Change =>
    change !== null && period - change.period < cooldownS / PERIOD_ON_AWS_S;
  const all = (periods: number, holds: (load: ServiceLoad) => boolean): boolean =>
    recent.length >= periods && recent.slice(-periods).every(holds);
  /** How many tasks would bring the metric to its target. */
  const wanted = (metric: keyof ServiceLoad, load: ServiceLoad, tasks: number): number =>
    Math.ceil((tasks * load[metric]) / targets[metric]);

  /** While it cools down, what was added is taken for granted: only a still larger number adds more. */
  const scaleOut = (load: ServiceLoad, desired: number): number => {
    const high = METRICS.filter((metric) => all(PERIODS_HIGH, (each) => each[metric] > targets[metric]));
    const base = coolsDown(scaledOut, targets.scaleOutCooldownS) ? scaledOut.before : desired;
    return Math.min(tasksMax, Math.max(desired, ...high.map((metric) => wanted(metric, load, base))));
  };

  /** Only when all policies agree. */
  const scaleIn = (load: ServiceLoad, desired: number): number => {
    if (coolsDown(scaledIn, targets.scaleInCooldownS)) return desired;
    if (!METRICS.every((metric) => all(PERIODS_LOW, (each) => each[metric] < LOW * targets[metric]))) return desired;
    return Math.max(tasksMin, Math.min(desired, Math.max(...METRICS.map((metric) => wanted(metric, load, desired)))));
  };

  return {
    next: (load, desired) => {
      period++;
      if (load === null) {
        recent.length = 0; // the alarms have insufficient data
        return desired;
      }
      recent.push(load);
      if (recent.length > PERIODS_LOW) recent.shift();
      const more = scaleOut(load, desired);
      if (more > desired) {
        scaledOut = { period, before: desired };
        return more;
      }
      const fewer = scaleIn(load, desired);
      if (fewer < desired) scaledIn = { period, before: desired };
      return fewer;
    },
  };
};
