/** Where requests spend their time. Stations have no clock: they are told when something happens, in seconds, never earlier than the time before. */
export interface Station {
  /** Takes a request in. */
  arrive(request: Request, atS: number): void;
  /** When the next request leaves; infinite while nobody is here. */
  readonly nextS: number;
  /** Lets that one go. */
  depart(): Request;
  /** Seconds of all its servers' work up to a time that is not past `nextS`. */
  workedS(atS: number): number;
}

/** On its way through the network. */
export interface Request {
  /** The station it is at, by its place in the network. */
  at: number;
  /** Called with the time at which it leaves the last one. */
  done: (atS: number) => void;
}

export interface QueueSpec {
  kind: 'queue';
  name: string;
  /** Beside each other; infinite where nobody waits. */
  servers: number;
  /** On average, of an exponential distribution. */
  serviceS: number;
}

export interface CoherencySpec {
  kind: 'coherency';
  name: string;
  /** Requests per second of one alone. */
  lambda: number;
  sigma: number;
  kappa: number;
}

export type StationSpec = QueueSpec | CoherencySpec;

/** Delays have servers without end, and coherency has none: neither can be used up. */
export const isLimited = (station: StationSpec): station is QueueSpec => station.kind === 'queue' && Number.isFinite(station.servers);

/** @param random uniform in [0, 1) */
export const stationOf = (spec: StationSpec, random: () => number): Station =>
  spec.kind === 'queue' ? new Queue(spec, random) : new Coherency(spec, random);

const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());

interface Served {
  /** When it is done: a time, or an amount of progress. */
  until: number;
  request: Request;
}

/** First come, first served. */
class Queue implements Station {
  readonly #spec: QueueSpec;
  readonly #random: () => number;
  /** The first to leave comes first. */
  readonly #served: Served[] = [];
  readonly #waiting: Request[] = [];
  #workedS = 0;
  #changedS = 0;

  constructor(spec: QueueSpec, random: () => number) {
    this.#spec = spec;
    this.#random = random;
  }

  get nextS(): number {
    return this.#served[0]?.until ?? Number.POSITIVE_INFINITY;
  }

  arrive(request: Request, atS: number): void {
    if (this.#served.length < this.#spec.servers) this.#serve(request, atS);
    else this.#waiting.push(request);
  }

  depart(): Request {
    const atS = this.nextS;
    this.#settle(atS);
    const { request } = this.#served.shift() as Served;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#serve(next, atS);
    return request;
  }

  workedS(atS: number): number {
    return this.#workedS + this.#served.length * (atS - this.#changedS);
  }

  #serve(request: Request, atS: number): void {
    this.#settle(atS);
    insert(this.#served, { until: atS + exponential(this.#spec.serviceS, this.#random), request });
  }

  #settle(atS: number): void {
    this.#workedS = this.workedS(atS);
    this.#changedS = atS;
  }
}

/**
 * Everybody is served at once, and the more there are, the slower: n requests make λn / (1 + σ(n−1) + κn(n−1)) a second together, the Universal Scalability
 * Law. As all are slowed alike (processor sharing) it is so whatever the distribution of the work, from the first moment on.
 */
class Coherency implements Station {
  readonly #spec: CoherencySpec;
  readonly #random: () => number;
  /** By the progress at which they are done. */
  readonly #served: Served[] = [];
  /** Seconds of work that each request that was here all along has got. */
  #progressS = 0;
  #workedS = 0;
  #changedS = 0;

  constructor(spec: CoherencySpec, random: () => number) {
    this.#spec = spec;
    this.#random = random;
  }

  get nextS(): number {
    const [first] = this.#served;
    return first === undefined ? Number.POSITIVE_INFINITY : this.#changedS + (first.until - this.#progressS) * this.#slowdown;
  }

  arrive(request: Request, atS: number): void {
    this.#settle(atS);
    insert(this.#served, { until: this.#progressS + exponential(1 / this.#spec.lambda, this.#random), request });
  }

  depart(): Request {
    this.#settle(this.nextS);
    return (this.#served.shift() as Served).request;
  }

  /** While anybody is here, it works. */
  workedS(atS: number): number {
    return this.#workedS + Math.min(1, this.#served.length) * (atS - this.#changedS);
  }

  get #slowdown(): number {
    const { sigma, kappa } = this.#spec;
    const n = this.#served.length;
    return 1 + sigma * (n - 1) + kappa * n * (n - 1);
  }

  #settle(atS: number): void {
    this.#workedS = this.workedS(atS);
    if (this.#served.length > 0) this.#progressS += (atS - this.#changedS) / this.#slowdown;
    this.#changedS = atS;
  }
}

/** Keeps them in order. There are a few hundred at most: moving them along is cheaper than a heap. */
function insert(served: Served[], one: Served): void {
  let [lo, hi] = [0, served.length];
  while (lo < hi) {
    const middle = (lo + hi) >>> 1;
    if ((served[middle] as Served).until <= one.until) lo = middle + 1;
    else hi = middle;
  }
  served.splice(lo, 0, one);
}
