import { expect, it } from 'vitest';
import { limitNamesOf, type MetricRole, roleOf } from './metric-roles.ts';

it.each<[metric: string, stat: string, role: MetricRole]>([
  ['latency', 'Average', 'latency'],
  ['Duration', 'p95', 'latency'],
  ['TargetResponseTime', 'Average', 'latency'],
  ['IntegrationLatency', 'Average', 'other'],
  ['SuccessfulRequestLatency', 'Average', 'latency'],
  ['SuccessfulRequestLatency', 'SampleCount', 'requests'],
  ['CriticalPathTime', 'Average', 'path-time'],
  ['SelfTime', 'Average', 'self-time'],
  ['requests', 'Sum', 'requests'],
  ['Invocations', 'Sum', 'requests'],
  ['RequestCount', 'Sum', 'requests'],
  ['Count', 'Sum', 'requests'],
  ['Errors', 'Sum', 'errors'],
  ['5XXError', 'Sum', 'errors'],
  ['HTTPCode_Target_5XX_Count', 'Sum', 'errors'],
  ['SystemErrors', 'Sum', 'errors'],
  ['availability', 'Average', 'availability'],
  ['Throttles', 'Sum', 'throttles'],
  ['ThrottledRequests', 'Sum', 'throttles'],
  ['ReadThrottleEvents', 'Sum', 'throttles'],
  ['CPUUtilization', 'Average', 'utilisation'],
  ['EngineCPUUtilization', 'Average', 'utilisation'],
  ['DatabaseMemoryUsagePercentage', 'Average', 'utilisation'],
  ['ProvisionedConcurrencyUtilization', 'Maximum', 'utilisation'],
  ['ConcurrentExecutions', 'Maximum', 'usage'],
  ['ConsumedReadCapacityUnits', 'Sum', 'usage'],
  ['ProvisionedReadCapacityUnits', 'Average', 'limit'],
  ['ReservedConcurrentExecutions', 'Maximum', 'limit'],
  ['Evictions', 'Sum', 'strain'],
  ['PendingTaskCount', 'Average', 'strain'],
  ['CacheHitRate', 'Average', 'health'],
  ['SignInsRefused', 'Sum', 'other'],
])('%s %s is %s', (metric, stat, role) => {
  expect(roleOf(metric, stat)).toBe(role);
});

it('finds the limit that a usage belongs to', () => {
  expect(limitNamesOf('ConcurrentExecutions')).toContain('ReservedConcurrentExecutions');
  expect(limitNamesOf('ConsumedReadCapacityUnits')).toContain('ProvisionedReadCapacityUnits');
  expect(limitNamesOf('MemoryUtilized')).toContain('MemoryReserved');
});
