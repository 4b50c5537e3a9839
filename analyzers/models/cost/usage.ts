import type { Arch } from '../../contract.ts';
import { isObject, type Json } from '../../json.ts';
import { type Bad, Malformed } from '../../malformed.ts';

/** What a system uses of AWS in a month, or in a part of one. Amounts are finite and none is below 0. */
export interface Usage {
  region: string;
  lambda: LambdaUsage[];
  dynamodb: DynamodbUsage[];
  fargate: FargateUsage[];
  httpApi: HttpApiUsage[];
  restApi: RestApiUsage[];
  webSocketApi: WebSocketApiUsage[];
  elasticache: ElasticacheUsage[];
  alb: AlbUsage[];
  /** What else was given, by name, which nothing here knows how to price: `s3`, `lambda[0].ephemeralGb`. */
  others: string[];
}

/** Of nothing, to be added to. */
export const noUsage = (region: string): Usage => ({
  region,
  lambda: [],
  dynamodb: [],
  fargate: [],
  httpApi: [],
  restApi: [],
  webSocketApi: [],
  elasticache: [],
  alb: [],
  others: [],
});

/** Whose use it is, where that is known: `fargate:engine`. */
interface Named {
  node?: string;
}

export interface LambdaUsage extends Named {
  requests: number;
  avgDurationMs: number;
  memoryMb: number;
  /** Null where it is not known: its duration then has no price. */
  arch: Arch | null;
}

export type DynamodbUsage = Named &
  ({ mode: 'on-demand'; writeUnits: number; readUnits: number } | { mode: 'provisioned'; wcu: number; rcu: number; hours: number });

export interface FargateUsage extends Named {
  vcpu: number;
  memoryGb: number;
  /** Of each task. */
  hours: number;
  tasks: number;
  /** Null where it is not known: it then has no price. */
  arch: Arch | null;
}

export interface HttpApiUsage {
  requests: number;
  /** Of a request and its response, which are metered together. */
  avgKb: number;
}

/** Without a cache. */
export interface RestApiUsage {
  requests: number;
}

export interface WebSocketApiUsage {
  /** Both ways. */
  messages: number;
  avgKb: number;
  connectionMinutes: number;
}

export interface ElasticacheUsage extends Named {
  nodeType: string;
  nodes: number;
  /** Of each node. */
  hours: number;
}

/** An Application Load Balancer. */
export interface AlbUsage extends Named {
  hours: number;
  /** Load balancer capacity units, in the mean. */
  lcus: number;
}

const SHAPE =
  'a usage document is {region, lambda: [{requests, avgDurationMs, memoryMb, arch?}], dynamodb: [{mode: "on-demand", writeUnits, readUnits} or {mode: "provisioned", wcu, rcu, hours}], fargate: [{vcpu, memoryGb, hours, tasks, arch?}], httpApi: [{requests, avgKb}], restApi: [{requests}], webSocketApi: [{messages, avgKb, connectionMinutes}], elasticache: [{nodeType, nodes, hours}], alb: [{hours, lcus} or {hours, newConnectionsPerS, activeConnections, processedGbPerHour, ruleEvaluationsPerS}]}';

/** Parts that are priced, each with how one of its entries is read. */
const PARTS = {
  lambda: (entry: Entry): LambdaUsage => ({
    requests: entry.amount('requests'),
    avgDurationMs: entry.amount('avgDurationMs'),
    memoryMb: entry.amount('memoryMb', LAMBDA_MEMORY_MB),
    arch: entry.arch(),
  }),
  dynamodb: (entry: Entry): DynamodbUsage =>
    entry.choice('mode', ['on-demand', 'provisioned'] as const) === 'on-demand'
      ? { mode: 'on-demand', writeUnits: entry.amount('writeUnits'), readUnits: entry.amount('readUnits') }
      : { mode: 'provisioned', wcu: entry.amount('wcu'), rcu: entry.amount('rcu'), hours: entry.amount('hours') },
  fargate: (entry: Entry): FargateUsage => entry.fargate(),
  httpApi: (entry: Entry): HttpApiUsage => ({ requests: entry.amount('requests'), avgKb: entry.amount('avgKb') }),
  restApi: (entry: Entry): RestApiUsage => ({ requests: entry.amount('requests') }),
  webSocketApi: (entry: Entry): WebSocketApiUsage => ({
    messages: entry.amount('messages'),
    avgKb: entry.amount('avgKb'),
    connectionMinutes: entry.amount('connectionMinutes'),
  }),
  elasticache: (entry: Entry): ElasticacheUsage => ({
    nodeType: entry.text('nodeType'),
    nodes: entry.amount('nodes'),
    hours: entry.amount('hours'),
  }),
  alb: (entry: Entry): AlbUsage => ({
    hours: entry.amount('hours'),
    lcus: entry.has('lcus')
      ? entry.amount('lcus')
      : Math.max(...Object.entries(IN_ONE_LCU).map(([dimension, contained]) => entry.amount(dimension) / contained)),
  }),
};
type Part = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as Part[];

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const LAMBDA_MEMORY_MB = [128, 10_240] as const;

/** "You are charged only on the dimension with the highest usage", with servers or tasks as targets: https://aws.amazon.com/elasticloadbalancing/pricing/ */
const IN_ONE_LCU = { newConnectionsPerS: 25, activeConnections: 3000, processedGbPerHour: 1, ruleEvaluationsPerS: 1000 };

/**
 * Checks that a parsed JSON document is a usage document, whole: what is half understood would be half priced. A part or a field that isn't known is kept
 * by name. Nothing but `arch` has a default.
 *
 * @example usageOf({ region: 'us-east-1', lambda: [{ requests: -1 }] }) // { bad: 'lambda[0].requests is -1, not a number of 0 or more', hint: '…' }
 */
export function usageOf(document: unknown): Usage | Bad {
  if (!isObject(document)) return { bad: 'it is not a JSON object', hint: SHAPE };
  const { region } = document;
  if (typeof region !== 'string' || region === '') return { bad: 'it has no region', hint: 'such as "us-east-1"' };
  try {
    const others = Object.keys(document).filter((name) => name !== 'region' && name !== 'schemaVersion' && !NAMES.includes(name as Part));
    const entries = Object.fromEntries(NAMES.map((name) => [name, entriesOf(document, name, others)]));
    return { region, ...(entries as unknown as Pick<Usage, Part>), others };
  } catch (error) {
    if (error instanceof Malformed) return { bad: error.bad, hint: error.hint };
    throw error;
  }
}

/** @param others gets what its entries have besides */
function entriesOf(document: Json, name: Part, others: string[]): unknown[] {
  const given = document[name] === undefined ? [] : document[name];
  if (!Array.isArray(given)) throw new Malformed(`${name} is not a list`, SHAPE);
  return given.map((fields: unknown, i) => {
    if (!isObject(fields)) throw new Malformed(`${name}[${i}] is not an object`, SHAPE);
    const entry = new Entry(fields, `${name}[${i}]`);
    const read = PARTS[name](entry);
    others.push(...entry.unread());
    return read;
  });
}

class Entry {
  readonly #fields: Json;
  readonly #at: string;
  readonly #read = new Set<string>();

  constructor(fields: Json, at: string) {
    this.#fields = fields;
    this.#at = at;
  }

  /** What nobody asked for, by name. */
  unread(): string[] {
    return Object.keys(this.#fields)
      .filter((name) => !this.#read.has(name))
      .map((name) => `${this.#at}.${name}`);
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  amount(name: string, [min, max]: readonly [number, number] = [0, Number.MAX_VALUE]): number {
    const value = this.#required(name);
    if (typeof value === 'number' && value >= min && value <= max) return value;
    const wanted = max === Number.MAX_VALUE ? `a number of ${min} or more` : `a number from ${min} to ${max}`;
    // As JSON, a number that is too large for one would be null.
    throw this.#wrong(name, typeof value === 'number' ? String(value) : JSON.stringify(value), `not ${wanted}`);
  }

  text(name: string): string {
    const value = this.#required(name);
    if (typeof value === 'string' && value !== '') return value;
    throw this.#wrong(name, JSON.stringify(value), 'not a name');
  }

  choice<T extends string>(name: string, of: readonly T[]): T {
    const value = this.#required(name);
    const found = of.find((each) => each === value);
    if (found === undefined) throw this.#wrong(name, JSON.stringify(value), `none of ${of.join(', ')}`);
    return found;
  }

  /** What AWS runs where nothing is said; null says that it is not known. */
  arch(): Arch | null {
    if (!this.has('arch')) return 'x86_64';
    if (this.#fields['arch'] === null) {
      this.#read.add('arch');
      return null;
    }
    const given = this.choice('arch', ['x86_64', 'x86', 'arm64', 'arm'] as const);
    return given.startsWith('arm') ? 'arm64' : 'x86_64';
  }

  #required(name: string): unknown {
    const value = this.#fields[name];
    this.#read.add(name);
    if (value !== undefined) return value;
    throw new Malformed(`${this.#at} has no ${name}`, `it has ${Object.keys(this.#fields).join(', ') || 'nothing'}; ${SHAPE}`);
  }

  #wrong(name: string, given: string, why: string): Malformed {
    return new Malformed(`${this.#at}.${name} is ${given}, ${why}`, SHAPE);
  }

  fargate(): FargateUsage {
    const [vcpu, memoryGb] = [this.amount('vcpu'), this.amount('memoryGb')];
    const size = FARGATE_SIZES.find((each) => each.vcpu === vcpu);
    if (size === undefined)
      throw new Malformed(
        `${this.#at}.vcpu is ${vcpu}, which Fargate has not`,
        `sizes are of ${FARGATE_SIZES.map((each) => each.vcpu).join(', ')} vCPU`,
      );
    if (!size.memoryGb.includes(memoryGb))
      throw new Malformed(
        `${this.#at} has ${vcpu} vCPU with ${memoryGb} GB, which Fargate has not`,
        `with ${vcpu} vCPU go ${size.memoryGb.join(', ')} GB`,
      );
    return { vcpu, memoryGb, hours: this.amount('hours'), tasks: this.amount('tasks'), arch: this.arch() };
  }
}

const steps = (from: number, to: number, by = 1): number[] => Array.from({ length: (to - from) / by + 1 }, (_, i) => from + i * by);

/** The only pairs there are: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
export const FARGATE_SIZES: readonly { vcpu: number; memoryGb: readonly number[] }[] = [
  { vcpu: 0.25, memoryGb: [0.5, 1, 2] },
  { vcpu: 0.5, memoryGb: steps(1, 4) },
  { vcpu: 1, memoryGb: steps(2, 8) },
  { vcpu: 2, memoryGb: steps(4, 16) },
  { vcpu: 4, memoryGb: steps(8, 30) },
  { vcpu: 8, memoryGb: steps(16, 60, 4) },
  { vcpu: 16, memoryGb: steps(32, 120, 8) },
];

/** The size of a task by its units of processor and its MiB; null where they are not known, or Fargate has none such. */
export function fargateSizeOf(
  cpuUnits: number | null | undefined,
  memoryMb: number | null | undefined,
): { vcpu: number; memoryGb: number } | null {
  const [vcpu, memoryGb] = [(cpuUnits ?? Number.NaN) / 1024, (memoryMb ?? Number.NaN) / 1024];
  return FARGATE_SIZES.some((size) => size.vcpu === vcpu && size.memoryGb.includes(memoryGb)) ? { vcpu, memoryGb } : null;
}
