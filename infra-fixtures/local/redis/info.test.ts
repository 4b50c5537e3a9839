import { expect, it } from 'vitest';
import { cacheFigures, parseInfo } from './info.ts';

/** As redis-server 7.0 writes it. */
const info = (fields: Record<string, string | number>): string =>
  `# Server\r\nrun_id:1\r\n\r\n# Clients\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;

const figures = (before: Record<string, string | number>, after: Record<string, string | number>) =>
  Object.fromEntries(
    cacheFigures({ before: parseInfo(info(before)), after: parseInfo(info(after)), elapsedS: 2, ownConnections: 1 }).map((figure) => [
      figure.name,
      figure,
    ]),
  );

it('tells counters by what they grew, and the rest as it is', () => {
  const told = figures(
    {
      keyspace_hits: 10,
      keyspace_misses: 5,
      evicted_keys: 3,
      expired_keys: 0,
      total_connections_received: 4,
      connected_clients: 9,
      db0: 'keys=1',
    },
    {
      keyspace_hits: 40,
      keyspace_misses: 15,
      evicted_keys: 5,
      expired_keys: 7,
      total_connections_received: 4,
      connected_clients: 6,
      used_memory: 250,
      used_memory_rss: 536_870_912 - 1000,
      maxmemory: 1000,
      db0: 'keys=12,expires=4,avg_ttl=0',
      db1: 'keys=3,expires=1,avg_ttl=0',
    },
  );
  const values = Object.fromEntries(Object.values(told).map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({
    CacheHits: 30,
    CacheMisses: 10,
    CacheHitRate: 75,
    Evictions: 2,
    Reclaimed: 7,
    NewConnections: 0,
    CurrConnections: 5,
    CurrItems: 15,
    CurrVolatileItems: 5,
    BytesUsedForCache: 250,
    DatabaseMemoryUsagePercentage: 25,
    FreeableMemory: 1000,
  });
  expect([told['CacheHits']?.unit, told['BytesUsedForCache']?.unit, told['CacheHitRate']?.unit]).toEqual(['Count', 'Bytes', 'Percent']);
});

it('leaves out what is a ratio of nothing', () => {
  const told = figures({}, { used_memory: 5, maxmemory: 0 });
  expect(told['CacheHitRate']).toBeUndefined();
  expect(told['DatabaseMemoryUsagePercentage']).toBeUndefined();
  expect(told['GetTypeCmdsLatency']).toBeUndefined();
  expect(told['GetTypeCmds']?.value).toBe(0);
  expect(told['Evictions']?.value).toBe(0);
});

it('takes the CPU of the thread that works the commands, and of both CPUs of the node', () => {
  const told = figures(
    { used_cpu_sys: 1, used_cpu_user: 1, used_cpu_sys_main_thread: 1, used_cpu_user_main_thread: 1 },
    { used_cpu_sys: 1.5, used_cpu_user: 2.5, used_cpu_sys_main_thread: 1.4, used_cpu_user_main_thread: 2.2 },
  );
  expect(told['EngineCPUUtilization']?.value).toBeCloseTo(80);
  expect(told['CPUUtilization']?.value).toBeCloseTo(50);
  // An older server tells of the process alone.
  expect(figures({ used_cpu_sys: 1 }, { used_cpu_sys: 2 })['EngineCPUUtilization']?.value).toBeCloseTo(50);
});

it('counts commands by their kind, with their latency', () => {
  const of = (calls: number, usec: number): string => `calls=${calls},usec=${usec},usec_per_call=1.00,rejected_calls=0,failed_calls=0`;
  const told = figures(
    { cmdstat_get: of(10, 100) },
    { cmdstat_get: of(20, 300), cmdstat_hgetall: of(10, 100), cmdstat_lpush: of(5, 50), cmdstat_info: of(9, 9) },
  );
  expect([told['GetTypeCmds']?.value, told['SetTypeCmds']?.value]).toEqual([20, 5]);
  expect([told['StringBasedCmds']?.value, told['HashBasedCmds']?.value, told['ListBasedCmds']?.value]).toEqual([10, 10, 5]);
  // 300 µs for 20 commands.
  expect(told['GetTypeCmdsLatency']).toEqual({ name: 'GetTypeCmdsLatency', value: 15, unit: 'Microseconds' });
});
