import { HIT_RATE_MIN } from '../cache-limits.ts';
import { type Audit, isMissing, type Resource } from '../contract.ts';
import { clopperPearson } from '../models/intervals.ts';
import {
  type Answer,
  baselineStretch,
  began,
  fullLoadStretch,
  ofEach,
  PLATFORM_NEEDS,
  type PlatformInputs,
  type PlatformNeed,
} from '../platform-audit.ts';
import { highest, isTold, type Stretch, sinceShareAt, total } from '../platform-series.ts';
import { runStartS } from '../run-times.ts';
import { ALL_READ, ifRead } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** Fewer look-ups say little, and cost little. Guess: tune. */
const LOOKUPS_MIN = 50;

export const redisHitRate: Audit<PlatformNeed> = {
  id: 'redis-hit-rate',
  question: 'Does the cache have what it is asked for?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('redis-hit-rate', ['elasticache'], inputs, (resource) => ofCache(resource, fullLoadStretch(inputs), inputs)),
};

function ofCache({ node }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const [allHits, allMisses] = [total(stretch, [node, 'CacheHits', 'Sum']), total(stretch, [node, 'CacheMisses', 'Sum'])];
  if (allHits === null || allMisses === null)
    return { missing: `CloudWatch has no CacheHits and CacheMisses of ${node} within the window` };
  // What goes on without players (a poll for work, a health check) is not theirs.
  const hits = Math.max(0, allHits - idleOf([node, 'CacheHits'], stretch, inputs));
  const misses = Math.max(0, allMisses - idleOf([node, 'CacheMisses'], stretch, inputs));
  const lookups = hits + misses;
  if (lookups < LOOKUPS_MIN) return [];
  const rate = hits / lookups;
  const interval = clopperPearson(Math.round(hits), Math.round(lookups), 0.95);
  if (interval[1] >= HIT_RATE_MIN) return [];
  const missing = sinceShareAt(stretch, [node, 'CacheMisses', 'Sum'], [node, 'CacheHits', 'Sum'], (1 - HIT_RATE_MIN) / HIT_RATE_MIN);
  const since = missing && Math.max(missing, runStartS(inputs) ?? missing);
  const evictions = total(stretch, [node, 'Evictions', 'Sum']);
  const expired = total(stretch, [node, 'Reclaimed', 'Sum']);
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} had ${percent(rate)} of what it was asked for, less than ${percent(HIT_RATE_MIN)}`,
    limiter: { node, resource: 'hit-rate', harm: 'wasteful', since },
    why: 'Each miss is a read of the table behind it, and a write of the cache: latency and read capacity grow with them.',
    evidence: [
      { what: 'hit rate of the run', value: rate, limit: HIT_RATE_MIN, unit: 'ratio', interval },
      { what: 'misses', value: misses },
      { what: 'look-ups', value: lookups },
      { what: 'Evictions', value: evictions },
      { what: 'expired keys (Reclaimed)', value: expired },
      { what: 'keys, most', value: ifRead(() => highest(stretch, [node, 'CurrItems', 'Maximum'])) },
      ...began(inputs, since),
    ],
    next: adviceOn(node, misses, evictions ?? 0, expired ?? 0),
    effect: `At ${percent(HIT_RATE_MIN)} the tables behind it get ${figure(Math.max(0, Math.round(misses - (1 - HIT_RATE_MIN) * lookups)))} fewer reads in a window like this.`,
  };
}

/** What the rate before the run makes over the length of the stretch; 0 where nobody looked before the run. */
function idleOf([node, metric]: readonly [string, string], stretch: Stretch, inputs: PlatformInputs): number {
  const before = baselineStretch(inputs);
  if (isMissing(before)) return 0;
  const upFrom = before.periods.findIndex((period) => isTold({ ...before, periods: [period], unread: ALL_READ }, node));
  if (upFrom === -1) return 0;
  // The cache may have come up within the first period, which then is short of what goes on.
  const periods = before.periods.slice(Math.min(upFrom + 1, before.periods.length - 1));
  const looked = total({ ...before, periods }, [node, metric, 'Sum']) ?? 0;
  return (looked / periods.length) * stretch.periods.length;
}

function adviceOn(node: string, misses: number, evictions: number, expired: number): string {
  if (evictions > 0) return `Give ${node} more memory: it evicts what is still asked for.`;
  if (expired >= misses / 4)
    return `Let keys of ${node} live longer (EX/TTL): most misses follow upon an expiry. Renew hot keys before they expire, with jitter.`;
  return `Fill ${node} before the load (cache warming), and find what empties it or asks for keys that are never set: no eviction and few expiries explain the misses.`;
}
