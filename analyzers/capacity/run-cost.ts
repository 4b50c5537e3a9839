import type { Client, Inventory, Window } from '../contract.ts';
import { type CostEstimate, estimateCost, PRICE_LISTS, type PriceList } from '../models/cost/index.ts';
import { openConnections } from '../open-connections.ts';
import { stretchOf } from '../platform-series.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { unreadOf } from '../unread-series.ts';
import { HOURS_PER_MONTH, runUsage } from './run-usage.ts';

/** What a run costs by list prices. */
export interface RunCost {
  /** All of the run, in whole periods of the platform's. */
  run: CostEstimate;
  /** A month at the load of its window. */
  month: CostEstimate;
  /** In the month's currency, for an hour of a thousand of its users; null where it is not known. */
  perThousandUserHours: number | null;
}

/**
 * @param client null where nobody collected what it saw
 * @param users of the run; null for an open load
 */
export function runCost(
  { platform, inventory, client }: { platform: TelemetryFile; inventory: Inventory; client: Client | null },
  { run, window, users }: { run: Pick<Window, 'fromS' | 'toS'>; window: Pick<Window, 'fromS' | 'toS'>; users: number | null },
  lists: readonly PriceList[] = PRICE_LISTS,
): RunCost {
  const of = ({ fromS, toS }: Pick<Window, 'fromS' | 'toS'>, hours?: number): CostEstimate => {
    const stretch = stretchOf(platform, fromS, toS, unreadOf(inventory));
    const told = { stretch, openConnections: client && openConnections(client, fromS, toS) };
    return estimateCost(runUsage(inventory, told, hours ?? (stretch.periods.length * platform.periodS) / 3600), lists);
  };
  const month = of(window, HOURS_PER_MONTH);
  return {
    run: of(run),
    month,
    perThousandUserHours: month.total === null || !users ? null : (1000 * month.total) / HOURS_PER_MONTH / users,
  };
}
