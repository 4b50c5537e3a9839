import type { KeptEvent } from '../store.ts';
import type { Accumulator } from './aggregates.ts';
import { truthOf } from './expressions.ts';
import type { Named, SortKey, Stage } from './parser.ts';
import { compareValues, Row, textOf, type Value } from './row.ts';

/** A field of a result as GetQueryResults gives it. */
interface ResultField {
  field: string;
  value: string;
}

export interface Outcome {
  results: ResultField[][];
  recordsMatched: number;
  recordsScanned: number;
  bytesScanned: number;
}

/** A query that would have to keep more than this many rows or groups at once fails. Guess: tune. */
const ROWS_MAX = 50_000;

/** @throws RangeError when the query needs too many rows at once */
export const runQuery = async (
  stages: readonly Stage[],
  parts: AsyncIterable<{ group: string; events: readonly KeptEvent[] }>,
  limit: number,
): Promise<Outcome> => {
  // What can be done row by row is done as they are read; only what comes of it is kept.
  const blocking = stages.findIndex(({ kind }) => kind === 'stats' || kind === 'sort' || kind === 'limit');
  const head = blocking === -1 ? stages : stages.slice(0, blocking);
  const tail = stages.slice(head.length);
  const [first, ...rest] = tail;
  const collector = first?.kind === 'stats' ? new Groups(first) : new TopRows(first, first?.kind === 'sort' ? rest : tail, limit);
  const outcome: Outcome = { results: [], recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 };
  for await (const { group, events } of parts) {
    for (const event of events) {
      outcome.recordsScanned++;
      outcome.bytesScanned += event.message.length;
      const row = new Row(event, group);
      if (!passes(head, row)) continue;
      outcome.recordsMatched++;
      collector.add(row);
    }
  }
  const rows = (first?.kind === 'limit' ? tail : rest).reduce(applied, collector.rows).slice(0, limit);
  const shown = shownFields(stages);
  outcome.results = rows.map((row) => fieldsOf(row, shown));
  return outcome;
};

/** Does to a row what stages do that need no other rows; false when it is filtered out. */
const passes = (stages: readonly Stage[], row: Row): boolean => {
  for (const stage of stages) {
    if (stage.kind === 'filter' && !truthOf(stage.condition(row))) return false;
    if (stage.kind === 'fields' || stage.kind === 'display') setAll(row, stage.fields);
  }
  return true;
};

const setAll = (row: Row, fields: readonly Named[]): void => {
  for (const { name, value } of fields) row.set(name, value(row));
};

const applied = (rows: Row[], stage: Stage): Row[] => {
  if (stage.kind === 'sort') return rows.sort(order(stage.keys));
  if (stage.kind === 'limit') return rows.slice(0, stage.count);
  return rows.filter((row) => passes([stage], row));
};

const order =
  (keys: readonly SortKey[]) =>
  (a: Row, b: Row): number => {
    for (const { value, descending } of keys) {
      const [left, right] = [value(a), value(b)];
      const difference = compareValues(left, right);
      // What is missing comes last, either way.
      if (difference !== 0) return descending && left !== undefined && right !== undefined ? -difference : difference;
    }
    return 0;
  };

const NEWEST_FIRST: SortKey[] = [{ value: (row) => row.get('@timestamp'), descending: true }];

/** The first rows by an order, as many as can still come to the result. */
class TopRows {
  readonly #order: (a: Row, b: Row) => number;
  readonly #needed: number;
  #rows: Row[] = [];

  constructor(first: Stage | undefined, following: readonly Stage[], limit: number) {
    this.#order = order(first?.kind === 'sort' ? first.keys : NEWEST_FIRST);
    const decisive = following.find(({ kind }) => kind !== 'fields' && kind !== 'display');
    this.#needed = decisive === undefined ? limit : decisive.kind === 'limit' ? decisive.count : Number.POSITIVE_INFINITY;
  }

  add(row: Row): void {
    this.#rows.push(row);
    if (this.#rows.length <= Math.min(2 * this.#needed + 1000, ROWS_MAX)) return;
    if (this.#needed > ROWS_MAX) throw new RangeError(`the query needs more than ${ROWS_MAX} rows at once`);
    this.#rows = this.rows;
  }

  get rows(): Row[] {
    return this.#rows.sort(this.#order).slice(0, this.#needed);
  }
}

type Stats = Extract<Stage, { kind: 'stats' }>;

/** The groups that `stats` makes, and what it adds up in each. */
class Groups {
  readonly #stats: Stats;
  readonly #groups = new Map<string, { by: Value[]; accumulators: Accumulator[] }>();

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  add(row: Row): void {
    const { by: fields, aggregations } = this.#stats;
    const by = fields.map(({ value }) => value(row));
    const key = JSON.stringify(by.map((value) => (value === undefined ? null : textOf(value))));
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= ROWS_MAX) throw new RangeError(`the query makes more than ${ROWS_MAX} groups`);
      group = { by, accumulators: aggregations.map(({ start }) => start()) };
      this.#groups.set(key, group);
    }
    for (const [index, { value }] of aggregations.entries()) group.accumulators[index]?.add(value(row), row.event?.timestamp ?? 0);
  }

  get rows(): Row[] {
    const { by: fields, aggregations, results } = this.#stats;
    const rows = [...this.#groups.values()].map(({ by, accumulators }) => {
      const row = new Row(null, '');
      for (const [index, { name }] of fields.entries()) row.set(name, by[index]);
      for (const [index, { name }] of aggregations.entries()) row.set(name, accumulators[index]?.result());
      setAll(row, results);
      return row;
    });
    // Periods come in their order without being asked.
    const periods = fields.filter(({ name }) => rows[0]?.get(name) instanceof Date);
    return rows.sort(order(periods.map(({ name }) => ({ value: (row) => row.get(name), descending: false }))));
  }
}

/** The last `display` decides; else all that `fields` names; else time and message. After `stats` it is what that makes. */
const shownFields = (stages: readonly Stage[]): string[] => {
  let shown: string[] = [];
  let displayed = false;
  const names = (fields: readonly Named[]) => fields.map(({ name }) => name);
  for (const stage of stages) {
    if (stage.kind === 'stats') [shown, displayed] = [[...names(stage.by), ...names(stage.results)], false];
    else if (stage.kind === 'display') [shown, displayed] = [names(stage.fields), true];
    else if (stage.kind === 'fields' && !displayed) shown.push(...names(stage.fields));
  }
  return shown.length === 0 ? ['@timestamp', '@message'] : [...new Set(shown)];
};

/** A field that isn't there is left out; a row that is an event has its pointer. */
const fieldsOf = (row: Row, shown: readonly string[]): ResultField[] => {
  const fields = row.event === null ? shown : [...shown.filter((name) => name !== '@ptr'), '@ptr'];
  return fields.flatMap((field) => {
    const value = row.get(field);
    return value === undefined ? [] : [{ field, value: textOf(value) }];
  });
};
