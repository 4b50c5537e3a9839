import { DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { redis, redisKey } from '../cache.ts';
import { database, tableName } from '../database.ts';
import { cache, functionDefinition, functionNames, type TableName, tableDefinition, tableNames } from '../definition.ts';
import { environment } from '../environment.ts';
import { log } from '../log.ts';
import { count } from '../metrics.ts';
import { jobHandler } from '../operations/job.ts';
import { lastWindow, type MetricQuery, readMetrics, type Window } from '../operations/metric-reader.ts';
import {
  adviseCache,
  adviseConcurrency,
  type Outcome,
  outcomeOf,
  type TableChange,
  type TableUse,
  tuneTable,
} from '../operations/tuning.ts';

/** One run of the job, as it is kept for the next one, and for whoever asks what was changed. */
interface Run {
  at: string;
  changes: (TableChange & { applied: boolean; why?: string })[];
  /** What is for people to decide, or for a deployment: reserved concurrency is part of the stack, and a change by hand would be undone by the next one. */
  recommendations: string[];
  /** What became of the changes of the run before. */
  outcomes: { table: string; outcome: Outcome }[];
}

/** A quarter of a year at four runs a day, and a bound. */
const RUNS_KEPT = 360;
const runsKey = (): string => redisKey('operations', 'optimisation');

const optimise = async (): Promise<Run> => {
  const { optimisationWindowS, metricPeriodS } = environment().operations;
  const window = lastWindow(Date.now(), optimisationWindowS, metricPeriodS);
  const connection = await redis();
  const runs = JSON.parse((await connection.get(runsKey())) ?? '[]') as Run[];
  const uses = await Promise.all(provisionedTables().map((table) => useOf(table, window)));
  const run: Run = {
    at: new Date().toISOString(),
    changes: await applyAll(uses.map(tuneTable).filter((change) => change !== null)),
    recommendations: [...(await concurrencyAdvice(window)), ...(await cacheAdvice(window))],
    outcomes: outcomesOf(runs[0], uses),
  };
  await connection.set(runsKey(), JSON.stringify([run, ...runs].slice(0, RUNS_KEPT)));
  count('Optimisations', run.changes.filter(({ applied }) => applied).length);
  log.info('optimised', { ...run });
  return run;
};

// ------------------------------------------------------------------------------------------------------------------- tables

const provisionedTables = (): TableName[] => tableNames.filter((name) => tableDefinition(name).billing !== 'on-demand');

const useOf = async (name: TableName, window: Window): Promise<TableUse> => {
  const dimensions = { TableName: tableName(name) };
  const of = (metric: string): MetricQuery => ({ namespace: 'AWS/DynamoDB', metric, dimensions, statistic: 'Sum' });
  const metrics = ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'ReadThrottleEvents', 'WriteThrottleEvents'];
  const [reads = [], writes = [], readThrottles = [], writeThrottles = []] = await readMetrics(metrics.map(of), window);
  const { Table } = await database().send(new DescribeTableCommand({ TableName: tableName(name) }));
  const { billing } = tableDefinition(name);
  const defined = billing === 'on-demand' ? { readUnits: 0, writeUnits: 0 } : billing;
  return {
    table: name,
    readUnits: Table?.ProvisionedThroughput?.ReadCapacityUnits ?? defined.readUnits,
    writeUnits: Table?.ProvisionedThroughput?.WriteCapacityUnits ?? defined.writeUnits,
    readPeakPerS: peakOf(reads, window.periodS),
    writePeakPerS: peakOf(writes, window.periodS),
    readThrottles: sum(readThrottles),
    writeThrottles: sum(writeThrottles),
    defined,
  };
};

const applyAll = async (changes: readonly TableChange[]): Promise<Run['changes']> => {
  const applied: Run['changes'] = [];
  for (const change of changes) applied.push(await apply(change));
  return applied;
};

/** A table that is being changed already, or was reduced too often today, stays as it is: the next run will see. */
const apply = async (change: TableChange): Promise<Run['changes'][number]> => {
  try {
    await database().send(
      new UpdateTableCommand({
        TableName: tableName(change.table as TableName),
        ProvisionedThroughput: { ReadCapacityUnits: change.to.readUnits, WriteCapacityUnits: change.to.writeUnits },
      }),
    );
    return { ...change, applied: true };
  } catch (error) {
    log.warn('a table could not be changed', { table: change.table, error });
    return { ...change, applied: false, why: error instanceof Error ? error.message : String(error) };
  }
};

const outcomesOf = (last: Run | undefined, uses: readonly TableUse[]): Run['outcomes'] =>
  (last?.changes ?? [])
    .filter(({ applied }) => applied)
    .map((change) => ({ table: change.table, outcome: outcomeOf(change, throttlesOf(uses.find(({ table }) => table === change.table))) }));

/** Null where the table was not used at all. */
const throttlesOf = (use: TableUse | undefined): number | null => {
  if (use === undefined || (use.readPeakPerS === null && use.writePeakPerS === null)) return null;
  return use.readThrottles + use.writeThrottles;
};

// ------------------------------------------------------------------------------------------------------------ recommendations

const concurrencyAdvice = async (window: Window): Promise<string[]> => {
  const reserved = functionNames.flatMap((name) => {
    const { reservedConcurrency } = functionDefinition(name);
    return reservedConcurrency === undefined ? [] : [{ name, reservedConcurrency }];
  });
  const queries = reserved.flatMap(({ name }): MetricQuery[] => {
    const lambda = { namespace: 'AWS/Lambda', dimensions: { FunctionName: name } };
    return [
      { ...lambda, metric: 'ConcurrentExecutions', statistic: 'Maximum' },
      { ...lambda, metric: 'Throttles', statistic: 'Sum' },
    ];
  });
  const values = await readMetrics(queries, window);
  return reserved
    .map((use, index) => {
      const concurrencyPeak = peakOf(values[2 * index] ?? [], 1);
      return adviseConcurrency({ ...use, concurrencyPeak, throttles: sum(values[2 * index + 1] ?? []) });
    })
    .filter((advice) => advice !== null);
};

const cacheAdvice = async (window: Window): Promise<string[]> => {
  const node = { namespace: 'AWS/ElastiCache', dimensions: { CacheClusterId: cache.clusterId, CacheNodeId: cache.nodeId } };
  const of = (metric: string, statistic = 'Sum'): MetricQuery => ({ ...node, metric, statistic });
  const queries = [of('CacheHits'), of('CacheMisses'), of('Evictions'), of('DatabaseMemoryUsagePercentage', 'Maximum')];
  const [hits = [], misses = [], evictions = [], memory = []] = await readMetrics(queries, window);
  return adviseCache({ hits: sum(hits), misses: sum(misses), evictions: sum(evictions), memoryPercentPeak: peakOf(memory, 1) });
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** The largest of the values per second; null when there are none. */
const peakOf = (values: readonly number[], periodS: number): number | null =>
  values.length === 0 ? null : values.reduce((peak, value) => Math.max(peak, value), 0) / periodS;

export const handler = jobHandler(optimise);
