import { hash } from 'node:crypto';
import type { Histogram } from '../../analyzers/contract.ts';
import { mergeHistograms, quantile } from '../../analyzers/models/histogram.ts';
import type { Redact } from '../redact.ts';
import { type CumulativeHistogram, type CumulativeNumber, createCumulativeHistogram, createCumulativeNumber } from './cumulative.ts';
import type { Series } from './decode.ts';
import type { Push } from './journal.ts';
import { createNameTable, type Route } from './names.ts';
import { packHistogram } from './packed.ts';

/**
 * Turns k6's cumulative series into what each push added, and forgets everything else: the last value of each series is all that is kept. So a
 * push that gets lost is made good by the next, one that comes twice adds nothing, and memory does not grow with the length of the run.
 */

/** Seconds between two pushes, for `K6_PROMETHEUS_RW_PUSH_INTERVAL`. The engine samples `vus` as often, so while it executes every push has something to say. */
export const PUSH_INTERVAL_S = 1;

/** guess: tune. A shipped scenario has about 300. */
export const SERIES_MAX = 20_000;

/** guess: tune. Two `vus` samples may reach us two intervals apart by chance, when a push comes a moment before its sample. */
const GAP_S = 2.5 * PUSH_INTERVAL_S;

/** k6's own metrics that have no place in the artifact: https://grafana.com/docs/k6/latest/using-k6/metrics/reference/ */
const IGNORED: ReadonlySet<string> = new Set(
  [
    // Requests are counted by their durations, of which there is one per request, with the same tags (k6 lib/netext/httpext/tracer.go).
    'http_reqs_total',
    ...['blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'].map((phase) => `http_req_${phase}_seconds`),
    'iteration_duration_seconds',
    'group_duration_seconds',
    'data_sent_total',
    'data_received_total',
    'vus_max',
    'http_req_failed_rate',
    'checks_rate',
  ].map((name) => `k6_${name}`),
);

/** The last second for which there are data; null where there are none. */
export interface Live {
  users: number | null;
  requestsPerS: number | null;
  errorsPerS: number | null;
  latencyMsP95: number | null;
  /** Totals since the start. */
  requests: number;
  errors: number;
  iterations: number;
  droppedIterations: number;
}

export interface SeriesTracker {
  /** @param atS when the push came, epoch seconds */
  ingest(push: readonly Series[], atS: number): Push;
  live(): Live;
}

/** @param redact takes secrets out of names before anything else sees them */
export const createSeriesTracker = (redact: Redact): SeriesTracker => {
  const names = createNameTable(redact);
  const counts = createCounts(names.routeOf);
  const clock = createClock();
  let reported = { names: 0, seriesLost: 0 };
  let live: Live = {
    users: null,
    requestsPerS: null,
    errorsPerS: null,
    latencyMsP95: null,
    requests: 0,
    errors: 0,
    iterations: 0,
    droppedIterations: 0,
  };

  return {
    ingest: (push, atS) => {
      const growth = emptyGrowth();
      for (const series of push) if (isCount(series)) counts.add(series, growth);
      const time = clock.advance(atS, usersIn(push), growth.iterations > 0);
      live = liveOf(live, growth, time);

      const overflow = { names: names.overflow(), seriesLost: counts.seriesLost() };
      const changed = overflow.names !== reported.names || overflow.seriesLost !== reported.seriesLost;
      reported = overflow;
      const fresh = names.takeFresh();
      return {
        kind: 'push',
        ...time,
        ...packGrowth(growth),
        ...(Object.keys(fresh).length > 0 && { names: fresh }),
        ...(changed && { overflow }),
      };
    },
    live: () => live,
  };
};

/** Whether a metric may have a place in the artifact, as far as its name tells. */
export const isWanted = (metric: string): boolean => !IGNORED.has(metric);

const VUS = 'k6_vus';

/** Gauges, `vus` among them, count nothing. Rates come without counts, so there is no telling what a second added to them. */
const isCount = ({ metric, value }: Series): boolean => typeof value !== 'number' || metric.endsWith('_total');

const usersIn = (push: readonly Series[]): Users | null => {
  const series = push.find(({ metric }) => metric === VUS);
  return series && typeof series.value === 'number' ? { value: series.value, timeMs: series.timeMs } : null;
};

// ---------------------------------------------------------------------------------------------------------------- counts

/** What one push added. */
interface Growth {
  iterations: number;
  droppedIterations: number;
  endpoints: Map<number, { errors: number; latency: Histogram[] }>;
  trends: Map<number, Histogram[]>;
  counters: Map<number, number>;
  errorClasses: Map<number, number>;
}

const emptyGrowth = (): Growth => ({
  iterations: 0,
  droppedIterations: 0,
  endpoints: new Map(),
  trends: new Map(),
  counters: new Map(),
  errorClasses: new Map(),
});

/** Where a series is counted, and what it was last. */
type Tracked = { route: Route } & ({ kind: 'number'; last: CumulativeNumber } | { kind: 'histogram'; last: CumulativeHistogram });

const createCounts = (routeOf: (series: Series) => Route | null) => {
  const tracked = new Map<string, Tracked>();
  const lost = new Set<string>();

  const lose = (id: string): void => {
    tracked.delete(id);
    // Bounded: past this the count is a lower bound.
    if (lost.size < SERIES_MAX) lost.add(id);
  };

  const find = (series: Series, id: string): Tracked | null => {
    const known = tracked.get(id);
    if (known) return known;
    const route = lost.has(id) || tracked.size >= SERIES_MAX ? null : routeOf(series);
    if (route === null) {
      lose(id);
      return null;
    }
    const fresh: Tracked =
      typeof series.value === 'number'
        ? { route, kind: 'number', last: createCumulativeNumber() }
        : { route, kind: 'histogram', last: createCumulativeHistogram(series.value) };
    tracked.set(id, fresh);
    return fresh;
  };

  return {
    add: (series: Series, growth: Growth): void => {
      const id = identityOf(series);
      if (!isRepresentable(series.value)) lose(id);
      const state = find(series, id);
      if (state) count(growth, state, series);
    },
    seriesLost: (): number => lost.size,
  };
};

/** Of constant size whatever the labels, and no label value stays in memory. */
const identityOf = ({ metric, labels }: Series): string =>
  hash('sha1', JSON.stringify([metric, ...labels.flatMap(({ name, value }) => [name, value])]), 'base64');

/** The artifact's histogram has no place for negative values, and JSON none for infinite ones. A script's own trend may have both. */
const isRepresentable = (value: number | Histogram): boolean =>
  typeof value === 'number'
    ? Number.isFinite(value)
    : Number.isFinite(value.sum) && value.count === value.counts.reduce((total, count) => total + count, value.zeroCount);

const count = (growth: Growth, { kind, last, route }: Tracked, { value, timeMs }: Series): void => {
  if (kind === 'number' && typeof value === 'number') countNumber(growth, route, last.gain(value, timeMs));
  else if (kind === 'histogram' && typeof value !== 'number') {
    const gained = last.gain(value);
    if (gained) countHistogram(growth, route, gained);
  }
};

const countNumber = (growth: Growth, route: Route, gained: number): void => {
  if (route.to === 'counter') increase(growth.counters, route.id, gained);
  else if (route.to === 'iterations' || route.to === 'droppedIterations') growth[route.to] += gained;
};

const countHistogram = (growth: Growth, route: Route, gained: Histogram): void => {
  if (route.to === 'trend') {
    const list = growth.trends.get(route.id);
    if (list) list.push(gained);
    else growth.trends.set(route.id, [gained]);
  } else if (route.to === 'endpoint') {
    const endpoint = growth.endpoints.get(route.id) ?? { errors: 0, latency: [] };
    growth.endpoints.set(route.id, endpoint);
    endpoint.latency.push(gained);
    if (route.errorClass === null) return;
    endpoint.errors += gained.count;
    increase(growth.errorClasses, route.errorClass, gained.count);
  }
};

const increase = (counts: Map<number, number>, id: number, by: number): void => {
  if (by !== 0) counts.set(id, (counts.get(id) ?? 0) + by);
};

const pack = (histograms: readonly Histogram[]): number[] => {
  const merged = mergeHistograms(histograms);
  return merged ? packHistogram(merged) : [];
};

const packGrowth = (growth: Growth) => ({
  iterations: growth.iterations,
  droppedIterations: growth.droppedIterations,
  endpoints: [...growth.endpoints].map(([id, { errors, latency }]): [number, number, number[]] => [id, errors, pack(latency)]),
  trends: [...growth.trends].map(([id, histograms]): [number, number[]] => [id, pack(histograms)]),
  counters: [...growth.counters],
  errorClasses: [...growth.errorClasses],
});

// ---------------------------------------------------------------------------------------------------------------- time

/** A `vus` sample, by the engine's clock. */
interface Users {
  value: number;
  timeMs: number;
}

type Time = Pick<Push, 'fromS' | 'atS' | 'gap' | 'executionStartS' | 'users'>;

/** Says which stretch of time a push covers, and when the engine began to execute. */
const createClock = () => {
  let previousAtS: number | null = null;
  let vus: Users | null = null;
  let executing = false;

  return {
    /** @param worked iterations have come to their end since the last push */
    advance: (atS: number, sample: Users | null, worked: boolean): Time => {
      const isNew = sample !== null && (vus === null || sample.timeMs > vus.timeMs);
      const sinceVusS = isNew && vus ? (sample.timeMs - vus.timeMs) / 1000 : PUSH_INTERVAL_S;
      // Outside of execution the engine has no `vus` and may be silent: that is no gap. A push never covers more than its interval then.
      const gap = sinceVusS > GAP_S && previousAtS !== null;
      const earliestS = gap ? (previousAtS ?? atS) : Math.max(previousAtS ?? 0, atS - PUSH_INTERVAL_S);
      const time: Time = { fromS: Math.min(earliestS, atS), atS, users: sample?.value ?? null, ...(gap && { gap }) };
      previousAtS = atS;
      if (isNew) vus = sample;
      if (isNew && sample.value > 0 && !executing) {
        executing = true;
        // Users became active between two samples: the middle is half an interval off at most.
        time.executionStartS = sample.timeMs / 1000 - Math.min(sinceVusS, PUSH_INTERVAL_S) / 2;
      }
      if (worked && !executing) {
        executing = true;
        // Visits shorter than the time between two samples may never be caught by one.
        time.executionStartS = time.fromS;
      }
      return time;
    },
  };
};

// ---------------------------------------------------------------------------------------------------------------- live

const liveOf = (before: Live, growth: Growth, { fromS, atS, users }: Time): Live => {
  const endpoints = [...growth.endpoints.values()];
  const latency = mergeHistograms(endpoints.flatMap((endpoint) => endpoint.latency));
  const errors = endpoints.reduce((sum, endpoint) => sum + endpoint.errors, 0);
  const requests = latency?.count ?? 0;
  const seconds = atS - fromS;
  const p95S = latency && quantile(latency, 0.95);
  return {
    users: users ?? before.users,
    requestsPerS: seconds > 0 ? requests / seconds : before.requestsPerS,
    errorsPerS: seconds > 0 ? errors / seconds : before.errorsPerS,
    latencyMsP95: p95S === null ? null : p95S * 1000,
    requests: before.requests + requests,
    errors: before.errors + errors,
    iterations: before.iterations + growth.iterations,
    droppedIterations: before.droppedIterations + growth.droppedIterations,
  };
};
