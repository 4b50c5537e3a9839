export interface CacheNode {
  type: string;
  /** `maxmemory`, before what the parameter group keeps free of it. */
  memoryBytes: number;
  vcpu: number;
  /** The share of its processors that a burstable node may use all the time; null: all of it. */
  baseline: number | null;
}

const burstable = (family: string): CacheNode[] => [
  { type: `cache.${family}.micro`, memoryBytes: 536_870_912, vcpu: 2, baseline: 0.1 },
  { type: `cache.${family}.small`, memoryBytes: 1_471_026_299, vcpu: 2, baseline: 0.2 },
  { type: `cache.${family}.medium`, memoryBytes: 3_317_862_236, vcpu: 2, baseline: 0.2 },
];

/** The sizes of m and of r. */
const sized = (family: string, large: number, xlarge: number, xlarge2: number, xlarge4: number): CacheNode[] => [
  { type: `cache.${family}.large`, memoryBytes: large, vcpu: 2, baseline: null },
  { type: `cache.${family}.xlarge`, memoryBytes: xlarge, vcpu: 4, baseline: null },
  { type: `cache.${family}.2xlarge`, memoryBytes: xlarge2, vcpu: 8, baseline: null },
  { type: `cache.${family}.4xlarge`, memoryBytes: xlarge4, vcpu: 16, baseline: null },
];

/**
 * Nodes as they were in November 2026, each family from its smallest on. Memory: Redis OSS node-type specific parameters,
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html#ParameterGroups.Redis.NodeSpecific ; processors and baselines are those of
 * the EC2 instances of the same name: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html
 */
export const CACHE_NODES: readonly CacheNode[] = [
  { type: 'cache.t2.micro', memoryBytes: 581_959_680, vcpu: 1, baseline: 0.1 },
  { type: 'cache.t2.small', memoryBytes: 1_665_138_688, vcpu: 1, baseline: 0.2 },
  { type: 'cache.t2.medium', memoryBytes: 3_461_349_376, vcpu: 2, baseline: 0.2 },
  ...['t3', 't4g'].flatMap(burstable),
  ...['m5', 'm6g', 'm7g'].flatMap((family) => sized(family, 6_854_542_746, 13_891_921_715, 27_966_669_210, 56_116_178_125)),
  ...['r5', 'r6g', 'r7g'].flatMap((family) => sized(family, 14_037_181_030, 28_261_849_702, 56_711_183_565, 113_609_865_216)),
];

/** `cache.t3` of `cache.t3.micro`. */
export const familyOf = (type: string): string => type.slice(0, type.lastIndexOf('.'));
