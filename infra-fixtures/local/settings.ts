import * as definition from '../game/definition.ts';
import type { TroubleName } from './telemetry/trouble.ts';

/**
 * Everything that can be set about the stack on this machine: the figures of the definition, and the limits and waits by which a fault acts. Plain data:
 * the supervisor makes it once, and each process reads it from its environment.
 */
export interface StackSettings {
  /** What a report has to say of them, one line each. */
  notes: string[];
  telemetry: {
    /** Without telemetry nothing is recorded; for measuring what it costs. */
    enabled: boolean;
    /** The period of the AWS services' own metrics: a minute on AWS. Shorter to compress time for short runs. */
    periodS: number;
    /** How long after its period a datapoint, and after its end a trace, can be read. */
    delayS: number;
    /** Names of `local/telemetry/trouble.ts`. */
    trouble: TroubleName[];
  };
  /** Concurrent executions of all functions together: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  accountConcurrency: number;
  restApi: { ratePerS: number; burst: number; integrationTimeoutMs: number };
  socketApi: {
    idleMaxMs: number;
    lifeMaxMs: number;
    frameMaxBytes: number;
    /** What posting to a connection takes, over what this machine needs. */
    postMs: number;
  };
  functions: Record<definition.FunctionName, FunctionSettings>;
  tables: Record<definition.TableName, TableSettings>;
  engine: EngineSettings;
  cache: {
    memoryMaxBytes: number;
    clientsMax: number;
    /** What expires is removed this often, as by a job that empties the cache; null: never. */
    emptiedEveryMs: number | null;
  };
  /** Operations jobs run this many times as often as on AWS. */
  timeScale: number;
  /** Set in the environment of all of the game's processes, over what the host sets. */
  game: Record<string, string>;
}

export interface FunctionSettings {
  memoryMb: number;
  timeoutMs: number;
  /** Null: takes from what the account has left. */
  reservedConcurrency: number | null;
  /** A fresh environment waits this long before its handler is loaded: what a larger package would take. */
  initMs: number;
  /** An environment is retired after this many invocations; null: it is kept while it is used. */
  invocationsMax: number | null;
  /** What an invocation waits for before its handler runs. */
  latencyMs: number;
  /** Set in the environment of this function alone. */
  env: Record<string, string>;
  /** So long after the stack came up a new version is deployed, with this in its environment besides; null: none is. */
  deployment: { afterMs: number; env: Record<string, string> } | null;
}

export interface TableSettings {
  billing: definition.TableDefinition['billing'];
  /** What one partition key can take: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
  partition: { readUnits: number; writeUnits: number };
  /** Added to each answer of the table, over what the store behind it needs. */
  latencyMs: number;
  /** Waited for each megabyte that is read, whether or not a filter keeps it. */
  readMsPerMb: number;
  /** Seconds of unused provisioned capacity that are kept as credit: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html */
  burstS: number;
  /** Taken from the table's capacity by somebody else, each second. */
  foreign: { readUnits: number; writeUnits: number };
}

interface EngineSettings {
  cpuUnits: number;
  memoryMb: number;
  tasksMin: number;
  tasksMax: number;
  scaling: {
    enabled: boolean;
    cpuPercent: number;
    memoryPercent: number;
    activeTasksPerTask: number;
    /** As on AWS, where a period of the metrics is a minute; with shorter periods they are as much shorter. */
    scaleOutCooldownS: number;
    scaleInCooldownS: number;
  };
  /** From the decision to a task that works: pulling the image, attaching the network. Guess: 3 s stand for half a minute. */
  provisionMs: number;
  healthCheck: { everyMs: number; timeoutMs: number; failuresMax: number };
}

const functionSettings = (name: definition.FunctionName): FunctionSettings => {
  const { memoryMb, timeoutS, reservedConcurrency } = definition.functionDefinition(name);
  return {
    memoryMb,
    timeoutMs: timeoutS * 1000,
    reservedConcurrency: reservedConcurrency ?? null,
    initMs: 0,
    invocationsMax: null,
    latencyMs: 0,
    env: {},
    deployment: null,
  };
};

const tableSettings = (name: definition.TableName): TableSettings => ({
  billing: definition.tableDefinition(name).billing,
  partition: { readUnits: 3000, writeUnits: 1000 },
  // Guess: tune. AWS promises single-digit milliseconds, and a store in memory next door needs less.
  latencyMs: 4,
  // Guess: tune. A page of a scan, 1 MB, is known to take some hundred milliseconds on AWS, of which dynalite itself spends a part.
  readMsPerMb: 100,
  burstS: 300,
  foreign: { readUnits: 0, writeUnits: 0 },
});

/** A value for each name. */
const each = <K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;

/** The stack as it is when nothing is wrong with it. */
export const healthySettings = (): StackSettings => ({
  notes: [],
  telemetry: { enabled: true, periodS: 60, delayS: 60, trouble: [] },
  accountConcurrency: 1000,
  restApi: {
    ratePerS: definition.restApi.ratePerS,
    burst: definition.restApi.burst,
    integrationTimeoutMs: definition.restApi.integrationTimeoutS * 1000,
  },
  socketApi: {
    idleMaxMs: definition.socketApi.idleMaxS * 1000,
    lifeMaxMs: definition.socketApi.lifeMaxS * 1000,
    frameMaxBytes: definition.socketApi.frameMaxBytes,
    postMs: 5, // guess: tune
  },
  functions: each(definition.functionNames, functionSettings),
  tables: each(definition.tableNames, tableSettings),
  engine: {
    cpuUnits: definition.engine.cpuUnits,
    memoryMb: definition.engine.memoryMb,
    tasksMin: definition.engine.tasksMin,
    tasksMax: definition.engine.tasksMax,
    scaling: { enabled: true, ...definition.engine.scaling },
    provisionMs: 3000,
    healthCheck: {
      everyMs: definition.engine.healthCheck.everyS * 1000,
      timeoutMs: definition.engine.healthCheck.timeoutS * 1000,
      failuresMax: definition.engine.healthCheck.failuresMax,
    },
  },
  cache: { memoryMaxBytes: definition.cache.memoryMaxBytes, clientsMax: definition.cache.clientsMax, emptiedEveryMs: null },
  timeScale: 1,
  game: {},
});

/** Whether it is smaller than the definition's, as only a server of our own can be made. */
export const limitsCache = ({ cache: { memoryMaxBytes, clientsMax } }: StackSettings): boolean =>
  memoryMaxBytes !== definition.cache.memoryMaxBytes || clientsMax !== definition.cache.clientsMax;

/** How the settings reach a process. */
const VARIABLE = 'LOADKIT_STACK_SETTINGS';

export const settingsEnvironment = (settings: StackSettings): Record<string, string> => ({ [VARIABLE]: JSON.stringify(settings) });

/** The settings that this process was started with; those of a healthy stack where it was started without. */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): StackSettings => {
  const json = env[VARIABLE];
  return json === undefined ? healthySettings() : (JSON.parse(json) as StackSettings);
};
