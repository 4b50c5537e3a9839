import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { highest, lowest, type Name, sinceAt } from '../platform-series.ts';
import { figure } from '../words.ts';

/** A task that comes to 100 % is ended. Guess: tune. */
const NEAR_PERCENT = 85;
/** Of what it used at most. Guess: tune. */
const ADVISED = 0.7;

export const fargateMemory: Audit<PlatformNeed> = {
  id: 'fargate-memory',
  question: 'Do the tasks of a service have enough memory?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('fargate-memory', ['ecs'], inputs, ({ node, limits }, stretch) => {
      const name: Name = [node, 'MemoryUtilization', 'Maximum'];
      const most = highest(stretch, name);
      if (most === null) return { missing: `CloudWatch has no MemoryUtilization of ${node} within the window` };
      if (most < NEAR_PERCENT) return [];
      const memoryMb = limits.memoryMb ?? null;
      const size =
        memoryMb === null
          ? 'Its size could not be read (ecs:DescribeTaskDefinition).'
          : `It needs ${figure(Math.ceil(((most / 100) * memoryMb) / ADVISED))} MB or more (now ${figure(memoryMb)}).`;
      return {
        verdict: 'warn',
        severity: most >= 100 ? 'critical' : 'high',
        title: `A task of ${node} used ${figure(most)} % of its memory`,
        ...(most >= 100 && { limiter: { node, resource: 'memory', harm: 'refuses' as const, since: sinceAt(stretch, name, 100) } }),
        why: 'ECS ends a task that comes to its limit, with everything that it works on.',
        evidence: [
          { what: 'MemoryUtilization of the fullest task', value: most, limit: 100, unit: '%' },
          { what: 'at the least', value: lowest(stretch, [node, 'MemoryUtilization', 'Average']), unit: '%' },
          { what: 'memory of a task', value: memoryMb, unit: 'MB' },
          ...began(inputs, sinceAt(stretch, name, NEAR_PERCENT)),
        ],
        next: `Give the task definition of ${node} the next memory size. ${size} Where use only ever grows, find what is kept.`,
        effect: `The peak of this run then takes ${figure(100 * ADVISED)} % of it.`,
      };
    }),
};
