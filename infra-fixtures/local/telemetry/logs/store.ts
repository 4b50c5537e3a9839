import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Clock } from '../clock.ts';
import { AwsError } from '../service.ts';

/** Timestamps are epoch milliseconds. */
export interface LogEvent {
  timestamp: number;
  message: string;
}

/** An event as it is kept. */
export interface KeptEvent extends LogEvent {
  ingestedMs: number;
  stream: string;
  /** 56 digits, as AWS's: they sort by time, and by arrival among equal times. Also the place that tokens point to. */
  id: string;
}

/** Times are inclusive. */
export interface Range {
  startMs: number;
  endMs: number;
}

/** Events that came one after another: plain while it is filled, then compressed, which makes a tenth of log lines. */
interface Chunk {
  events: KeptEvent[];
  packed: Buffer | null;
  bytes: number;
  fromMs: number;
  toMs: number;
}

export interface Group {
  name: string;
  keptDays: number;
  chunks: Chunk[];
}

/** What an event takes beside its text: AWS counts 26 bytes, its object here about this many. */
const EVENT_OVERHEAD_BYTES = 150;
/** Guess: large enough to compress well, small enough to be read without a pause that requests would feel (some 5 ms). */
const CHUNK_BYTES_MAX = 1024 * 1024;
/** Of all groups together, compressed where it is: measured, an hour of 200 requests/s with five lines each (700 MB of text) takes 90 MB. */
const BYTES_MAX = 256 * 1024 * 1024;
const DAY_MS = 86_400_000;
/** Where nothing is set AWS keeps events for ever. Guess: nobody runs this for longer. */
const KEPT_DAYS = 14;

/**
 * Log groups in bounded memory. When they take more than `bytesMax` together, the group that takes most gives up its oldest events, so that a talkative
 * group doesn't cost a quiet one its lines.
 */
export class LogStore {
  readonly groups = new Map<string, Group>();
  readonly #clock: Clock;
  readonly #visibleAfterMs: number;
  readonly #bytesMax: number;
  #sequence = 0;

  constructor(clock: Clock, delayS: number, bytesMax: number = BYTES_MAX) {
    this.#clock = clock;
    this.#visibleAfterMs = delayS * 1000;
    this.#bytesMax = bytesMax;
  }

  /** What is kept now, in bytes. */
  get bytes(): number {
    let sum = 0;
    for (const group of this.groups.values()) sum += groupBytes(group);
    return sum;
  }

  createGroup(name: string, keptDays = KEPT_DAYS): Group {
    const group: Group = { name, keptDays, chunks: [] };
    this.groups.set(name, group);
    return group;
  }

  /** A group that isn't there is made. Events need no order. */
  append(groupName: string, stream: string, events: readonly LogEvent[]): void {
    const group = this.groups.get(groupName) ?? this.createGroup(groupName);
    const ingestedMs = this.#clock();
    for (const { timestamp, message } of events) this.#keep(group, { timestamp, message, ingestedMs, stream, id: this.#nextId(timestamp) });
    this.#forget(group);
  }

  /** The events of a group that can be read by now, in parts in which they are in no order. Other work may go on between the parts. */
  async *scan(group: Group, range: Range): AsyncGenerator<KeptEvent[]> {
    const visibleMs = this.#clock() - this.#visibleAfterMs;
    const oldestMs = this.#oldestMs(group);
    const wanted = (event: KeptEvent): boolean =>
      event.ingestedMs <= visibleMs && event.timestamp >= Math.max(range.startMs, oldestMs) && event.timestamp <= range.endMs;
    for (const chunk of [...group.chunks]) {
      if (chunk.toMs < range.startMs || chunk.fromMs > range.endMs) continue;
      yield eventsOf(chunk).filter(wanted);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #nextId(timestamp: number): string {
    this.#sequence++;
    return String(timestamp).padStart(20, '0') + String(this.#sequence).padStart(36, '0');
  }

  #keep(group: Group, event: KeptEvent): void {
    let chunk = group.chunks.at(-1);
    if (chunk === undefined || chunk.packed !== null) {
      chunk = { events: [], packed: null, bytes: 0, fromMs: event.timestamp, toMs: event.timestamp };
      group.chunks.push(chunk);
    }
    chunk.events.push(event);
    chunk.bytes += event.message.length + EVENT_OVERHEAD_BYTES;
    chunk.fromMs = Math.min(chunk.fromMs, event.timestamp);
    chunk.toMs = Math.max(chunk.toMs, event.timestamp);
    if (chunk.bytes >= CHUNK_BYTES_MAX) pack(chunk);
  }

  #oldestMs(group: Group): number {
    return this.#clock() - group.keptDays * DAY_MS;
  }

  #forget(group: Group): void {
    const oldestMs = this.#oldestMs(group);
    while (group.chunks[0] !== undefined && group.chunks[0].toMs < oldestMs) group.chunks.shift();
    let excess = this.bytes - this.#bytesMax;
    while (excess > 0) {
      const largest = [...this.groups.values()].reduce((most, other) => (groupBytes(other) > groupBytes(most) ? other : most));
      const oldest = largest.chunks.shift();
      if (oldest === undefined) return;
      excess -= oldest.bytes;
    }
  }
}

const groupBytes = (group: Group): number => group.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);

const pack = (chunk: Chunk): void => {
  chunk.packed = zstdCompressSync(JSON.stringify(chunk.events));
  chunk.events = [];
  chunk.bytes = chunk.packed.length;
};

const eventsOf = (chunk: Chunk): KeptEvent[] =>
  chunk.packed === null ? chunk.events : (JSON.parse(zstdDecompressSync(chunk.packed).toString()) as KeptEvent[]);

/** By its name or its ARN. @throws AwsError */
export const groupNamed = (store: LogStore, nameOrArn: string): Group => {
  const group = store.groups.get(nameOrArn.replace(/^arn:[^:]*:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, ''));
  if (group === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
};
