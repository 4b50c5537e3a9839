import type { TrendSeries } from '../../analyzers/contract.ts';
import type { Redact } from '../redact.ts';
import { labelOf, type Series } from './decode.ts';
import type { Names } from './journal.ts';

/** All guesses: tune. A shipped scenario has about 40 endpoints. Names of a length that no route has are cut. */
export const NAME_CAPS = { endpoints: 200, trends: 50, counters: 50, errorClasses: 200, length: 200 } as const;

/** Where endpoints and error classes beyond their cap are counted together. */
const OTHER = 'other';

/** Where a series is counted. Ids count the names of their kind in order of appearance. */
export type Route =
  | { to: 'endpoint'; id: number; errorClass: number | null }
  | { to: 'trend' | 'counter'; id: number }
  | { to: 'iterations' | 'droppedIterations' };

export interface NameTable {
  /** Decides once for each series; null where it is a custom metric beyond the cap. */
  routeOf(series: Series): Route | null;
  /** Names that were new since the last call. */
  takeFresh(): Partial<Names>;
  /** Distinct endpoint names beyond the cap. */
  overflow(): number;
}

/** @param redact takes secrets out of a name before it is compared, counted or kept */
export const createNameTable = (redact: Redact): NameTable => {
  let fresh: Partial<Names> = {};
  const beyond = new Set<string>();
  // One more than the cap: `other` itself.
  const endpoints = createNumbering(NAME_CAPS.endpoints + 1);
  const errorClasses = createNumbering(NAME_CAPS.errorClasses + 1);
  const trends = createNumbering(NAME_CAPS.trends);
  const counters = createNumbering(NAME_CAPS.counters);

  const clean = (text: string): string => {
    const redacted = redact(text);
    return redacted.length > NAME_CAPS.length ? `${redacted.slice(0, NAME_CAPS.length - 1)}…` : redacted;
  };

  const endpointOf = (name: string): number => {
    const full = !endpoints.has(name) && endpoints.size() >= NAME_CAPS.endpoints;
    if (full && name !== OTHER) beyond.add(name);
    const kept = full ? OTHER : name;
    return endpoints.idOf(kept, () => push(fresh, 'endpoints', kept)) ?? 0;
  };

  const errorClassOf = (endpoint: number, status: string, errorCode: string): number => {
    const full = !errorClasses.has(key(endpoint, status, errorCode)) && errorClasses.size() >= NAME_CAPS.errorClasses;
    const entry = full ? { endpoint: endpointOf(OTHER), status: OTHER, errorCode: '' } : { endpoint, status, errorCode };
    return errorClasses.idOf(key(entry.endpoint, entry.status, entry.errorCode), () => push(fresh, 'errorClasses', entry)) ?? 0;
  };

  return {
    routeOf: (series) => {
      const { metric } = series;
      if (metric === 'k6_iterations_total') return { to: 'iterations' };
      if (metric === 'k6_dropped_iterations_total') return { to: 'droppedIterations' };
      if (metric === 'k6_http_req_duration_seconds') {
        const id = endpointOf(clean(labelOf(series, 'name')).trim() || '(no name)');
        const status = clean(labelOf(series, 'status'));
        const failed = hasFailed(labelOf(series, 'expected_response'), status);
        return { to: 'endpoint', id, errorClass: failed ? errorClassOf(id, status, clean(labelOf(series, 'error_code'))) : null };
      }
      if (typeof series.value !== 'number') {
        const id = trends.idOf(metric, () => push(fresh, 'trends', trendOf(clean(metric))));
        return id === null ? null : { to: 'trend', id };
      }
      const id = counters.idOf(metric, () =>
        push(
          fresh,
          'counters',
          clean(metric)
            .replace(/^k6_/, '')
            .replace(/_total$/, ''),
        ),
      );
      return id === null ? null : { to: 'counter', id };
    },
    takeFresh: () => {
      const taken = fresh;
      fresh = {};
      return taken;
    },
    overflow: () => beyond.size,
  };
};

/**
 * By k6's word. It has none where the script switched the response callback off; a service that does not serve has failed all the same, or an
 * outage would pass for want of failures.
 */
const hasFailed = (expected: string, status: string): boolean =>
  expected === '' ? status === '0' || status === '429' || status.startsWith('5') : expected === 'false';

/** The unit is the suffix that k6 gives to trends of times and of data: k6 internal/output/prometheusrw/remotewrite/trend.go, `baseUnit`. */
const trendOf = (metric: string): { name: string; unit: TrendSeries['unit'] } => {
  const name = metric.replace(/^k6_/, '');
  if (name.endsWith('_seconds')) return { name: name.slice(0, -'_seconds'.length), unit: 's' };
  if (name.endsWith('_bytes')) return { name: name.slice(0, -'_bytes'.length), unit: 'bytes' };
  return { name, unit: '' };
};

const key = (...parts: (string | number)[]): string => JSON.stringify(parts);

const push = <K extends keyof Names>(names: Partial<Names>, kind: K, entry: Names[K][number]): void => {
  const list: Names[K][number][] = names[kind] ?? [];
  list.push(entry);
  names[kind] = list as Names[K];
};

/** Numbers texts 0, 1, 2… in order of appearance, up to a cap. */
const createNumbering = (max: number) => {
  const ids = new Map<string, number>();
  return {
    has: (text: string): boolean => ids.has(text),
    size: (): number => ids.size,
    /** Null when the cap is reached and the text is new. */
    idOf: (text: string, whenNew: () => void): number | null => {
      const known = ids.get(text);
      if (known !== undefined) return known;
      if (ids.size >= max) return null;
      ids.set(text, ids.size);
      whenNew();
      return ids.size - 1;
    },
  };
};
