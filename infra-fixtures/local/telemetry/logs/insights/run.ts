import type { KeptEvent } from '../store.ts';
import { type Expression, truthOf } from './expressions.ts';
import type { Accumulator } from './functions.ts';
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
  const blocking = stages.findIndex(({ kind }) => kind === 'stats' || kind === 'sort' || kind === 'limit' || kind === 'dedup');
  const head = blocking === -1 ? stages : stages.slice(0, blocking);
  const tail = blocking === -1 ? [] : stages.slice(blocking);
  const collector = collectorFor(tail, limit);
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
  const rows = collector.rest.reduce(applied, collector.rows()).slice(0, limit);
  const shown = shownFields(stages);
  outcome.results = rows.map((row) => fieldsOf(row, shown));
  return outcome;
};

interface Collector {
  add(row: Row): void;
  rows(): Row[];
  /** The stages that are still to be applied to the rows. */
  rest: readonly Stage[];
}

const NEWEST_FIRST: SortKey[] = [{ value: (row) => row.get('@timestamp'), descending: true }];

const collectorFor = (tail: readonly Stage[], limit: number): Collector => {
  const [first, ...rest] = tail;
  if (first?.kind === 'stats') return { ...grouping(first), rest };
  const sorted = first?.kind === 'sort';
  return { ...topRows(order(sorted ? first.keys : NEWEST_FIRST), rowsNeeded(sorted ? rest : tail, limit)), rest: sorted ? rest : tail };
};

/** How many of the first rows can still come to the result. */
const rowsNeeded = (stages: readonly Stage[], limit: number): number => {
  const decisive = stages.find(({ kind }) => kind !== 'fields' && kind !== 'display');
  if (decisive === undefined) return limit;
  return decisive.kind === 'limit' ? decisive.count : Number.POSITIVE_INFINITY;
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

/** The first `needed` rows by an order. */
const topRows = (compare: (a: Row, b: Row) => number, needed: number): Omit<Collector, 'rest'> => {
  let rows: Row[] = [];
  const room = Math.min(2 * needed + 1000, ROWS_MAX);
  return {
    add: (row) => {
      rows.push(row);
      if (rows.length <= room) return;
      if (needed > ROWS_MAX) throw new RangeError(`the query needs more than ${ROWS_MAX} rows at once`);
      rows = rows.sort(compare).slice(0, needed);
    },
    rows: () => rows.sort(compare).slice(0, needed),
  };
};

type Stats = Extract<Stage, { kind: 'stats' }>;

const grouping = (stats: Stats): Omit<Collector, 'rest'> => {
  const groups = new Map<string, { by: Value[]; accumulators: Accumulator[] }>();
  return {
    add: (row) => {
      const by = stats.by.map(({ value }) => value(row));
      const key = keyOf(by);
      let group = groups.get(key);
      if (group === undefined) {
        if (groups.size >= ROWS_MAX) throw new RangeError(`the query makes more than ${ROWS_MAX} groups`);
        group = { by, accumulators: stats.aggregations.map(({ start }) => start()) };
        groups.set(key, group);
      }
      for (const [index, { value }] of stats.aggregations.entries()) group.accumulators[index]?.add(value(row));
    },
    rows: () => {
      const rows = [...groups.values()].map(({ by, accumulators }) => groupRow(stats, by, accumulators));
      // Periods come in their order without being asked.
      return rows.sort(order(stats.by.filter((_, index) => groups.values().next().value?.by[index] instanceof Date).map(ascending)));
    },
  };
};

const ascending = ({ name }: Named): SortKey => ({ value: (row) => row.get(name), descending: false });
const keyOf = (values: Value[]): string => JSON.stringify(values.map((value) => (value === undefined ? null : textOf(value))));

const groupRow = (stats: Stats, by: Value[], accumulators: Accumulator[]): Row => {
  const row = new Row(null, '');
  for (const [index, { name }] of stats.by.entries()) row.set(name, by[index]);
  for (const [index, { name }] of stats.aggregations.entries()) row.set(name, accumulators[index]?.result());
  setAll(row, stats.results);
  return row;
};

const setAll = (row: Row, fields: readonly Named[]): void => {
  for (const { name, value } of fields) row.set(name, value(row));
};

/** Does to a row what stages do that need no other rows; false when it is filtered out. */
const passes = (stages: readonly Stage[], row: Row): boolean => {
  for (const stage of stages) {
    if (stage.kind === 'filter' && !truthOf(stage.condition(row))) return false;
    if (stage.kind === 'parse') stage.set(row);
    if (stage.kind === 'fields' || stage.kind === 'display') setAll(row, stage.fields);
  }
  return true;
};

const applied = (rows: Row[], stage: Stage): Row[] => {
  switch (stage.kind) {
    case 'sort':
      return rows.sort(order(stage.keys));
    case 'limit':
      return rows.slice(0, stage.count);
    case 'dedup':
      return firstOfEach(rows, stage.keys);
    case 'stats': {
      const groups = grouping(stage);
      for (const row of rows) groups.add(row);
      return groups.rows();
    }
    default:
      return rows.filter((row) => passes([stage], row));
  }
};

/** Rows that have none of the keys are kept: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html */
const firstOfEach = (rows: Row[], keys: readonly Expression[]): Row[] => {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const values = keys.map((value) => value(row));
    if (values.every((value) => value === undefined)) return true;
    const key = keyOf(values);
    const known = seen.has(key);
    seen.add(key);
    return !known;
  });
};

/** The last `display` decides; else all that `fields` and `parse` name; else time and message. After `stats` it is what that makes. */
const shownFields = (stages: readonly Stage[]): string[] => {
  let shown: string[] = [];
  let displayed = false;
  const names = (fields: readonly Named[]) => fields.map(({ name }) => name);
  for (const stage of stages) {
    if (stage.kind === 'stats') [shown, displayed] = [[...names(stage.by), ...names(stage.results)], false];
    else if (stage.kind === 'display') [shown, displayed] = [names(stage.fields), true];
    else if (stage.kind === 'fields' && !displayed) shown.push(...names(stage.fields));
    else if (stage.kind === 'parse' && !displayed) shown.push(...stage.names);
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
