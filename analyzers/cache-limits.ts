/**
 * Below it a significant share of keys is evicted, expired, or was never there.
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html (CacheHitRate)
 */
export const HIT_RATE_MIN = 0.8;

/** Of a cache's memory. AWS advises to act here: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html */
export const MEMORY_NEAR = 0.8;
