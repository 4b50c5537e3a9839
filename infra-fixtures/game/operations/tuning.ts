/** What the optimisation job changes and recommends, from what was measured. Pure. */

/** A provisioned table over the window that is looked at. Peaks are of the busiest period, null where nothing is known. */
export interface TableUse {
  table: string;
  readUnits: number;
  writeUnits: number;
  readPeakPerS: number | null;
  writePeakPerS: number | null;
  readThrottles: number;
  writeThrottles: number;
  /** The definition's units, from which the bounds follow. */
  defined: { readUnits: number; writeUnits: number };
}

export interface TableChange {
  table: string;
  from: { readUnits: number; writeUnits: number };
  to: { readUnits: number; writeUnits: number };
  /** Throttled requests in the window before, for the comparison afterwards. */
  throttlesBefore: number;
}

/** Share of the units that the busiest period is to use: what AWS's own scaling of tables aims at by default. */
const TARGET_SHARE = 0.7;
/** Within these multiples of what the definition says. Guess: tune. */
const BOUNDS = { min: 0.5, max: 10 };
/** What was throttled wanted more than could be measured. Guess: tune. */
const RAISE_AFTER_THROTTLES = 1.5;
/** Less than this is not worth a change: DynamoDB allows few reductions a day. Guess: tune. */
const CHANGE_MIN_SHARE = 0.2;

/** Null when the table is as it should be, or nothing is known of its use. */
export const tuneTable = (use: TableUse): TableChange | null => {
  const to = {
    readUnits: unitsFor(use.readUnits, use.readPeakPerS, use.readThrottles, use.defined.readUnits),
    writeUnits: unitsFor(use.writeUnits, use.writePeakPerS, use.writeThrottles, use.defined.writeUnits),
  };
  if (to.readUnits === use.readUnits && to.writeUnits === use.writeUnits) return null;
  const from = { readUnits: use.readUnits, writeUnits: use.writeUnits };
  return { table: use.table, from, to, throttlesBefore: use.readThrottles + use.writeThrottles };
};

const unitsFor = (now: number, peakPerS: number | null, throttles: number, defined: number): number => {
  if (peakPerS === null && throttles === 0) return now;
  const needed = Math.ceil((peakPerS ?? 0) / TARGET_SHARE);
  const wanted = throttles > 0 ? Math.max(needed, Math.ceil(now * RAISE_AFTER_THROTTLES)) : needed;
  const bounded = Math.min(Math.max(wanted, Math.ceil(defined * BOUNDS.min), 1), Math.ceil(defined * BOUNDS.max));
  return Math.abs(bounded - now) >= Math.max(1, now * CHANGE_MIN_SHARE) ? bounded : now;
};

export type Outcome = 'helped' | 'did not help' | 'not known';

/** Whether a change of the last run has done what it was made for. @param throttlesNow in the window since, null where nothing is known */
export const outcomeOf = ({ from, to, throttlesBefore }: TableChange, throttlesNow: number | null): Outcome => {
  if (throttlesNow === null) return 'not known';
  const raised = to.readUnits > from.readUnits || to.writeUnits > from.writeUnits;
  // Lowered units help when they cost less and nobody notices.
  const good = raised && throttlesBefore > 0 ? throttlesNow < throttlesBefore : throttlesNow === 0;
  return good ? 'helped' : 'did not help';
};

export interface FunctionUse {
  name: string;
  reservedConcurrency: number;
  /** Null: nothing is known. */
  concurrencyPeak: number | null;
  throttles: number;
}

/** Room above the busiest moment. Guess: tune. */
const CONCURRENCY_ROOM = 1.5;
/** Below this share of the reservation, others could have it. Guess: tune. */
const CONCURRENCY_IDLE_SHARE = 0.3;

export const adviseConcurrency = ({ name, reservedConcurrency, concurrencyPeak, throttles }: FunctionUse): string | null => {
  if (throttles > 0) {
    const wanted = Math.ceil(Math.max(reservedConcurrency, concurrencyPeak ?? 0) * CONCURRENCY_ROOM);
    return `${name} was throttled ${throttles} times: reserve ${wanted} instead of ${reservedConcurrency}`;
  }
  if (concurrencyPeak === null || concurrencyPeak > reservedConcurrency * CONCURRENCY_IDLE_SHARE) return null;
  const enough = Math.max(1, Math.ceil(concurrencyPeak * CONCURRENCY_ROOM));
  return `${name} had ${concurrencyPeak} at once at most: ${enough} instead of ${reservedConcurrency} reserved are enough`;
};

export interface CacheUse {
  hits: number;
  misses: number;
  evictions: number;
  /** Null: nothing is known. */
  memoryPercentPeak: number | null;
}

/** Below it most of what is asked for is not there. Guess: tune. */
const HIT_SHARE_MIN = 0.8;
/** Fewer requests than this say nothing about a share. */
const REQUESTS_MIN = 100;
const MEMORY_PERCENT_MAX = 80; // the alarm's

export const adviseCache = ({ hits, misses, evictions, memoryPercentPeak }: CacheUse): string[] => {
  const advice: string[] = [];
  const requests = hits + misses;
  if (requests >= REQUESTS_MIN && hits / requests < HIT_SHARE_MIN) {
    advice.push(`${Math.round((100 * hits) / requests)} % of ${requests} requests were hits: keep entries longer, or warm more of them`);
  }
  if (evictions > 0) advice.push(`${evictions} entries were evicted: a larger node keeps them`);
  if (memoryPercentPeak !== null && memoryPercentPeak > MEMORY_PERCENT_MAX)
    advice.push(`${Math.round(memoryPercentPeak)} % of the memory were used: a larger node has room`);
  return advice;
};
