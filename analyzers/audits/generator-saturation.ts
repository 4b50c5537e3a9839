import type { Audit, Evidence, Finding, GeneratorSummary, Plan } from '../contract.ts';

export const generatorSaturation: Audit<'generatorHealth' | 'plan'> = {
  id: 'generator-saturation',
  question: 'Did the machine that made the load keep up?',
  needs: ['generatorHealth', 'plan'],
  audit({ generatorHealth, plan }) {
    if (generatorHealth.saturated === false) return [];
    const unknown = generatorHealth.saturated === null;
    return {
      id: 'generator-saturation',
      verdict: 'inconclusive',
      severity: 'high',
      title: unknown
        ? `Nobody knows how the load generator fared: ${generatorHealth.reason}`
        : `The load generator was saturated: ${generatorHealth.reason}`,
      ...adviceOn(generatorHealth, plan),
      evidence: evidenceOf(generatorHealth, plan.machine.cpus),
    };
  },
};

/** Users are most often not free because the target keeps them waiting: more cores would not help. */
function adviceOn({ droppedIterations }: GeneratorSummary, { target }: Plan): Pick<Finding, 'why' | 'next'> {
  if (droppedIterations !== null && droppedIterations > 0) {
    return {
      why: 'What finds no free user is never sent, so less load is made than planned, and the slowest moments are missing from the latencies.',
      next: 'Look first at why answers keep users waiting. If they may, raise `maxVUs` in the script, or ask for a lower rate.',
    };
  }
  return {
    why: 'A generator that waits for its own processor measures its own queue: latencies read higher, and less load is made than planned.',
    next: target.embedded
      ? 'Run with fewer users, or on a machine with more cores: the embedded target shares this one.'
      : 'Run with fewer users, or from a machine with more cores.',
  };
}

function evidenceOf(health: GeneratorSummary, cpus: number): Evidence[] {
  return [
    { what: 'processor use of k6, median', value: health.engineCpuCoresP50, limit: cpus, unit: 'cores' },
    { what: 'share of the machine in use, median', value: health.machineCpuP50, unit: 'ratio' },
    { what: 'dropped iterations', value: health.droppedIterations, limit: 0 },
    { what: 'longest event-loop delay of loadkit', value: health.eventLoopLagMsMax, unit: 'ms' },
  ];
}
