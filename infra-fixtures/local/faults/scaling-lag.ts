import { serviceDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Enough that one task of the service can't do. Guess: tune. */
const TASK_CPU_MS = 200;

/** The service starts small, sees the load late, and each new task takes long to come. */
export const scalingLag: Fault = {
  name: 'scaling-lag',
  summary: 'the engine service scales too late',
  truth: { node: 'fargate:engine', resource: 'scaling' },
  value: { what: 'milliseconds until a new task works', fallback: 60000, min: 3001, max: 600000, whole: true },
  scenario: 'fargate-focused',
  symptom: { kind: 'slow-trend', trend: 'task_latency' },
  evidence: [
    { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions: serviceDimensions, stat: 'Maximum', change: 'rises' },
    { namespace: 'ECS/ContainerInsights', metric: 'PendingTaskCount', dimensions: serviceDimensions, stat: 'Maximum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.engine.tasksMin = 1;
    settings.engine.provisionMs = value;
    settings.game['TASK_CPU_MS'] = String(TASK_CPU_MS);
  },
};
