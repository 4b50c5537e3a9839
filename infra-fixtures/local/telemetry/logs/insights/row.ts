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
  #report: Map<string, string> | null = null;

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

  #jsonField(event: KeptEvent, name: string): Value {
    this.#json ??= parsed(event.message);
    const found = valueAt(this.#json, name);
    if (typeof found === 'number') return String(found);
    return typeof found === 'string' || typeof found === 'boolean' ? found : undefined;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
  #systemField(event: KeptEvent, name: string): Value {
    switch (name) {
      case '@timestamp':
        return new Date(event.timestamp);
      case '@ingestionTime':
        return new Date(event.ingestedMs);
      case '@message':
        return event.message;
      case '@logStream':
        return event.stream;
      case '@log':
        return `${ACCOUNT_ID}:${this.#group}`;
      case '@ptr':
        return Buffer.from(`${this.#group}\n${event.id}`).toString('base64');
      default:
        this.#report ??= lambdaFields(event.message, this.#group);
        return this.#report.get(name);
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

const LINE = /^(START|END|REPORT) RequestId: (\S+)/;
/** Lines of the runtimes' own loggers: time, request id, level, message. */
const TABBED = /^\S+\t([0-9a-f-]{36})\t/;
/** Of a REPORT line: `Duration: 12.3 ms\tMemory Size: 128 MB`, and its ids. */
const FIGURES: readonly [field: string, pattern: RegExp, factor: number][] = [
  ['@duration', /\tDuration: ([\d.]+) ms/, 1],
  ['@billedDuration', /\tBilled Duration: ([\d.]+) ms/, 1],
  ['@initDuration', /\tInit Duration: ([\d.]+) ms/, 1],
  // In bytes, of a thousand by a thousand: AWS's own sample queries divide by that.
  ['@memorySize', /\tMemory Size: ([\d.]+) MB/, 1e6],
  ['@maxMemoryUsed', /\tMax Memory Used: ([\d.]+) MB/, 1e6],
];
const IDS: readonly [field: string, pattern: RegExp][] = [
  ['@xrayTraceId', /XRAY TraceId: (\S+)/],
  ['@xraySegmentId', /SegmentId: (\S+)/],
];

const lambdaFields = (message: string, group: string): Map<string, string> => {
  const fields = new Map<string, string>();
  if (!group.startsWith('/aws/lambda/')) return fields;
  const [, type, requestId = TABBED.exec(message)?.[1]] = LINE.exec(message) ?? [];
  if (requestId !== undefined) fields.set('@requestId', requestId);
  if (type === undefined) return fields;
  fields.set('@type', type);
  if (type !== 'REPORT') return fields;
  for (const [field, pattern, factor] of FIGURES) {
    const figure = pattern.exec(message)?.[1];
    if (figure !== undefined) fields.set(field, javaDouble(Number(figure) * factor));
  }
  for (const [field, pattern] of IDS) {
    const id = pattern.exec(message)?.[1];
    if (id !== undefined) fields.set(field, id);
  }
  return fields;
};

/** These figures come as Java writes a double: 100.0, and from ten million on 1.28E8. From memory of real results, not documented. */
const javaDouble = (value: number): string => {
  if (value < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e+');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent}`;
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
