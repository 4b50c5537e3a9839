/** An error that the client is told of; its message begins with Redis's error code. */
export class RespError extends Error {
  override readonly name = 'RespError';
}

type Value = string | Map<string, string> | Set<string> | string[];
interface Entry {
  value: Value;
  /** Epoch milliseconds; null for keys that stay. */
  expiresAt: number | null;
  bytes: number;
}

/** What an entry costs beside its text. Guess: a map's entry with its strings' heads. */
const OVERHEAD_BYTES = 100;
const SWEEP_EVERY_WRITES = 1000;

/**
 * The data of the RESP server: strings, hashes, sets and lists, with expiry and Redis's `volatile-lru`: when memory runs out, the keys with an expiry that
 * were used longest ago go first, and when there are none left, writes are refused.
 */
export class KeyValueStore {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #bytesMax: number;
  readonly #now: () => number;
  #bytes = 0;
  #writes = 0;
  #keysExpiring = 0;
  /** As Redis counts them: lookups that read, keys that memory was taken from, keys whose time was up. */
  hits = 0;
  misses = 0;
  evicted = 0;
  expired = 0;

  constructor(bytesMax: number, now: () => number = Date.now) {
    this.#bytesMax = bytesMax;
    this.#now = now;
  }

  get(key: string): string | null {
    const value = this.#look(key)?.value ?? null;
    if (value !== null && typeof value !== 'string') throw wrongType();
    return value;
  }

  /** `ttlMs` null: stays. */
  set(key: string, value: string, ttlMs: number | null): void {
    const bytes = sizeOf(key, value);
    this.#makeRoom(bytes); // what is refused leaves the old value as it was
    this.#remove(key);
    this.#insert(key, value, ttlMs === null ? null : this.#now() + ttlMs, bytes);
  }

  delete(keys: readonly string[]): number {
    return keys.filter((key) => this.#find(key) !== undefined && this.#remove(key)).length;
  }

  exists(keys: readonly string[]): number {
    return keys.filter((key) => this.#look(key) !== undefined).length;
  }

  addMembers(key: string, members: readonly string[]): number {
    this.#makeRoom(sizeOfAll(members, members.length));
    const set = this.#collection(key, Set<string>);
    const added = [...new Set(members)].filter((member) => !set.has(member));
    for (const member of added) set.add(member);
    this.#grew(key, sizeOfAll(added, added.length));
    return added.length;
  }

  removeMembers(key: string, members: readonly string[]): number {
    const set = this.#existing(key, Set<string>);
    const removed = members.filter((member) => set?.delete(member) === true);
    this.#shrank(key, sizeOfAll(removed, removed.length), set?.size ?? 0);
    return removed.length;
  }

  members(key: string): string[] {
    return [...(this.#checked(this.#look(key), Set<string>) ?? [])];
  }

  setFields(key: string, pairs: readonly string[]): number {
    if (pairs.length === 0 || pairs.length % 2 !== 0) throw new RespError("ERR wrong number of arguments for 'hset' command");
    this.#makeRoom(sizeOfAll(pairs, pairs.length / 2));
    const map = this.#collection(key, Map<string, string>);
    const before = map.size;
    for (let i = 0; i < pairs.length; i += 2) {
      const [field = '', value = ''] = [pairs[i], pairs[i + 1]];
      const old = map.get(field);
      map.set(field, value);
      this.#grew(key, old === undefined ? sizeOf(field, value) : value.length - old.length);
    }
    return map.size - before;
  }

  deleteFields(key: string, fields: readonly string[]): number {
    const map = this.#existing(key, Map<string, string>);
    let [removed, bytes] = [0, 0];
    for (const field of fields) {
      const value = map?.get(field);
      if (value === undefined) continue;
      map?.delete(field);
      removed++;
      bytes += sizeOf(field, value);
    }
    this.#shrank(key, bytes, map?.size ?? 0);
    return removed;
  }

  /** Field, value, field, value… */
  fields(key: string): string[] {
    return [...(this.#checked(this.#look(key), Map<string, string>) ?? [])].flat();
  }

  pushLeft(key: string, elements: readonly string[]): number {
    this.#makeRoom(sizeOfAll(elements, elements.length));
    const list = this.#collection(key, Array<string>);
    list.unshift(...elements.toReversed());
    this.#grew(key, sizeOfAll(elements, elements.length));
    return list.length;
  }

  /** Removes the first `count` that are equal, from the left; 0 removes all. */
  removeElements(key: string, count: number, element: string): number {
    if (!Number.isInteger(count) || count < 0) throw new RespError('ERR value is not an integer or out of range');
    const list = this.#existing(key, Array<string>);
    let removed = 0;
    for (let at = list?.indexOf(element) ?? -1; list !== undefined && at !== -1; at = list.indexOf(element, at)) {
      list.splice(at, 1);
      removed++;
      if (removed === count) break;
    }
    this.#shrank(key, removed * sizeOfAll([element], 1), list?.length ?? 0);
    return removed;
  }

  /** Takes an element from one end of a list to an end of another; null when there is none. */
  move(source: string, destination: string, from: string, to: string): string | null {
    const [take, put] = [side(from), side(to)];
    const list = this.#existing(source, Array<string>);
    if (list === undefined) return null;
    const target = source === destination ? list : this.#collection(destination, Array<string>);
    const element = (take === 'LEFT' ? list.shift() : list.pop()) ?? '';
    if (put === 'LEFT') target.unshift(element);
    else target.push(element);
    if (source !== destination) {
      const bytes = sizeOfAll([element], 1);
      this.#shrank(source, bytes, list.length);
      this.#grew(destination, bytes);
    }
    return element;
  }

  /** Bytes in use, as counted. */
  get bytes(): number {
    return this.#bytes;
  }

  keysBeginningWith(prefix: string): string[] {
    const now = this.#now();
    return [...this.#entries]
      .filter(([key, { expiresAt }]) => key.startsWith(prefix) && (expiresAt === null || expiresAt > now))
      .map(([key]) => key);
  }

  get keys(): number {
    return this.#entries.size;
  }

  get keysExpiring(): number {
    return this.#keysExpiring;
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt !== null && entry.expiresAt <= this.#now()) {
      this.#remove(key);
      this.expired++;
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** A lookup that reads counts. */
  #look(key: string): Entry | undefined {
    const entry = this.#find(key);
    if (entry === undefined) this.misses++;
    else this.hits++;
    return entry;
  }

  #existing<T extends Value>(key: string, type: new () => T): T | undefined {
    return this.#checked(this.#find(key), type);
  }

  #checked<T extends Value>(entry: Entry | undefined, type: new () => T): T | undefined {
    if (entry === undefined) return undefined;
    if (!(entry.value instanceof (type as new () => object))) throw wrongType();
    return entry.value as T;
  }

  #collection<T extends Exclude<Value, string>>(key: string, type: new () => T): T {
    const existing = this.#existing(key, type);
    if (existing !== undefined) return existing;
    const value = new type();
    this.#insert(key, value, null, key.length + OVERHEAD_BYTES);
    return value;
  }

  #insert(key: string, value: Value, expiresAt: number | null, bytes: number): void {
    this.#makeRoom(bytes);
    this.#entries.set(key, { value, expiresAt, bytes });
    this.#bytes += bytes;
    if (expiresAt !== null) this.#keysExpiring++;
    this.#writes++;
    if (this.#writes % SWEEP_EVERY_WRITES === 0) this.#sweep();
  }

  #remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#bytes -= entry.bytes;
    if (entry.expiresAt !== null) this.#keysExpiring--;
    return this.#entries.delete(key);
  }

  #grew(key: string, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
  }

  /** A collection that has lost its last element is gone, as in Redis. */
  #shrank(key: string, bytes: number, left: number): void {
    if (left === 0) this.#remove(key);
    else this.#grew(key, -bytes);
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.#bytesMax) return;
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt === null) continue;
      this.#remove(key);
      this.evicted++;
      if (this.#bytes + bytes <= this.#bytesMax) return;
    }
    throw new RespError("OOM command not allowed when used memory > 'maxmemory'.");
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt === null || entry.expiresAt > now) continue;
      this.#remove(key);
      this.expired++;
    }
  }
}

const sizeOf = (key: string, value: string): number => key.length + value.length + OVERHEAD_BYTES;

/** Bytes of the texts that make `entries` entries of a collection. */
const sizeOfAll = (texts: readonly string[], entries: number): number =>
  texts.reduce((sum, text) => sum + text.length, entries * OVERHEAD_BYTES);

const wrongType = (): RespError => new RespError('WRONGTYPE Operation against a key holding the wrong kind of value');

const side = (word: string): 'LEFT' | 'RIGHT' => {
  const upper = word.toUpperCase();
  if (upper !== 'LEFT' && upper !== 'RIGHT') throw new RespError('ERR syntax error');
  return upper;
};
