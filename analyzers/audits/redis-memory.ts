import { MEMORY_NEAR } from '../cache-limits.ts';
import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { highest, type Name, sinceAt, total } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure } from '../words.ts';

/** Where the game's own alarm stands, too. */
const NEAR_PERCENT = 100 * MEMORY_NEAR;

export const redisMemory: Audit<PlatformNeed> = {
  id: 'redis-memory',
  question: 'Is the memory of the cache nearly full?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('redis-memory', ['elasticache'], inputs, ({ node, limits }, stretch) => {
      const name: Name = [node, 'DatabaseMemoryUsagePercentage', 'Maximum'];
      const most = highest(stretch, name);
      if (most === null) return { missing: `CloudWatch has no DatabaseMemoryUsagePercentage of ${node} within the window` };
      // Full is what evicts, and redis-evictions tells of that.
      if (most < NEAR_PERCENT || (total(stretch, [node, 'Evictions', 'Sum']) ?? 0) > 0) return [];
      return {
        verdict: 'warn',
        severity: 'medium',
        title: `${node} used ${figure(most)} % of its memory`,
        why: 'A full cache evicts what is still needed, or refuses writes, depending on its maxmemory-policy.',
        evidence: [
          { what: 'DatabaseMemoryUsagePercentage, most', value: most, limit: NEAR_PERCENT, unit: '%' },
          { what: 'memory for data', value: limits.memoryBytes ?? null, unit: 'bytes' },
          { what: 'keys, most', value: ifRead(() => highest(stretch, [node, 'CurrItems', 'Maximum'])) },
          ...began(inputs, sinceAt(stretch, name, NEAR_PERCENT)),
        ],
        next: `Take the next larger node type for ${node}${limits.nodeType ? ` (now ${limits.nodeType})` : ''} before asking for more load, or give keys that have none an expiry.`,
        effect: 'Room for the keys of more players.',
      };
    }),
};
