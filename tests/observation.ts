import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudWatchClient, GetMetricDataCommand, type Metric, type MetricDataQuery, paginateListMetrics } from '@aws-sdk/client-cloudwatch';
import type { Client, EndpointSeries, Histogram, Report } from '../analyzers/contract.ts';
import { mergeHistograms, quantile } from '../analyzers/models/histogram.ts';
import { type SlotRange, slotsWithin, total } from '../analyzers/series.ts';
import { readClient } from '../cli/collect/client-file.ts';
import type { StackSettings } from '../infra-fixtures/local/settings.ts';
import { settingsFor } from '../infra-fixtures/local/settings-for.ts';
import { startStack } from '../infra-fixtures/local/stack.ts';
import { loadkit, reportOf } from './loadkit.ts';

/** What a run against the stack looked like from both ends, once all players were in and the functions' environments had started: what players got, and what CloudWatch says of the platform in the same time. */
export interface Observation {
  report: Report;
  players: PlayersView;
  platform: PlatformMetrics;
}

/** Requests and trends of the settled part of a run. */
class PlayersView {
  readonly #client: Client;
  readonly #range: SlotRange;

  constructor(client: Client, range: SlotRange) {
    this.#client = client;
    this.#range = range;
  }

  /** Of the requests whose name begins with one of `prefixes`; of all, where there are none. Null without such a request. */
  latencyMs(prefixes: readonly string[], q: number): number | null {
    return quantileMs(
      this.#named(prefixes).flatMap(({ latencyS }) => this.#within(latencyS)),
      q,
    );
  }

  requests(prefixes: readonly string[]): number {
    return this.#named(prefixes).reduce((sum, { requests }) => sum + total(requests, this.#range), 0);
  }

  errorShare(prefixes: readonly string[]): number | null {
    const requests = this.requests(prefixes);
    return requests === 0 ? null : this.#named(prefixes).reduce((sum, { errors }) => sum + total(errors, this.#range), 0) / requests;
  }

  /** Of a trend of times; null where nothing was measured. */
  trendMs(name: string, q: number): number | null {
    return quantileMs(this.#within(this.#client.trends.find((trend) => trend.name === name)?.slots ?? []), q);
  }

  #named(prefixes: readonly string[]): EndpointSeries[] {
    const { endpoints } = this.#client;
    return prefixes.length === 0 ? endpoints : endpoints.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  }

  #within<T>(slots: readonly T[]): T[] {
    return slots.slice(this.#range.from, this.#range.to);
  }
}

const quantileMs = (slots: readonly (Histogram | null)[], q: number): number | null => {
  const merged = mergeHistograms(slots);
  const atS = merged === null ? null : quantile(merged, q);
  return atS === null ? null : atS * 1000;
};

export interface Load {
  scenario: string;
  users: number;
  durationS: number;
}

/** Statistics of every metric that CloudWatch lists: sums and extremes over the settled part of the run, else the median of its periods. */
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

/** Of high resolution: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const PERIOD_S = 10;
const RAMP_S = 3;
/** From the first request: players sign in, and each function gets its environments. On two busy cores that takes some seconds. Guess: tune. */
const SETTLED_AFTER_S = 15;

/** Plays a scenario with real k6 against a stack of its own with these faults (none: healthy), and asks its CloudWatch afterwards. `durationS` is the settled part, whole periods of CloudWatch. */
export async function observe(
  faults: readonly string[],
  load: Load,
  change: (settings: StackSettings) => void = () => undefined,
): Promise<Observation> {
  const folder = mkdtempSync(path.join(tmpdir(), 'loadkit-observation-'));
  const settings = settingsFor({ faults, trouble: [], delayS: 0, periodS: 1 });
  change(settings);
  const stack = await startStack({ env: process.env, settings, logFile: path.join(folder, 'stack.log') });
  try {
    const { scenario, users, durationS } = load;
    const asked = ['--users', String(users), '--duration', `${SETTLED_AFTER_S + PERIOD_S + durationS + RAMP_S}s`, '--ramp', `${RAMP_S}s`];
    const run = path.join(folder, 'run');
    const report = reportOf(
      await loadkit(['run', scenario, ...asked, '--target', stack.http, '--ws-target', stack.ws, '--out', run, '--json']),
    );
    if (stack.aws === null) throw new Error('the stack has no telemetry');
    const { client } = await readClient(path.join(run, 'client.json.gz'));
    if (client.executionStartS === null) throw new Error('the run never began');
    const fromS = Math.ceil((client.executionStartS + SETTLED_AFTER_S) / PERIOD_S) * PERIOD_S;
    const toS = fromS + durationS;
    const players = new PlayersView(client, slotsWithin(client, fromS, toS));
    return { report, players, platform: await platformMetrics(stack.aws, fromS, toS) };
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const QUERIES_MAX = 500;

async function platformMetrics(endpoint: string, fromS: number, toS: number): Promise<PlatformMetrics> {
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
          StartTime: new Date(fromS * 1000),
          EndTime: new Date(toS * 1000),
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

/** Percentiles and averages are never merged: the middle one of the periods stands for them. */
const fold = (stat: Stat, values: readonly number[]): number => {
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (stat === 'Minimum') return Math.min(...values);
  return stat === 'Maximum' ? Math.max(...values) : median(values);
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
