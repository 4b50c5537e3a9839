/** Values in the order in which they were last touched. */
export class AgingMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  /** Kept, since a new one would first pass every place that a deletion has left at the front: what is taken from a long map would cost its length. */
  #oldestFirst = this.#entries.entries();

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  values(): Iterable<Value> {
    return this.#entries.values();
  }

  /** Makes it the last one. */
  touch(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  /** Takes the longest untouched away. */
  take(): Value | undefined {
    let next = this.#oldestFirst.next();
    if (next.done) {
      this.#oldestFirst = this.#entries.entries();
      next = this.#oldestFirst.next();
    }
    if (next.done) return undefined;
    const [key, value] = next.value;
    this.#entries.delete(key);
    return value;
  }
}
