import type { TableName } from '../../game/definition.ts';
import type { TableSettings } from '../settings.ts';
import type { Platform } from '../telemetry/platform.ts';
import { serveDynamoDb } from './http.ts';
import { DynamoDbMeter } from './meter.ts';
import { DynamoDbMetrics } from './metrics.ts';
import type { DynamoDbStore } from './store.ts';
import { type MeteredTable, meteredTable } from './table.ts';

export interface DynamoDbFront {
  endpoint: string;
  /** Items that the time to live has removed. */
  expired(table: TableName, items: number): void;
  stop(): Promise<void>;
}

interface FrontOptions {
  store: DynamoDbStore;
  /** What the tables are called in the store. */
  names: Readonly<Record<TableName, string>>;
  settings: Readonly<Record<TableName, TableSettings>>;
  platform: Platform;
  /** Provisioned capacity is told once in a period of the metrics. */
  periodS: number;
  /** Milliseconds of a clock that doesn't run backwards. */
  now?: () => number;
}

const TICK_MS = 1000;

/** DynamoDB as the game meets it: limited, metered, and telling CloudWatch. Listens on a free port of 127.0.0.1. */
export const startDynamoDbFront = async (options: FrontOptions): Promise<DynamoDbFront> => {
  const { store, names, settings, platform, periodS, now = () => performance.now() } = options;
  const tables = (Object.keys(settings) as TableName[]).map((name) => meteredTable(name, names[name], settings[name], now));
  const metrics = new DynamoDbMetrics(platform);
  const meter = new DynamoDbMeter({ store, tables, metrics, now });
  const { endpoint, stop } = await serveDynamoDb((request) => meter.answer(request));
  const tell = (): void => tellProvisioned(tables, metrics);
  tell();
  const timers = [setInterval(() => tellForeign(tables, metrics), TICK_MS), setInterval(tell, periodS * 1000)];
  return {
    endpoint,
    expired: (table, items) => metrics.expired(table, items),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await stop();
    },
  };
};

const tellProvisioned = (tables: readonly MeteredTable[], metrics: DynamoDbMetrics): void => {
  for (const { name, limits } of tables) {
    for (const { index, capacity } of limits.provisioned) metrics.provisioned(name, index, capacity);
  }
};

/** What somebody else took in the last second: he shows in what is consumed, and in no request of the game. */
const tellForeign = (tables: readonly MeteredTable[], metrics: DynamoDbMetrics): void => {
  for (const { name, limits } of tables) {
    for (const kind of ['Read', 'Write'] as const) {
      const units = limits.foreignUnits(kind);
      if (units > 0) metrics.consumed(name, kind, [{ kind, index: null, partition: null, units }]);
    }
  }
};
