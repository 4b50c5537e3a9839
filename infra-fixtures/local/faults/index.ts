import { apiThrottle } from './api-throttle.ts';
import { cacheCold } from './cache-cold.ts';
import { cacheConnections } from './cache-connections.ts';
import { cacheEvicting } from './cache-evicting.ts';
import { coldStartStorm } from './cold-start-storm.ts';
import { engineCpu } from './engine-cpu.ts';
import { engineTasksTooFew } from './engine-tasks-too-few.ts';
import { errorBurst } from './error-burst.ts';
import { fanOutStorm } from './fan-out-storm.ts';
import type { Fault } from './fault.ts';
import { hotPartition } from './hot-partition.ts';
import { largeItems } from './large-items.ts';
import { lockContention } from './lock-contention.ts';
import { logDebug } from './log-debug.ts';
import { memoryTooSmall } from './memory-too-small.ts';
import { missingIndex } from './missing-index.ts';
import { nPlusOne } from './n-plus-one.ts';
import { noisyNeighbour } from './noisy-neighbour.ts';
import { poisonedTask } from './poisoned-task.ts';
import { reservedConcurrency } from './reserved-concurrency.ts';
import { scalingLag } from './scaling-lag.ts';
import { slowDependency } from './slow-dependency.ts';
import { tableUnderProvisioned } from './table-under-provisioned.ts';
import { timeout } from './timeout.ts';
import { ttlTooShort } from './ttl-too-short.ts';

/** All faults, in the order in which a request meets them. A test fails when a file is not in it. */
export const faults: readonly Fault[] = [
  reservedConcurrency,
  coldStartStorm,
  memoryTooSmall,
  timeout,
  tableUnderProvisioned,
  hotPartition,
  missingIndex,
  nPlusOne,
  largeItems,
  slowDependency,
  cacheCold,
  cacheEvicting,
  cacheConnections,
  ttlTooShort,
  engineTasksTooFew,
  engineCpu,
  scalingLag,
  poisonedTask,
  apiThrottle,
  fanOutStorm,
  lockContention,
  errorBurst,
  logDebug,
  noisyNeighbour,
];
