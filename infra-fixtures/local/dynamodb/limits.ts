import type { TableSettings } from '../settings.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { Charge } from './charges.ts';

export interface Capacity {
  readUnits: number;
  writeUnits: number;
}

/** Why a charge was refused, in the words of AWS's throttling reasons. */
export interface Refusal {
  kind: Charge['kind'];
  index: string | null;
  limit: 'ProvisionedThroughput' | 'KeyRangeThroughput';
}

type LimitSettings = Pick<TableSettings, 'billing' | 'partition' | 'foreign' | 'burstS'>;

/** A partition's limit is hard, it has no credit beyond its second. */
const PARTITION_CREDIT_S = 1;
const FORGET_EVERY_MS = 1000;

/**
 * What a table and its indexes let through: their capacity when that is provisioned, with the credit of unused seconds, and for each partition key value
 * what one partition can take. Times are milliseconds of any clock that doesn't run backwards.
 */
export class TableLimits {
  readonly #partition: Capacity;
  readonly #foreign: Capacity;
  readonly #creditS: number;
  readonly #now: () => number;
  /** By index, '' for the table. Those on demand have none. */
  readonly #provisioned = new Map<string, Record<Charge['kind'], TokenBucket> & { capacity: Capacity }>();
  readonly #partitions = new Map<string, TokenBucket>();
  #forgotAtMs = 0;

  constructor(indexes: readonly string[], settings: LimitSettings, now: () => number) {
    this.#partition = settings.partition;
    this.#foreign = settings.foreign;
    this.#creditS = Math.max(1, settings.burstS);
    this.#now = now;
    if (settings.billing === 'on-demand') return;
    // A table that was idle has all of its credit.
    for (const index of [null, ...indexes]) this.#provision(index, settings.billing, this.#creditS);
  }

  /** Takes all of the charges, or refuses and takes none. Empty: taken. */
  admit(charges: readonly Charge[]): Refusal[] {
    const nowMs = this.#now();
    this.#forget(nowMs);
    const refusals: Refusal[] = [];
    for (const charge of charges) {
      const limit = this.#refusing(charge, nowMs);
      if (limit !== null) refusals.push({ kind: charge.kind, index: charge.index, limit });
    }
    if (refusals.length === 0) for (const charge of charges) this.#take(charge, charge.units, nowMs);
    return refusals;
  }

  /** Sets right what was taken on an estimate. What is more than that may put a bucket into debt. */
  settle(estimates: readonly Charge[], actual: readonly Charge[]): void {
    const nowMs = this.#now();
    for (const charge of estimates) this.#take(charge, -charge.units, nowMs);
    for (const charge of actual) this.#take(charge, charge.units, nowMs);
  }

  /** Null: on demand from now on. New capacity begins with one second of credit. */
  provision(index: string | null, capacity: Capacity | null): void {
    if (capacity === null) this.#provisioned.delete(index ?? '');
    else this.#provision(index, capacity, 1);
  }

  #provision(index: string | null, capacity: Capacity, creditS: number): void {
    const bucket = (perSecond: number, drainPerSecond: number): TokenBucket =>
      new TokenBucket(
        {
          perSecond,
          tokensMax: perSecond * this.#creditS,
          tokens: perSecond * creditS,
          drainPerSecond: index === null ? drainPerSecond : 0,
        },
        this.#now(),
      );
    this.#provisioned.set(index ?? '', {
      capacity,
      Read: bucket(capacity.readUnits, this.#foreign.readUnits),
      Write: bucket(capacity.writeUnits, this.#foreign.writeUnits),
    });
  }

  /** What somebody else takes in a second: what he asks for, or what flows in when there is no credit left. On demand he gets all. */
  foreignUnits(kind: Charge['kind']): number {
    const asked = kind === 'Read' ? this.#foreign.readUnits : this.#foreign.writeUnits;
    const table = this.#provisioned.get('');
    if (table === undefined || table[kind].tokens(this.#now()) > 0) return asked;
    return Math.min(asked, kind === 'Read' ? table.capacity.readUnits : table.capacity.writeUnits);
  }

  get provisioned(): { index: string | null; capacity: Capacity }[] {
    return [...this.#provisioned].map(([index, { capacity }]) => ({ index: index === '' ? null : index, capacity }));
  }

  /** Partitions that something is remembered of. */
  get partitionsKnown(): number {
    return this.#partitions.size;
  }

  #refusing(charge: Charge, nowMs: number): Refusal['limit'] | null {
    if (this.#provisioned.get(charge.index ?? '')?.[charge.kind].allows(charge.units, nowMs) === false) return 'ProvisionedThroughput';
    const partition = charge.partition === null ? undefined : this.#partitions.get(partitionName(charge));
    return partition?.allows(charge.units, nowMs) === false ? 'KeyRangeThroughput' : null;
  }

  #take(charge: Charge, units: number, nowMs: number): void {
    this.#provisioned.get(charge.index ?? '')?.[charge.kind].take(units, nowMs);
    if (charge.partition === null) return;
    const name = partitionName(charge);
    let bucket = this.#partitions.get(name);
    if (bucket === undefined) {
      const perSecond = charge.kind === 'Read' ? this.#partition.readUnits : this.#partition.writeUnits;
      bucket = new TokenBucket({ perSecond, tokensMax: perSecond * PARTITION_CREDIT_S }, nowMs);
      this.#partitions.set(name, bucket);
    }
    bucket.take(units, nowMs);
  }

  /** A partition whose bucket is full again is as one that was never asked for, so memory is bounded by what a few seconds touch. */
  #forget(nowMs: number): void {
    if (nowMs - this.#forgotAtMs < FORGET_EVERY_MS) return;
    this.#forgotAtMs = nowMs;
    for (const [name, bucket] of this.#partitions) if (bucket.isFull(nowMs)) this.#partitions.delete(name);
  }
}

const partitionName = ({ kind, index, partition }: Charge): string => `${kind}\n${index ?? ''}\n${partition}`;
