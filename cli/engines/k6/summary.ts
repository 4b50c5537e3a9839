import type { ExactSummary } from '../../../analyzers/contract.ts';
import type { Redact } from '../../redact.ts';

/** The trend statistics that k6 is asked for: `count` tells a metric without samples from one whose values are 0. */
export const TREND_STATS = 'avg,min,med,max,p(90),p(95),p(99),count';

/** `--summary-export`: https://grafana.com/docs/k6/latest/results-output/end-of-test/ (the legacy structure, which alone carries threshold results) */
interface SummaryExport {
  metrics?: Record<string, Record<string, unknown>>;
  root_group?: Group;
}
interface Group {
  checks?: Record<string, { name?: string; passes?: number; fails?: number }>;
  groups?: Record<string, Group>;
}

const CHECKS_MAX = 200;

/** k6's exact end-of-test values from its exported summary; null when there is none, which is what a killed k6 leaves. */
export function exactSummaryOf(text: string | null, redact: Redact): ExactSummary | null {
  if (text === null) return null;
  let summary: SummaryExport;
  try {
    summary = JSON.parse(text) as SummaryExport;
  } catch {
    return null;
  }
  const metrics = new Map(Object.entries(summary.metrics ?? {}));
  const number = (metric: string, key: string): number | null => {
    const value = metrics.get(metric)?.[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const latency = (key: string) => number('http_req_duration', key) ?? Number.NaN;
  const hasLatency = (number('http_req_duration', 'count') ?? 0) > 0;
  return {
    latencyMs: hasLatency
      ? {
          avg: latency('avg'),
          min: latency('min'),
          med: latency('med'),
          max: latency('max'),
          p90: latency('p(90)'),
          p95: latency('p(95)'),
          p99: latency('p(99)'),
        }
      : null,
    requests: number('http_reqs', 'count'),
    failedRate: number('http_req_failed', 'value'),
    thresholds: [...metrics].flatMap(([metric, values]) =>
      Object.entries((values['thresholds'] ?? {}) as Record<string, unknown>).map(([expression, crossed]) => ({
        metric: redact(metric),
        expression: redact(expression),
        // In this structure `true` means crossed, that is missed.
        ok: crossed !== true,
        samples: hasSamples(values),
      })),
    ),
    checks: checksOf(summary.root_group ?? {})
      .slice(0, CHECKS_MAX)
      .map((check) => ({ ...check, name: redact(check.name) })),
  };
}

/** Trends and counters say how many, rates say passes and fails; a gauge that is 0 throughout can't be told from one that was never set. */
function hasSamples(values: Record<string, unknown>): boolean {
  const some = (key: string) => typeof values[key] === 'number' && values[key] !== 0;
  if ('count' in values) return some('count');
  if ('passes' in values || 'fails' in values) return some('passes') || some('fails');
  return some('min') || some('max') || some('value');
}

function checksOf(group: Group): ExactSummary['checks'] {
  const own = Object.values(group.checks ?? {}).map(({ name = '', passes = 0, fails = 0 }) => ({ name, passes, fails }));
  return [...own, ...Object.values(group.groups ?? {}).flatMap(checksOf)];
}
