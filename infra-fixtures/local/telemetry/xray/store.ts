import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Clock } from '../clock.ts';
import { AgingMap } from './aging-map.ts';
import type { Document } from './segment.ts';

/**
 * Documents by trace. The newest are kept as they came; older ones are packed, since a trace says the same words again and again. What is over the bounds
 * goes, the longest untouched first: X-Ray itself keeps 30 days.
 */

/** Guess: tune. An hour at 200 requests a second and the default sampling is 39,420 traces. */
const TRACES_MAX = 100_000;
/** Of packed and of plain documents, each as V8 holds them; together under 150 MB with what the index takes. Guess: tune. */
const PACKED_BYTES_MAX = 64 * 2 ** 20;
const PLAIN_BYTES_MAX = 16 * 2 ** 20;
/** X-Ray's limit on a trace: https://docs.aws.amazon.com/general/latest/gr/xray.html */
const TRACE_BYTES_MAX = 500 * 1024;
/** The fastest, with small buffers of its own, each of which is made anew: a trace is some kilobytes, and packing is paid for by those who put. */
const PACKING = { level: 1, memLevel: 4, windowBits: 12, chunkSize: 1024 };

interface Kept {
  /** When it arrived, in epoch milliseconds; that of the first with its id. */
  atMs: number;
  text: string;
}

interface Entry {
  id: string;
  /** Epoch seconds: of the earliest segment's start, of the latest end, and of the last arrival. */
  startS: number;
  endS: number;
  updatedS: number;
  /** How many documents have come. */
  revision: number;
  bytes: number;
  limitExceeded: boolean;
  /** By segment id; packed: the same as JSON, deflated. */
  documents: Map<string, Kept> | Buffer;
}

/** A trace as far as it can be read by now. */
export interface StoredTrace extends Readonly<Omit<Entry, 'documents' | 'bytes'>> {
  texts: readonly string[];
}

/** What a trace's time is: its start, or its last change. */
export const TIME_RANGE_TYPES = ['TraceId', 'Event'] as const;
type TimeRangeType = (typeof TIME_RANGE_TYPES)[number];

export class TraceStore {
  readonly #traces = new AgingMap<string, Entry>();
  /** Those of them that are not packed: the last ones. */
  readonly #plain = new AgingMap<string, Entry>();
  readonly #clock: Clock;
  readonly #delayMs: number;
  #plainBytes = 0;
  #packedBytes = 0;

  constructor(clock: Clock, delayS: number) {
    this.#clock = clock;
    this.#delayMs = delayS * 1000;
  }

  put(text: string, document: Document): void {
    const atMs = this.#clock();
    const trace = this.#touched(document);
    trace.updatedS = atMs / 1000;
    trace.revision++;
    const documents = trace.documents as Map<string, Kept>;
    const before = documents.get(document.id);
    const grownBy = text.length - (before?.text.length ?? 0);
    if (trace.bytes + grownBy > TRACE_BYTES_MAX) {
      trace.limitExceeded = true;
      return;
    }
    trace.startS = Math.min(trace.startS, document.start_time);
    trace.endS = Math.max(trace.endS, document.end_time ?? document.start_time);
    documents.set(document.id, { atMs: before?.atMs ?? atMs, text });
    trace.bytes += grownBy;
    this.#plainBytes += grownBy;
    this.#hold();
  }

  get(id: string): StoredTrace | null {
    const entry = this.#traces.get(id);
    if (entry === undefined) return null;
    const readableMs = this.#clock() - this.#delayMs;
    const texts = [...documentsOf(entry).values()].filter(({ atMs }) => atMs <= readableMs).map(({ text }) => text);
    if (texts.length === 0) return null;
    const { documents: _documents, bytes: _bytes, ...rest } = entry;
    return { ...rest, texts };
  }

  /** Those with their time in [startS, endS), ordered by it and by id. Whether they can be read yet shows when they are asked for. */
  between(startS: number, endS: number, type: TimeRangeType): { id: string; timeS: number }[] {
    return [...this.#traces.values()]
      .map(({ id, ...trace }) => ({ id, timeS: type === 'Event' ? trace.updatedS : trace.startS }))
      .filter(({ timeS }) => timeS >= startS && timeS < endS)
      .sort((a, b) => a.timeS - b.timeS || (a.id < b.id ? -1 : 1));
  }

  /** Ids of those that were under way at some time in [startS, endS). */
  overlapping(startS: number, endS: number): string[] {
    return [...this.#traces.values()].filter((trace) => trace.startS < endS && trace.endS >= startS).map(({ id }) => id);
  }

  get size(): { traces: number; bytes: number } {
    return { traces: this.#traces.size, bytes: this.#plainBytes + this.#packedBytes };
  }

  /** The document's trace, plain and as the last touched. */
  #touched({ trace_id: id, start_time }: Document): Entry {
    const trace: Entry = this.#traces.get(id) ?? {
      id,
      startS: start_time,
      endS: start_time,
      updatedS: 0,
      revision: 0,
      bytes: 0,
      limitExceeded: false,
      documents: new Map(),
    };
    if (trace.documents instanceof Buffer) {
      this.#packedBytes -= trace.documents.length;
      trace.documents = documentsOf(trace);
      this.#plainBytes += trace.bytes;
    }
    this.#traces.touch(id, trace);
    this.#plain.touch(id, trace);
    return trace;
  }

  /** Packs and forgets until what is held is within its bounds. */
  #hold(): void {
    while (this.#plainBytes > PLAIN_BYTES_MAX) {
      const trace = this.#plain.take();
      if (trace === undefined) break;
      const packed = deflated(JSON.stringify([...documentsOf(trace)]));
      trace.documents = packed;
      this.#plainBytes -= trace.bytes;
      this.#packedBytes += packed.length;
    }
    while (this.#packedBytes > PACKED_BYTES_MAX || this.#traces.size > TRACES_MAX) {
      const trace = this.#traces.take();
      if (trace === undefined) break;
      if (trace.documents instanceof Buffer) this.#packedBytes -= trace.documents.length;
      else {
        this.#plain.delete(trace.id);
        this.#plainBytes -= trace.bytes;
      }
    }
  }
}

const documentsOf = ({ documents }: Entry): Map<string, Kept> =>
  documents instanceof Map ? documents : new Map(JSON.parse(inflateRawSync(documents).toString()) as [string, Kept][]);

/** In memory of its own: what zlib returns, and what `Buffer.from` copies, is a part of a pool whose larger part would be kept with it. */
const deflated = (text: string): Buffer => {
  const bytes = deflateRawSync(text, PACKING);
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
};
