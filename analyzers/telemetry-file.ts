import { SCHEMA_VERSION } from './contract.ts';
import { isObject, type Json } from './json.ts';
import type { Bad } from './malformed.ts';

/**
 * Telemetry file: what the platform said of itself over one stretch of time (`platform.json`, and the input of `loadkit diagnose`). One time
 * axis, nodes, call edges and series. A contract, see ARCHITECTURE.md.
 */
export interface TelemetryFile {
  schemaVersion: typeof SCHEMA_VERSION;
  /** Length of a period in seconds. */
  periodS: number;
  /** Epoch seconds at which each period begins, ascending. Periods may be left out; those that are there hold for all series. */
  times: number[];
  nodes: TelemetryNode[];
  /** `from` calls `to`. */
  edges: TelemetryEdge[];
  series: TelemetrySeries[];
}
export interface TelemetryNode {
  id: string;
  kind?: string;
}
export interface TelemetryEdge {
  from: string;
  to: string;
}
export interface TelemetrySeries {
  node: string;
  metric: string;
  /** `Average`, `Sum`, `Maximum`, `p95`, … as CloudWatch spells them. */
  stat: string;
  unit?: string;
  /** One for each time; null is a datapoint that is missing, never zero. */
  values: (number | null)[];
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/**
 * Checks that a parsed JSON document is a telemetry file, whole: a diagnosis of half-understood data would be believed. Stops at the first
 * thing that is wrong. Keys that it doesn't know are let through, for a later version may add some.
 *
 * @example telemetryFileOf({ schemaVersion: 2 }) // { bad: 'schemaVersion is 2, not 1', hint: '…' }
 */
export function telemetryFileOf(document: unknown): TelemetryFile | Bad {
  if (!isObject(document)) return { bad: 'it is not a JSON object', hint: SHAPE };
  if (document['schemaVersion'] !== SCHEMA_VERSION) {
    return {
      bad: `schemaVersion is ${JSON.stringify(document['schemaVersion'])}, not ${SCHEMA_VERSION}`,
      hint: 'was it written by this version of loadkit?',
    };
  }
  for (const check of [checkAxis, checkNodes, checkEdges, checkSeries]) {
    const wrong = check(document);
    if (wrong !== null) return wrong;
  }
  return document as unknown as TelemetryFile;
}

const SHAPE =
  'a telemetry file is {schemaVersion: 1, periodS, times: […], nodes: [{id}], edges: [{from, to}], series: [{node, metric, stat, values: […]}]}';

function checkAxis({ periodS, times }: Json): Bad | null {
  if (!(isFiniteNumber(periodS) && periodS > 0)) {
    return {
      bad: `periodS is ${JSON.stringify(periodS)}, not a number above 0`,
      hint: 'it is the length of a period in seconds, such as 60',
    };
  }
  if (!Array.isArray(times)) return { bad: 'times is not a list', hint: SHAPE };
  const wrong = times.findIndex((time, i) => !isFiniteNumber(time) || (i > 0 && time <= times[i - 1]));
  if (wrong >= 0) {
    return {
      bad: `times[${wrong}] is ${JSON.stringify(times[wrong])}, which is no number after the one before`,
      hint: 'times are epoch seconds, each once, oldest first',
    };
  }
  const off = times.findIndex((time) => isBetween((time - times[0]) / periodS));
  if (off < 0) return null;
  return {
    bad: `times[${off}] is ${times[off]}, which is no whole number of periods (${periodS} s) after ${times[0]}`,
    hint: 'each time is the beginning of a period; periods may be left out',
  };
}

/** Within what a float can tell of fractions of seconds. */
const isBetween = (periods: number): boolean => Math.abs(periods - Math.round(periods)) > 1e-6;

function checkNodes({ nodes }: Json): Bad | null {
  if (!Array.isArray(nodes)) return { bad: 'nodes is not a list', hint: SHAPE };
  const seen = new Set<unknown>();
  for (const [i, node] of nodes.entries()) {
    if (!isObject(node) || !isName(node['id'])) return { bad: `nodes[${i}] has no id`, hint: 'a node is {id: "…"}' };
    if (node['kind'] !== undefined && typeof node['kind'] !== 'string')
      return { bad: `nodes[${i}].kind is not text`, hint: 'leave it out' };
    if (seen.has(node['id'])) return { bad: `nodes[${i}] is ${node['id']} a second time`, hint: 'each node stands once' };
    seen.add(node['id']);
  }
  return null;
}

const idsOf = ({ nodes }: Json): Set<unknown> => new Set((nodes as TelemetryNode[]).map(({ id }) => id));

function checkEdges(document: Json): Bad | null {
  const { edges } = document;
  if (!Array.isArray(edges)) return { bad: 'edges is not a list', hint: SHAPE };
  const ids = idsOf(document);
  for (const [i, edge] of edges.entries()) {
    for (const end of ['from', 'to']) {
      const id: unknown = isObject(edge) ? edge[end] : undefined;
      if (!ids.has(id)) return { bad: `edges[${i}].${end} is ${JSON.stringify(id)}, which is not among the nodes`, hint: ADD_NODE };
    }
  }
  return null;
}

const ADD_NODE = 'add it to nodes, or correct its id';

function checkSeries(document: Json): Bad | null {
  const { series, times } = document;
  if (!Array.isArray(series)) return { bad: 'series is not a list', hint: SHAPE };
  const ids = idsOf(document);
  const seen = new Set<string>();
  for (const [i, one] of series.entries()) {
    const wrong = checkOneSeries(one, `series[${i}]`, ids, (times as number[]).length);
    if (wrong !== null) return wrong;
    const { node, metric, stat } = one as TelemetrySeries;
    const key = JSON.stringify([node, metric, stat]);
    if (seen.has(key)) return { bad: `series[${i}] is ${node}/${metric}/${stat} a second time`, hint: 'each series stands once' };
    seen.add(key);
  }
  return null;
}

function checkOneSeries(series: unknown, at: string, ids: ReadonlySet<unknown>, length: number): Bad | null {
  if (!isObject(series)) return { bad: `${at} is not an object`, hint: SHAPE };
  const { node, metric, stat, unit, values } = series;
  if (!ids.has(node)) return { bad: `${at}.node is ${JSON.stringify(node)}, which is not among the nodes`, hint: ADD_NODE };
  if (!isName(metric) || !isName(stat)) return { bad: `${at} has no metric or no stat`, hint: 'such as metric "Duration", stat "Average"' };
  if (unit !== undefined && typeof unit !== 'string') return { bad: `${at}.unit is not text`, hint: 'leave it out' };
  if (!Array.isArray(values)) return { bad: `${at}.values is not a list`, hint: SHAPE };
  if (values.length !== length) {
    return { bad: `${at} has ${values.length} values for ${length} times`, hint: 'one value for each time: null where it is missing' };
  }
  const wrong = values.findIndex((value) => value !== null && !isFiniteNumber(value));
  if (wrong < 0) return null;
  return { bad: `${at}.values[${wrong}] is ${JSON.stringify(values[wrong])}, not a number`, hint: 'a datapoint that is missing is null' };
}

/** The first count below zero, which can't be; null where there is none. A sum of an application's own metric may be negative: ask this of files of unknown origin. */
export function negativeCountIn({ series }: TelemetryFile): Bad | null {
  for (const { node, metric, stat, values } of series) {
    const wrong = stat === 'Sum' || stat === 'SampleCount' ? values.find((value) => value !== null && value < 0) : undefined;
    if (wrong !== undefined) return { bad: `${metric}/${stat} of ${node} is ${wrong}`, hint: 'counts are zero or more' };
  }
  return null;
}

/**
 * The part of a file whose periods begin in [fromS, toS), in epoch seconds: so that one stretch of a run can be held against another.
 */
export function telemetrySlice(file: TelemetryFile, fromS: number, toS: number): TelemetryFile {
  const kept = file.times.flatMap((time, i) => (time >= fromS && time < toS ? [i] : []));
  const first = kept[0] ?? 0;
  const end = first + kept.length;
  return {
    ...file,
    times: file.times.slice(first, end),
    series: file.series.map((series) => ({ ...series, values: series.values.slice(first, end) })),
  };
}
