import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudWatchClient, GetMetricDataCommand, type Metric, type MetricDataQuery, paginateListMetrics } from '@aws-sdk/client-cloudwatch';
import type { Report } from '../analyzers/contract.ts';
import { settingsFor } from '../infra-fixtures/local/settings-for.ts';
import { startStack } from '../infra-fixtures/local/stack.ts';
import { loadkit, reportOf } from './loadkit.ts';

/** What a run against the stack looked like from both ends: the players' report, and what CloudWatch says of the platform in the same time. */
export interface Observation {
  report: Report;
  platform: PlatformMetrics;
}

export interface Load {
  scenario: string;
  users: number;
  durationS: number;
}

/** Statistics over the whole of the run, of every metric that CloudWatch lists. */
export class PlatformMetrics {
  readonly #values: ReadonlyMap<string, number>;

  constructor(values: ReadonlyMap<string, number>) {
    this.#values = values;
  }

  /** Null where there was no datapoint. */
  value(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>, stat: Stat): number | null {
    return this.#values.get(keyOf(namespace, metric, dimensions, stat)) ?? null;
  }
}

const STATS = ['Sum', 'Average', 'Maximum', 'Minimum', 'p50', 'p95'] as const;
export type Stat = (typeof STATS)[number];

const keyOf = (namespace: string, metric: string, dimensions: Readonly<Record<string, string>>, stat: string): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).sort(), stat]);

/** Plays a scenario with real k6 against a stack of its own with these faults (none: healthy), and asks its CloudWatch afterwards. */
export async function observe(faults: readonly string[], load: Load): Promise<Observation> {
  const folder = mkdtempSync(path.join(tmpdir(), 'loadkit-observation-'));
  const settings = settingsFor({ faults, trouble: [], delayS: 0, periodS: 1 });
  const stack = await startStack({ env: process.env, settings, logFile: path.join(folder, 'stack.log') });
  try {
    const beganS = Math.floor(Date.now() / 1000);
    const { scenario, users, durationS } = load;
    const asked = ['--users', String(users), '--duration', `${durationS}s`, '--ramp', '3s'];
    const to = ['--target', stack.http, '--ws-target', stack.ws, '--out', path.join(folder, 'run')];
    const report = reportOf(await loadkit(['run', scenario, ...asked, ...to, '--json']));
    if (stack.aws === null) throw new Error('the stack has no telemetry');
    return { report, platform: await platformMetrics(stack.aws, beganS) };
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const QUERIES_MAX = 500;
/** The longest that there is: one holds the run, unless that goes on past midnight. */
const PERIOD_S = 86_400;

async function platformMetrics(endpoint: string, fromS: number): Promise<PlatformMetrics> {
  const client = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  try {
    const metrics: Metric[] = [];
    for await (const page of paginateListMetrics({ client }, {})) metrics.push(...(page.Metrics ?? []));
    const queries = metrics.flatMap((metric) => STATS.map((stat) => ({ metric, stat })));
    const values = new Map<string, number>();
    for (let at = 0; at < queries.length; at += QUERIES_MAX) {
      const asked = queries.slice(at, at + QUERIES_MAX);
      const { MetricDataResults = [] } = await client.send(
        new GetMetricDataCommand({
          StartTime: new Date(Math.floor(fromS / PERIOD_S) * PERIOD_S * 1000),
          EndTime: new Date((Math.floor(fromS / PERIOD_S) + 2) * PERIOD_S * 1000),
          MetricDataQueries: asked.map(
            ({ metric, stat }, index): MetricDataQuery => ({
              Id: `q${index}`,
              MetricStat: { Metric: metric, Period: PERIOD_S, Stat: stat },
            }),
          ),
        }),
      );
      for (const { Id = '', Values = [] } of MetricDataResults) {
        const { metric, stat } = asked[Number(Id.slice(1))] ?? {};
        if (metric === undefined || stat === undefined || Values.length === 0) continue;
        const dimensions = Object.fromEntries((metric.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
        values.set(keyOf(metric.Namespace ?? '', metric.MetricName ?? '', dimensions, stat), fold(stat, Values));
      }
    }
    return new PlatformMetrics(values);
  } finally {
    client.destroy();
  }
}

/** A run over the edge of a period has two values. Percentiles and averages are never merged: the larger one stands for it. */
const fold = (stat: Stat, values: readonly number[]): number => {
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (stat === 'Minimum') return Math.min(...values);
  return Math.max(...values);
};
