import type { Inventory, Report, Window } from '../contract.ts';
import type { PriceList } from '../models/cost/index.ts';
import { type Stretch, stretchOf, wholeStretch } from '../platform-series.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { type Unread, unreadOf } from '../unread-series.ts';
import { cacheNode } from './cache-node.ts';
import { dynamodbCapacity } from './dynamodb-capacity.ts';
import { fargateSize } from './fargate-size.ts';
import { fargateSpot } from './fargate-spot.ts';
import { type Guarded, guard } from './guard.ts';
import { lambdaMemory, type MemorySizes, memorySizesOf } from './lambda-memory.ts';
import { pricingOf } from './pricing.ts';
import { reservedCapacity } from './reserved-capacity.ts';
import { reservedConcurrency } from './reserved-concurrency.ts';
import { ifAllRead, isOpen, type MeasuredRun, type RightSizingInput, type Rule, type RunLoad } from './rule.ts';
import type { Strategy } from './strategies.ts';

/** In the order in which they are asked. */
export const RULES: readonly Rule[] = [
  lambdaMemory,
  reservedConcurrency,
  dynamodbCapacity,
  fargateSize,
  fargateSpot,
  cacheNode,
  reservedCapacity,
];

export interface RightSizing extends Guarded {
  strategy: Strategy;
  /** Functions that were measured with several sizes of memory. */
  memorySizes: MemorySizes[];
}

/** A run as it was judged, with what its platform told. */
export interface JudgedRun {
  report: Report;
  platform: TelemetryFile;
  inventory: Inventory;
}

interface Options {
  /** Further runs of the same load, for what was set differently in them. */
  others?: readonly JudgedRun[];
  strategy?: Strategy;
  prices?: readonly PriceList[];
}

/** What to make larger or smaller after a run, and what could not be said. */
export function rightSizing(run: JudgedRun, { others = [], strategy = 'cost', prices }: Options = {}): RightSizing {
  const input = inputOf(run, others, strategy, prices);
  if (input === null) return { strategy, memorySizes: [], recommendations: [], withheld: [nothingKnown(run)] };
  const asked = RULES.flatMap((rule) => {
    const answers = ifAllRead(() => rule.ask(input));
    return [isOpen(answers) ? [{ node: 'platform', answer: answers }] : answers]
      .flat()
      .map((each) => ({ rule: rule.id, setting: rule.setting, buys: rule.buys === true, ...each }));
  });
  return { strategy, memorySizes: memorySizesOf(input), ...guard(asked, input) };
}

/** Null where no period of the platform lies within the window. */
function inputOf(
  run: JudgedRun,
  others: readonly JudgedRun[],
  strategy: Strategy,
  lists: readonly PriceList[] | undefined,
): RightSizingInput | null {
  const { report, platform, inventory } = run;
  const measured = measuredRun(run);
  if (report.window === null || measured === null) return null;
  return {
    inventory,
    stretch: measured.stretch,
    whole: wholeOf(report, report.window, platform, measured.stretch.unread),
    history: stretchOf(platform, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, measured.stretch.unread),
    window: report.window,
    targets: report.targets,
    load: loadOf(report),
    prices: pricingOf(inventory.region, lists),
    others: others.flatMap((other) => measuredRun(other) ?? []),
    strategy,
  };
}

function measuredRun({ report, platform, inventory }: JudgedRun): MeasuredRun | null {
  if (report.window === null) return null;
  const stretch = stretchOf(platform, report.window.fromS, report.window.toS, unreadOf(inventory));
  const missed = report.targets.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  return stretch.periods.length === 0 ? null : { runId: report.runId, missed, inventory, stretch };
}

function wholeOf({ timeline }: Report, window: Window, platform: TelemetryFile, unread: Unread): Stretch {
  if (timeline === null) return stretchOf(platform, window.fromS, window.toS, unread);
  return wholeStretch(platform, window, { ...timeline, slots: timeline.requestsPerS.length }, unread);
}

/** A target that is out of reach of the plan asks for a larger load than there was. */
function loadOf({ targets, plan, summary, generator }: Report): RunLoad {
  const throughput = targets.find(({ id }) => id === 'throughput');
  const requestsPerS = throughput?.value ?? summary.requestsPerS;
  const asked = throughput?.verdict === 'skipped' ? throughput.limit : null;
  return {
    users: plan.load === 'closed' ? plan.users : null,
    requestsPerS,
    factor: asked === null || requestsPerS === null || !(requestsPerS > 0) ? 1 : Math.max(1, asked / requestsPerS),
    latencyMsP99: summary.latencyMs.p99,
    latencyMsMax: summary.latencyMs.max,
    generatorSaturated: generator?.saturated ?? null,
  };
}

const nothingKnown = ({ platform }: JudgedRun): Guarded['withheld'][number] => ({
  rule: 'platform-data',
  node: 'platform',
  setting: 'everything',
  to: null,
  reason: `no period of the platform's metrics (${platform.periodS} s) lies within the window`,
  settledBy: 'A longer run.',
});
