import { serviceDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** One task, and nobody scales: the queue grows. */
export const engineTasksTooFew: Fault = {
  name: 'engine-tasks-too-few',
  summary: 'the engine service has too few tasks and does not scale',
  truth: { node: 'fargate:engine', resource: 'tasks' },
  value: { what: 'game tasks that one task of the service works at once', fallback: 2, min: 1, max: 99, whole: true },
  scenario: 'fargate-focused',
  symptom: { kind: 'slow-trend', trend: 'task_latency' },
  evidence: [
    { namespace: 'ECS/ContainerInsights', metric: 'RunningTaskCount', dimensions: serviceDimensions, stat: 'Average', change: 'falls' },
  ],
  apply: (settings, value) => {
    settings.engine.tasksMin = 1;
    settings.engine.tasksMax = 1;
    settings.engine.scaling.enabled = false;
    settings.game['ENGINE_CONCURRENCY'] = String(value);
  },
};
