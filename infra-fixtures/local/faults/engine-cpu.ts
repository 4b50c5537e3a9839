import { serviceDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** A release that needs more of the processor for each task. */
export const engineCpu: Fault = {
  name: 'engine-cpu',
  summary: 'the tasks of the engine service have too little processor for what they compute',
  truth: { node: 'fargate:engine', resource: 'cpu' },
  value: { what: 'processor milliseconds of each game task', fallback: 400, min: 5, max: 10000, whole: true },
  scenario: 'fargate-focused',
  symptom: { kind: 'slow-trend', trend: 'task_latency' },
  evidence: [{ namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions: serviceDimensions, stat: 'Average', change: 'rises' }],
  apply: (settings, value) => {
    settings.game['TASK_CPU_MS'] = String(value);
    settings.engine.tasksMax = settings.engine.tasksMin;
  },
};
