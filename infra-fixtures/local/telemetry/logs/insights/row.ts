import { ACCOUNT_ID } from '../../../names.ts';
import { valueAt } from '../json-path.ts';
import type { KeptEvent } from '../store.ts';

/** A field is a text, as it stood in the message; what is computed is a number; a time is shown as one; undefined is a field that isn't there. */
export type Value = string | number | boolean | Date | undefined;

/** An event of a group, or a row of `stats`, with what a query computed of it. */
export class Row {
  readonly event: KeptEvent | null;
  readonly #group: string;
  readonly #computed = new Map<string, Value>();
  #json: unknown;

  constructor(event: KeptEvent | null, group: string) {
    this.event = event;
    this.#group = group;
  }

  set(name: string, value: Value): void {
    this.#computed.set(name, value);
  }

  get(name: string): Value {
    if (this.#computed.has(name)) return this.#computed.get(name);
    if (this.event === null) return undefined;
    return name.startsWith('@') ? this.#systemField(this.event, name) : this.#jsonField(this.event, name);
  }

  #jsonField({ message }: KeptEvent, name: string): Value {
    this.#json ??= parsed(message);
    const found = valueAt(this.#json, name);
    if (typeof found === 'number') return String(found);
    return typeof found === 'string' || typeof found === 'boolean' ? found : undefined;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
  #systemField({ timestamp, ingestedMs, message, stream, id }: KeptEvent, name: string): Value {
    switch (name) {
      case '@timestamp':
        return new Date(timestamp);
      case '@ingestionTime':
        return new Date(ingestedMs);
      case '@message':
        return message;
      case '@logStream':
        return stream;
      case '@log':
        return `${ACCOUNT_ID}:${this.#group}`;
      case '@ptr':
        return Buffer.from(`${this.#group}\n${id}`).toString('base64');
      default:
        return this.#group.startsWith('/aws/lambda/') ? lambdaField(message, name) : undefined;
    }
  }
}

const parsed = (message: string): unknown => {
  if (!message.trimStart().startsWith('{')) return {};
  try {
    return JSON.parse(message);
  } catch {
    return {};
  }
};

/** Of a function's lines. A figure is multiplied by its factor. */
const LAMBDA_FIELDS: ReadonlyMap<string, readonly [pattern: RegExp, factor?: number]> = new Map<string, readonly [RegExp, number?]>([
  ['@type', [/^(START|END|REPORT) RequestId: /]],
  // Those of the runtimes' own loggers begin with the time and the request id.
  ['@requestId', [/^(?:(?:START|END|REPORT) RequestId: |\S+\t(?=[0-9a-f-]{36}\t))(\S+)/]],
  ['@duration', [/^REPORT .*\tDuration: ([\d.]+) ms/, 1]],
  ['@billedDuration', [/^REPORT .*\tBilled Duration: ([\d.]+) ms/, 1]],
  ['@initDuration', [/^REPORT .*\tInit Duration: ([\d.]+) ms/, 1]],
  // In bytes, of a thousand by a thousand: AWS's own sample queries divide by that.
  ['@memorySize', [/^REPORT .*\tMemory Size: ([\d.]+) MB/, 1e6]],
  ['@maxMemoryUsed', [/^REPORT .*\tMax Memory Used: ([\d.]+) MB/, 1e6]],
  ['@xrayTraceId', [/^REPORT .*\s+XRAY TraceId: (\S+)/]],
]);

const lambdaField = (message: string, name: string): Value => {
  const [pattern, factor] = LAMBDA_FIELDS.get(name) ?? [];
  const found = pattern?.exec(message)?.[1];
  return found === undefined || factor === undefined ? found : String(Number(found) * factor);
};

/** NaN for what is no number. */
export const numberOf = (value: Value): number => {
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return Number.NaN;
  return Number(value);
};

/** As it is shown: times to the millisecond, computed numbers with at most four decimals, truths as 1 and 0. */
export const textOf = (value: Exclude<Value, undefined>): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '');
  return String(Number(value.toFixed(4)));
};

/** Numbers by size and before texts; what is missing comes last. Negative when `a` comes first. */
export const compareValues = (a: Value, b: Value): number => {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [left, right] = [comparable(a), comparable(b)];
  if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
  return left < right ? -1 : Number(left > right);
};

const comparable = (value: Exclude<Value, undefined>): number | string => {
  const number = value === 'true' || value === 'false' ? Number(value === 'true') : numberOf(value);
  return Number.isNaN(number) ? String(value) : number;
};
