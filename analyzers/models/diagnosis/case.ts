import { median } from 'simple-statistics';
import type { TelemetryEdge, TelemetryFile } from '../../telemetry-file.ts';
import type { Metered } from './accounts.ts';
import { type CallGraph, callGraph, partsFrom } from './call-graph.ts';
import { type Meter, meterOf, referenceWindows, type Stretch, type Window } from './excess.ts';
import { type MetricRole, roleOf } from './metric-roles.ts';
import { type Gauge, gaugesOf } from './pressure.ts';
import {
  errorShareOf,
  isErrorShare,
  KINDS,
  type Kind,
  levelOf,
  type NodeSeries,
  type Pair,
  presentOf,
  requestsOf,
  type Signal,
  selfTimeSignal,
  seriesByNode,
  signalOf,
} from './signals.ts';

/** Which series something is wrong with. */
export interface Symptom {
  node: string;
  metric: string;
  stat: string;
}

/** Both files, made ready for being read over any stretch of any window. */
export interface Case {
  graph: CallGraph;
  /** Of each node's requests, the part that comes from the symptom's: 0 to 1. */
  part: ReadonlyMap<string, number>;
  windows: readonly Window[];
  series: ReadonlyMap<string, readonly NodeSeries[]>;
  signals: Readonly<Record<Kind, ReadonlyMap<string, Signal>>>;
  metered: Readonly<Record<Kind, ReadonlyMap<string, Metered>>>;
  gauges: ReadonlyMap<string, readonly Gauge[]>;
  traffic: Meter;
  symptom: {
    series: NodeSeries;
    primary: Kind;
    direction: 1 | -1 | 'both';
    /** Up is worse for availability too: it is the share that failed. */
    metered: Metered;
    /** The series as it came. */
    shown: Pick<Metered, 'meter' | 'usual'>;
  };
}

/** A change of the mean by less than this is none, however constant a series was before. Guess: tune. */
const FLOOR_SHARE = 0.02;

export function caseOf(normal: TelemetryFile, incident: TelemetryFile, symptom: Symptom): Case {
  const series = seriesByNode(normal, incident);
  const own = series.get(symptom.node) ?? [];
  const ofSymptom = own.find(({ metric, stat }) => metric === symptom.metric && stat === symptom.stat);
  if (ofSymptom === undefined) throw new RangeError(`diagnose needs the series ${symptom.node}/${symptom.metric}/${symptom.stat}`);
  const edges = edgesOf(normal, incident, symptom.node);
  const graph = callGraph(edges, symptom.node);
  const { nodes } = graph;
  const { windows, wrap } = referenceWindows(normal.times.length, incident.times.length);
  const requests = requestsOf(own);
  const traffic = requests ?? onesLike(ofSymptom);
  const signals = { latency: new Map<string, Signal>(), errors: new Map<string, Signal>() };
  const metered = { latency: new Map<string, Metered>(), errors: new Map<string, Metered>() };
  // Without the symptom's own count no other compares with it: each node is then taken to be called once for each of its requests.
  const requestsIn = (node: string): Pair | null => (requests === null ? null : requestsOf(series.get(node) ?? []));
  const calls = callsOf(graph, traffic, requestsIn);
  for (const node of nodes) {
    const ofNode = series.get(node) ?? [];
    const ofRequests = requestsIn(node);
    const ofCalls = calls.get(node) ?? traffic;
    for (const kind of KINDS) {
      const signal = feltSignal(kind, ofNode, ofRequests, ofCalls, traffic);
      if (signal === null) continue;
      signals[kind].set(node, signal);
      const self = kind === 'latency' ? selfTimeSignal(ofNode, ofRequests && ofCalls, traffic) : null;
      metered[kind].set(node, {
        ...meteredOf(kind, signal, traffic, requests !== null, wrap),
        ...(self === null ? {} : { self: meteredOf(kind, self, traffic, requests !== null, wrap) }),
      });
    }
  }
  return {
    graph,
    part: partsFrom(graph, edges, symptom.node, (node) => totalOf(series.get(node) ?? [])),
    windows: [{ which: 'incident', start: 0, length: incident.times.length }, ...windows],
    series,
    signals,
    metered,
    gauges: new Map(nodes.map((node) => [node, gaugesOf(series.get(node) ?? [], normal.periodS, wrap)])),
    traffic: meterOf({ weights: traffic, values: traffic }, wrap),
    symptom: { series: ofSymptom, ...symptomReading(ofSymptom, traffic, requests !== null, wrap) },
  };
}

/** Files without any edge don't tell who calls whom: every other node is then taken to be called by the symptom's. */
function edgesOf(normal: TelemetryFile, incident: TelemetryFile, symptom: string): TelemetryEdge[] {
  const edges = [...normal.edges, ...incident.edges];
  if (edges.length > 0) return edges;
  return [...normal.nodes, ...incident.nodes].map(({ id }) => ({ from: symptom, to: id }));
}

const onesLike = ({ normal, incident }: Pair): Pair => ({ normal: normal.map(() => 1), incident: incident.map(() => 1) });
function totalOf(series: readonly NodeSeries[]): number | null {
  const requests = requestsOf(series);
  return requests === null ? null : sum(requests.normal) + sum(requests.incident);
}

/** What a node's requests cost, as far as they are the symptom's `calls`. Where requests aren't counted, nor are these. */
function feltSignal(kind: Kind, series: readonly NodeSeries[], requests: Pair | null, calls: Pair, traffic: Pair): Signal | null {
  const signal = signalOf(kind, series, requests, traffic);
  return signal === null || requests === null ? signal : { ...signal, weights: calls };
}

/** A call is tried three times at most, by the SDKs' standard: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const ATTEMPTS = 3;

/**
 * Of each node's requests those that the symptom's can have made: in no period of the incident more than three times as many for each of its callers' as
 * there ever were. What comes on top is of others, and the symptom doesn't wait for it. A caller whose requests aren't counted may have made as many.
 */
function callsOf({ calleesFirst, forward }: CallGraph, symptom: Pair, requestsIn: (node: string) => Pair | null): Map<string, Pair> {
  const calls = new Map<string, Pair>();
  const callers = new Map<string, Pair>();
  for (const node of calleesFirst.toReversed()) {
    const asking = callers.get(node);
    const made = asking === undefined ? symptom : madeBy(asking, requestsIn(node));
    calls.set(node, made);
    for (const callee of forward.get(node) ?? []) callers.set(callee, added(made, callers.get(callee)));
  }
  return calls;
}

function madeBy(callers: Pair, requests: Pair | null): Pair {
  if (requests === null) return { ...callers, incident: callers.incident.map((count) => ATTEMPTS * count) };
  const most = requests.normal.reduce((max, count, t) => Math.max(max, count / (callers.normal[t] || Number.NaN) || 0), 0);
  // Never called in the normal file: nothing tells how many are too many.
  if (most === 0) return requests;
  return { ...requests, incident: requests.incident.map((count, t) => Math.min(count, ATTEMPTS * most * (callers.incident[t] ?? 0))) };
}

function added(a: Pair, b: Pair = { normal: [], incident: [] }): Pair {
  const sums = (which: keyof Pair): number[] => a[which].map((value, t) => value + (b[which][t] ?? 0));
  return { normal: sums('normal'), incident: sums('incident') };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + (value || 0), 0);

function meteredOf(kind: Kind, signal: Signal, traffic: Pair, counted: boolean, wrap: number): Metered {
  const known = presentOf(signal.values.normal);
  const usual = known.length > 0 ? median(known) : Number.NaN;
  const calls = sum(signal.weights.normal) / sum(traffic.normal) || 0;
  const floor = FLOOR_SHARE * levelOf(signal.values) * calls;
  return {
    meter: meterOf(signal, wrap),
    usual,
    floorOf: kind === 'latency' ? () => floor : (stretch) => oneError(traffic, counted, stretch),
  };
}

/** One failure more in a stretch is chance; with no count of requests, one in a hundred is. */
function oneError(traffic: Pair, counted: boolean, { from, to }: Stretch): number {
  const requests = sum(traffic.incident.slice(from, to));
  return counted && requests > 0 ? 1 / requests : 0.01;
}

const DIRECTIONS: Partial<Record<MetricRole, 1 | -1>> = {
  latency: 1,
  errors: 1,
  availability: 1,
  throttles: 1,
  utilisation: 1,
  usage: 1,
  strain: 1,
  health: -1,
};

/** A symptom that is no cost of requests, such as how many there are, is wrong in both directions. */
function symptomReading(series: NodeSeries, traffic: Pair, counted: boolean, wrap: number): Omit<Case['symptom'], 'series'> {
  const role = roleOf(series.metric, series.stat);
  const direction = DIRECTIONS[role] ?? 'both';
  const primary: Kind = role === 'errors' || role === 'availability' || role === 'throttles' ? 'errors' : 'latency';
  if (isErrorShare(series)) {
    const signal: Signal = { ...series, weights: traffic, values: errorShareOf(series) };
    const shown = meteredOf('errors', { ...signal, values: series }, traffic, counted, wrap);
    return { primary, direction, metered: meteredOf('errors', signal, traffic, counted, wrap), shown };
  }
  const weights = role === 'latency' ? traffic : onesLike(series);
  const metered = meteredOf('latency', { ...series, weights, values: series }, weights, counted, wrap);
  const isCount = series.stat === 'Sum' && (role === 'errors' || role === 'throttles');
  // One failure more in a stretch is chance, whatever the number of requests.
  return { primary, direction, metered: isCount ? { ...metered, floorOf: ({ from, to }) => 1 / (to - from) } : metered, shown: metered };
}
