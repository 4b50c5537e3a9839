import { engine, metricsNamespace } from '../../game/definition.ts';
import { serviceDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** It fails each time, is put back each time, and what is done with it is lost. */
export const poisonedTask: Fault = {
  name: 'poisoned-task',
  summary: 'tasks that can never succeed are retried for ever',
  truth: { node: 'fargate:engine', resource: 'retries' },
  value: { what: 'share of the tasks that are poisoned', fallback: 0.1, min: 0.001, max: 1, whole: false },
  scenario: 'fargate-focused',
  symptom: { kind: 'slow-trend', trend: 'task_latency' },
  evidence: [
    { namespace: metricsNamespace, metric: 'TasksRetried', dimensions: { service: engine.service }, stat: 'Sum', change: 'appears' },
    { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions: serviceDimensions, stat: 'Average', change: 'rises' },
  ],
  apply: (settings, value) => {
    settings.game['POISONED_TASK_SHARE'] = String(value);
    settings.game['TASK_ATTEMPTS_MAX'] = '0';
    settings.engine.tasksMax = settings.engine.tasksMin;
  },
};
