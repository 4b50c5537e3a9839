import type { Unit } from '../telemetry/platform.ts';

/** The answer to INFO, by field: https://redis.io/docs/latest/commands/info/ */
export type RedisInfo = ReadonlyMap<string, string>;

export const parseInfo = (text: string): RedisInfo => {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
};

export interface CacheFigure {
  name: string;
  value: number;
  unit: Unit;
}

/** What the node itself has: a cache.t3.micro's. https://aws.amazon.com/elasticache/pricing/ */
const NODE_BYTES = 536_870_912;
const NODE_CPUS = 2;

/** The commands that AWS counts together, as far as an application uses them: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html */
const FAMILIES: Readonly<Record<string, ReadonlySet<string>>> = {
  GetTypeCmds: new Set(
    'get mget getrange strlen exists ttl pttl type hget hmget hgetall hexists hlen hkeys hvals llen lrange lindex scard smembers sismember zrange zscore zcard zrank'.split(
      ' ',
    ),
  ),
  SetTypeCmds: new Set(
    'set setex setnx mset append incr incrby decr decrby del unlink expire pexpire hset hmset hdel hincrby lpush rpush lpop rpop lrem lmove blmove ltrim sadd srem spop zadd zrem zincrby'.split(
      ' ',
    ),
  ),
  StringBasedCmds: new Set('get mget getrange strlen set setex setnx mset append incr incrby decr decrby'.split(' ')),
  HashBasedCmds: new Set('hget hmget hgetall hexists hlen hkeys hvals hset hmset hdel hincrby'.split(' ')),
  ListBasedCmds: new Set('llen lrange lindex lpush rpush lpop rpop lrem lmove blmove ltrim'.split(' ')),
  SetBasedCmds: new Set('scard smembers sismember sadd srem spop'.split(' ')),
  SortedSetBasedCmds: new Set('zrange zscore zcard zrank zadd zrem zincrby'.split(' ')),
  KeyBasedCmds: new Set('exists ttl pttl type del unlink expire pexpire scan'.split(' ')),
};

/** Counters of INFO and what AWS calls their growth. */
const COUNTERS: readonly (readonly [name: string, field: string, unit: Unit])[] = [
  ['CacheHits', 'keyspace_hits', 'Count'],
  ['CacheMisses', 'keyspace_misses', 'Count'],
  ['Evictions', 'evicted_keys', 'Count'],
  ['Reclaimed', 'expired_keys', 'Count'],
  ['NewConnections', 'total_connections_received', 'Count'],
  ['NetworkBytesIn', 'total_net_input_bytes', 'Bytes'],
  ['NetworkBytesOut', 'total_net_output_bytes', 'Bytes'],
];

interface Interval {
  before: RedisInfo;
  after: RedisInfo;
  elapsedS: number;
  /** Of this process, which don't count as the game's. */
  ownConnections: number;
}

/**
 * The metrics of ElastiCache for an interval: counters by what they grew, the rest as it is at its end.
 * A ratio of nothing is left out.
 */
export const cacheFigures = ({ before, after, elapsedS, ownConnections }: Interval): CacheFigure[] => {
  const grown = (field: string): number => number(after, field) - number(before, field);
  const [hits, misses] = [grown('keyspace_hits'), grown('keyspace_misses')];
  const [bytes, bytesMax] = [number(after, 'used_memory'), number(after, 'maxmemory')];
  const cpuS = grown('used_cpu_sys') + grown('used_cpu_user');
  // The thread that works the commands, where Redis tells (6.2 and newer).
  const mainS = after.has('used_cpu_user_main_thread') ? grown('used_cpu_sys_main_thread') + grown('used_cpu_user_main_thread') : cpuS;
  return [
    ...COUNTERS.map(([name, field, unit]) => ({ name, value: Math.max(0, grown(field)), unit })),
    ...(hits + misses > 0 ? [percent('CacheHitRate', hits / (hits + misses))] : []),
    { name: 'CurrConnections', value: Math.max(0, number(after, 'connected_clients') - ownConnections), unit: 'Count' },
    { name: 'CurrItems', value: keyspace(after, 'keys'), unit: 'Count' },
    { name: 'CurrVolatileItems', value: keyspace(after, 'expires'), unit: 'Count' },
    { name: 'BytesUsedForCache', value: bytes, unit: 'Bytes' },
    ...(bytesMax > 0 ? [percent('DatabaseMemoryUsagePercentage', bytes / bytesMax)] : []),
    // The host's own figures are those of the server's process on a node of this size: nothing else would run there.
    { name: 'FreeableMemory', value: Math.max(0, NODE_BYTES - (number(after, 'used_memory_rss') || bytes)), unit: 'Bytes' },
    percent('EngineCPUUtilization', mainS / elapsedS),
    percent('CPUUtilization', cpuS / elapsedS / NODE_CPUS),
    ...Object.entries(FAMILIES).flatMap(([name, commands]) => familyFigures(name, commands, { before, after })),
  ];
};

const familyFigures = (
  name: string,
  commands: ReadonlySet<string>,
  interval: Omit<Interval, 'elapsedS' | 'ownConnections'>,
): CacheFigure[] => {
  let [calls, us] = [0, 0];
  for (const command of commands) {
    const [old, fresh] = [commandStatistics(interval.before, command), commandStatistics(interval.after, command)];
    calls += fresh.calls - old.calls;
    us += fresh.us - old.us;
  }
  const count: CacheFigure = { name, value: Math.max(0, calls), unit: 'Count' };
  if (calls <= 0) return [count];
  return [count, { name: `${name}Latency`, value: us / calls, unit: 'Microseconds' }];
};

const commandStatistics = (info: RedisInfo, command: string): { calls: number; us: number } => {
  const [, calls = '0', us = '0'] = /^calls=(\d+),usec=(\d+)/.exec(info.get(`cmdstat_${command}`) ?? '') ?? [];
  return { calls: Number(calls), us: Number(us) };
};

/** Of all databases: `db0:keys=2,expires=1,avg_ttl=0`. */
const keyspace = (info: RedisInfo, what: 'keys' | 'expires'): number => {
  let sum = 0;
  for (const [field, value] of info) {
    if (/^db\d+$/.test(field)) sum += Number(new RegExp(`(?:^|,)${what}=(\\d+)`).exec(value)?.[1] ?? 0);
  }
  return sum;
};

const number = (info: RedisInfo, field: string): number => Number(info.get(field) ?? 0);

const percent = (name: string, ratio: number): CacheFigure => ({ name, value: Math.max(0, ratio * 100), unit: 'Percent' });
