/**
 * What the platform itself tells of what it does, as API Gateway, Lambda, DynamoDB, ECS and ElastiCache do on AWS without being asked: metrics in their
 * own namespaces, log lines and trace segments. The game has no part in this; it speaks to CloudWatch, X-Ray and Logs by itself.
 *
 * Each process of the stack has one of these. It adds up in memory and hands over once a second in one request, so that telling costs little.
 */
export interface Platform {
  /**
   * One observation, or `count` equal ones. For a gauge, observe it whenever it changes or once a second.
   *
   * @param dimensions by name, at most 30; each distinct set is a metric of its own
   */
  metric(namespace: string, name: string, dimensions: Dimensions, value: number, unit: Unit, count?: number): void;
  /** One line of a log group. `atMs` is epoch milliseconds. */
  log(group: string, stream: string, message: string, atMs: number): void;
  /** A segment document: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
  segment(document: object): void;
  /** Hands over what is left. */
  stop(): Promise<void>;
}

export type Dimensions = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export type Unit =
  | 'Count'
  | 'Milliseconds'
  | 'Seconds'
  | 'Microseconds'
  | 'Percent'
  | 'Bytes'
  | 'Megabytes'
  | 'Bytes/Second'
  | 'Count/Second'
  | 'None';

/** What travels to the endpoint. */
export interface PlatformBatch {
  metrics: PlatformMetric[];
  logs: { group: string; stream: string; events: { timestamp: number; message: string }[] }[];
  segments: object[];
}

export interface PlatformMetric {
  namespace: string;
  metric: string;
  dimensions: Dimensions;
  unit: Unit;
  /** Epoch second in which these were observed. */
  atS: number;
  /** Distinct values, and how often each was observed. */
  values: number[];
  counts: number[];
}

/** Where the endpoint takes batches: not AWS's, and only for fixtures that play AWS. */
export const PLATFORM_PATH = '/_platform';

const HAND_OVER_EVERY_MS = 1000;
/** Three significant digits: the error of a percentile stays below 0.5 %, and a busy second has few distinct values. */
const DIGITS = 3;
/** More lines, segments, or observations of a metric in a second, are not kept while the endpoint doesn't take them: a platform that can't tell must go on working. Guess: tune. */
const KEPT_MAX = 50_000;

/** Tells the endpoint. Without one (`undefined`) nothing is told, at no cost. */
export const startPlatform = (endpoint: string | undefined): Platform => (endpoint === undefined ? SILENT : new Teller(endpoint));

const SILENT: Platform = { metric: () => undefined, log: () => undefined, segment: () => undefined, stop: async () => undefined };

/** Those who tell often give the same object each time. */
const texts = new WeakMap<Dimensions, string>();
const textOf = (dimensions: Dimensions): string => {
  const known = texts.get(dimensions) ?? JSON.stringify(dimensions);
  texts.set(dimensions, known);
  return known;
};

class Teller implements Platform {
  readonly #endpoint: string;
  readonly #timer: NodeJS.Timeout;
  #metrics = new Map<string, Omit<PlatformMetric, 'values' | 'counts'> & { observed: Map<number, number> }>();
  #logs = new Map<string, PlatformBatch['logs'][number]>();
  #lines = 0;
  #segments: object[] = [];
  /** One batch at a time: what comes meanwhile waits for the next. */
  #sending: Promise<void> | null = null;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
    this.#timer = setInterval(() => this.#handOver(), HAND_OVER_EVERY_MS);
    this.#timer.unref();
  }

  metric(namespace: string, name: string, dimensions: Dimensions, value: number, unit: Unit, count = 1): void {
    if (!Number.isFinite(value)) throw new RangeError(`metric ${name}: ${value} is no finite number`);
    const atS = Math.floor(Date.now() / 1000);
    const key = `${atS}\n${namespace}\n${name}\n${textOf(dimensions)}`;
    if (this.#metrics.size >= KEPT_MAX && !this.#metrics.has(key)) return;
    const entry = this.#metrics.get(key) ?? { namespace, metric: name, dimensions, unit, atS, observed: new Map<number, number>() };
    this.#metrics.set(key, entry);
    const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
    entry.observed.set(rounded, (entry.observed.get(rounded) ?? 0) + count);
  }

  log(group: string, stream: string, message: string, atMs: number): void {
    if (this.#lines >= KEPT_MAX) return;
    this.#lines++;
    const key = `${group}\n${stream}`;
    const known = this.#logs.get(key);
    if (known === undefined) this.#logs.set(key, { group, stream, events: [{ timestamp: atMs, message }] });
    else known.events.push({ timestamp: atMs, message });
  }

  segment(document: object): void {
    if (this.#segments.length < KEPT_MAX) this.#segments.push(document);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    this.#handOver();
    await this.#sending;
  }

  #handOver(): void {
    if (this.#sending !== null) return;
    if (this.#metrics.size === 0 && this.#logs.size === 0 && this.#segments.length === 0) return;
    const batch: PlatformBatch = {
      metrics: [...this.#metrics.values()].map(({ observed, ...metric }) => ({
        ...metric,
        values: [...observed.keys()],
        counts: [...observed.values()],
      })),
      logs: [...this.#logs.values()],
      segments: this.#segments,
    };
    this.#metrics = new Map();
    this.#logs = new Map();
    this.#lines = 0;
    this.#segments = [];
    this.#sending = handOver(this.#endpoint, batch).finally(() => {
      this.#sending = null;
    });
  }
}

const SEND_TIMEOUT_MS = 5000;

/** A batch that can't be handed over is lost, as telemetry is on AWS: whoever tells goes on. */
export const handOver = async (endpoint: string, batch: PlatformBatch): Promise<void> => {
  try {
    const answer = await fetch(endpoint + PLATFORM_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(batch),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    if (!answer.ok) process.stderr.write(`telemetry was refused: ${answer.status}\n`);
  } catch (error) {
    process.stderr.write(`telemetry could not be handed over: ${String(error)}\n`);
  }
};
