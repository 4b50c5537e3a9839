import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { highest, type Name, sinceAt, total } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, plural } from '../words.ts';

export const redisEvictions: Audit<PlatformNeed> = {
  id: 'redis-evictions',
  question: 'Did the cache throw out what had not expired?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('redis-evictions', ['elasticache'], inputs, ({ node, limits }, stretch) => {
      const name: Name = [node, 'Evictions', 'Sum'];
      const evictions = total(stretch, name);
      if (evictions === null) return { missing: `CloudWatch has no Evictions of ${node} within the window` };
      if (evictions === 0) return [];
      const since = sinceAt(stretch, name, 1);
      const bytes = limits.memoryBytes ?? null;
      return {
        verdict: 'warn',
        severity: 'high',
        title: `${node} evicted ${plural(evictions, 'key')} for want of memory`,
        limiter: { node, resource: 'memory', harm: 'wasteful', since },
        why: 'A key that is evicted is missed and loaded again from the table behind it: the cache works, and does not help.',
        evidence: [
          { what: 'Evictions', value: evictions, limit: 0, unit: 'keys' },
          {
            what: 'memory in use, most',
            value: ifRead(() => highest(stretch, [node, 'DatabaseMemoryUsagePercentage', 'Maximum'])),
            limit: 100,
            unit: '%',
          },
          { what: 'memory for data', value: bytes, unit: 'bytes' },
          ...began(inputs, since),
        ],
        next: `Take a larger node type${limits.nodeType ? ` than ${limits.nodeType}` : ''} for ${node}, or shard it${bytes === null ? '. Its memory could not be read (elasticache:DescribeCacheClusters)' : `: it needs more than ${figure(bytes / 2 ** 20)} MiB for data`}. Or keep less: shorter expiry, smaller values.`,
        effect: 'The hit rate rises, and reads of the tables fall by as much.',
      };
    }),
};
