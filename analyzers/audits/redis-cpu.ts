import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { highest, type Name, sinceAt } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure } from '../words.ts';

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html : 90 % of the one core that works the commands. */
const ENGINE_PERCENT_MAX = 90;

export const redisCpu: Audit<PlatformNeed> = {
  id: 'redis-cpu',
  question: 'Does the engine of the cache keep up?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('redis-cpu', ['elasticache'], inputs, ({ node, limits }, stretch) => {
      const name: Name = [node, 'EngineCPUUtilization', 'Maximum'];
      const most = highest(stretch, name);
      if (most === null) return { missing: `CloudWatch has no EngineCPUUtilization of ${node} within the window` };
      if (most < ENGINE_PERCENT_MAX) return [];
      const since = sinceAt(stretch, name, ENGINE_PERCENT_MAX);
      return {
        verdict: 'warn',
        severity: 'high',
        title: `The engine of ${node} was ${figure(most)} % busy`,
        limiter: { node, resource: 'cpu', harm: 'waits', since },
        why: 'Redis works commands one after the other on one core: at its end every command waits for all others, and more cores do not help.',
        evidence: [
          { what: 'EngineCPUUtilization, most', value: most, limit: ENGINE_PERCENT_MAX, unit: '%' },
          {
            what: 'CPUUtilization of the host, most',
            value: ifRead(() => highest(stretch, [node, 'CPUUtilization', 'Maximum'])),
            unit: '%',
          },
          { what: 'a read takes', value: ifRead(() => highest(stretch, [node, 'GetTypeCmdsLatency', 'Average'])), unit: 'µs' },
          ...began(inputs, since),
        ],
        next: `Add a read replica to ${node} and read from it; where writes dominate, shard it (cluster mode)${limits.nodeType ? ` or take a type with faster cores than ${limits.nodeType}` : ''}. Look at SLOWLOG for commands that walk large keys (KEYS, SMEMBERS, LRANGE 0 -1).`,
        effect: 'Each shard or replica takes its share of the commands.',
      };
    }),
};
