import { HIT_RATE_MIN, MEMORY_NEAR } from '../cache-limits.ts';
import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Resource } from '../contract.ts';
import { highest, mean, type Name, type Stretch, samples, total } from '../platform-series.ts';
import { figure, percent } from '../words.ts';
import { CACHE_NODES, type CacheNode, familyOf } from './cache-nodes.ts';
import { savingOf } from './pricing.ts';
import { type Change, type Changes, NO_IMPACT, type Open, ofEach, type RightSizingInput, type Rule, type Use } from './rule.ts';

export const cacheNode: Rule = {
  id: 'cache-node',
  question: 'Which node type holds what a cache keeps?',
  setting: 'node type',
  ask: (input) => ofEach('elasticache', input, (resource) => ofCache(resource, input)),
};

/** Of a processor that is not burstable; AWS's page has 90 % for the engine's thread. Guess: tune. */
const CPU_SAFE = 0.8;
/** From the first third of the window to the last: what grows so much is still being filled. Guess: tune. */
const FILLING = 1.05;

interface CacheUse {
  now: CacheNode;
  /** Of what there is for data, at most; a share of 1. */
  memory: number;
  evictions: number;
  hitRate: number | null;
}

function ofCache(resource: Resource, input: RightSizingInput): Changes | Open {
  const use = useOf(resource, input);
  if ('open' in use) return use;
  if (use.evictions > 0 || use.memory >= MEMORY_NEAR) return larger(use, resource, input);
  return smaller(use, resource, input);
}

function useOf({ node, limits }: Resource, { stretch, whole }: RightSizingInput): CacheUse | Open {
  const now = CACHE_NODES.find(({ type }) => type === limits.nodeType);
  if (now === undefined)
    return {
      open: limits.nodeType ? `how much memory ${limits.nodeType} has is not known here` : `the node type of ${node} could not be read`,
      settledBy: 'Allow elasticache:DescribeCacheClusters, then `loadkit analyze --aws`; other families than t, m and r are not known.',
    };
  const percentUsed = highest(whole, [node, 'DatabaseMemoryUsagePercentage', 'Maximum']);
  const evictions = total(whole, [node, 'Evictions', 'Sum']);
  if (percentUsed === null || evictions === null)
    return {
      open: `CloudWatch has no DatabaseMemoryUsagePercentage or Evictions of ${node} within the window`,
      settledBy: 'A run that lasts a few periods of the metrics.',
    };
  const [hits, misses] = [total(stretch, [node, 'CacheHits', 'Sum']), total(stretch, [node, 'CacheMisses', 'Sum'])];
  const lookups = (hits ?? 0) + (misses ?? 0);
  return { now, memory: percentUsed / 100, evictions, hitRate: hits === null || lookups === 0 ? null : hits / lookups };
}

/** How much faster another family's processor is was not measured, so that a change keeps to its own. */
const ofFamily = ({ type }: CacheNode): CacheNode[] => CACHE_NODES.filter((each) => familyOf(each.type) === familyOf(type));

function larger(use: CacheUse, { node }: Resource, input: RightSizingInput): Changes | Open {
  const next = ofFamily(use.now).find(({ memoryBytes }) => memoryBytes > use.now.memoryBytes);
  if (next === undefined)
    return {
      open: `${node} is full, and ${use.now.type} is the largest of its family that is known here`,
      settledBy: 'A run with a node of another family, or with shards.',
    };
  const full = use.evictions > 0;
  return {
    changes: [
      {
        from: use.now.type,
        to: next.type,
        ...savingOf(input.prices, monthOf(use.now, input), monthOf(next, input), next.type),
        reduces: false,
        impact: { latencyMs: 'less', refused: 'less', why: 'what is no longer evicted need not be read from the tables' },
        // How much it would keep if it could is not known while it evicts.
        uses: full ? [] : [memoryUse(use, next, node, 1)],
        risk: { level: 'low', why: full ? 'nothing is taken away; whether it is enough the next run shows' : 'nothing is taken away' },
        why: full
          ? `${node} evicted ${figure(use.evictions)} keys for want of memory${rateOf(use)}`
          : `${node} used ${percent(use.memory)} of its memory, and ${percent(MEMORY_NEAR)} is safe`,
      },
    ],
  };
}

function smaller(use: CacheUse, resource: Resource, input: RightSizingInput): Changes | Open {
  const { node } = resource;
  const fits = ofFamily(use.now)
    .filter(({ memoryBytes }) => memoryBytes < use.now.memoryBytes)
    .filter((to) => memoryUse(use, to, node, input.load.factor).used <= MEMORY_NEAR * to.memoryBytes);
  if (fits.length === 0) return { changes: [] };
  return doubtOf(use, node, input.stretch) ?? { changes: fits.map((to) => shrunk(use, to, resource, input)) };
}

/** Why what it holds now is no measure of what it will hold. */
function doubtOf({ hitRate }: CacheUse, node: string, stretch: Stretch): Open | null {
  if (hitRate === null)
    return { open: `${node} was not asked for anything, or nobody counted it`, settledBy: 'A run that reads through the cache.' };
  if (hitRate < HIT_RATE_MIN)
    return {
      open: `${node} had ${percent(hitRate)} of what it was asked for without evicting anything: it was not filled`,
      settledBy: 'A longer run, or one with a warm cache.',
    };
  const kept = samples(stretch, [node, 'DatabaseMemoryUsagePercentage', 'Maximum']).map(({ value }) => value);
  const third = Math.ceil(kept.length / 3);
  if (kept.length < 3 || meanOf(kept.slice(-third)) > FILLING * meanOf(kept.slice(0, third)))
    return {
      open: `${node} was still being filled, or too few periods say whether it was`,
      settledBy: 'A run that lasts until its use of memory stays.',
    };
  const refused = ['In', 'Out'].reduce(
    (sum, way) => sum + (total(stretch, [node, `NetworkBandwidth${way}AllowanceExceeded`, 'Sum']) ?? 0),
    0,
  );
  return refused > 0
    ? { open: `${node} came to the limit of its network`, settledBy: 'A run without NetworkBandwidthAllowanceExceeded.' }
    : null;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function shrunk(use: CacheUse, to: CacheNode, { node }: Resource, input: RightSizingInput): Change {
  // A burstable processor saves up for its busiest period what it does not use in the others.
  const cpu = to.baseline === null ? highest(input.whole, cpuOf(node)) : mean(input.stretch, cpuOf(node));
  return {
    from: use.now.type,
    to: to.type,
    ...savingOf(input.prices, monthOf(use.now, input), monthOf(to, input), to.type),
    reduces: true,
    impact:
      cpu === null
        ? { latencyMs: 'unknown', refused: 'unknown', why: `CloudWatch has no CPUUtilization of ${node} within the window` }
        : { ...NO_IMPACT, why: `it holds all that it held, and the same engine is ${percent(cpu / 100)} busy` },
    uses: [memoryUse(use, to, node, input.load.factor), ...(cpu === null ? [] : [cpuUse(use, to, node, (cpu / 100) * input.load.factor)])],
    risk: {
      level: 'high',
      why: 'a run does not see all keys of a day; a smaller node has less network, too. A larger one again is a change of minutes',
    },
    why: `${node} used ${percent(use.memory)} of the memory of ${use.now.type} and evicted nothing${rateOf(use)}`,
  };
}

const cpuOf = (node: string): Name => [node, 'CPUUtilization', 'Average'];

const rateOf = ({ hitRate }: CacheUse): string => (hitRate === null ? '' : `, with a hit rate of ${percent(hitRate)}`);

/** The share that is kept free for backups is a setting of the parameter group, and stays. */
const memoryUse = ({ memory, now }: CacheUse, to: CacheNode, node: string, factor: number): Use => ({
  what: `memory of ${node}`,
  unit: 'bytes',
  used: memory * now.memoryBytes * factor,
  capacity: to.memoryBytes,
  safe: MEMORY_NEAR,
});

/** What is burstable keeps up its baseline only. */
const cpuUse = ({ now }: CacheUse, to: CacheNode, node: string, share: number): Use => ({
  what: `processor of ${node}`,
  unit: 'vCPU',
  used: share * now.vcpu,
  capacity: to.vcpu * (to.baseline ?? 1),
  safe: to.baseline === null ? CPU_SAFE : 1,
});

const monthOf = ({ type }: CacheNode, { prices }: RightSizingInput): number | null =>
  prices.monthOf({ elasticache: [{ nodeType: type, nodes: 1, hours: HOURS_PER_MONTH }] });
