import { median } from 'simple-statistics';
import { randomSource } from '../analyzers/models/random.ts';
import type { TelemetryFile } from '../analyzers/telemetry-file.ts';

export interface Planted {
  incident: TelemetryFile;
  cause: string;
  /** The period of the recording that the incident's window begins with. */
  from: number;
}

/**
 * Windows of a real recording into which a cause is planted, one for each node that the symptom's calls: its `latency` grows, or its `availability` falls, for a
 * part of the window, and that of all who wait for it likewise, as far as they call it. So real noise meets causes that the recording has none of.
 *
 * How calls are divided among callers isn't recorded: by the callers' own requests. Nodes whose ways to the symptom carry fewer than one call in
 * fifty of its requests, or that hardly ever have a datapoint, are left out: they can't be felt.
 *
 * @param size what is added to the symptom: a share of its usual latency, or a fifth of it of its requests
 */
export function plantInRecording(
  recording: TelemetryFile,
  { symptom, length, size, seed }: { symptom: { node: string; metric: string }; length: number; size: number; seed: number },
): Planted[] {
  const random = randomSource(9000 + seed);
  const usual = median(seriesOf(recording, symptom.node, 'latency').filter((value) => value !== null));
  const planted: Planted[] = [];
  for (const { id } of recording.nodes) {
    const from = Math.floor(random.uniform() * (recording.times.length - length));
    const onset = Math.floor(random.uniform() * 3);
    const end = Math.min(length, onset + 2 + Math.floor(random.uniform() * 2));
    const recorded = seriesOf(recording, id, symptom.metric).filter((value) => value !== null).length;
    const window = {
      ...recording,
      series: recording.series.map((series) => ({ ...series, values: series.values.slice(from, from + length) })),
    };
    const share = callsFor(window, symptom.node, id).get(symptom.node) ?? 0;
    if (share < 0.02 || recorded < recording.times.length / 2) continue;
    const amount = symptom.metric === 'latency' ? (size * usual) / share : Math.min(0.9, (0.2 * size) / share);
    for (let t = onset; t < end; t += 1) addInPeriod(window, symptom.metric, callsFor(window, symptom.node, id, t), amount, t);
    planted.push({ incident: { ...window, times: recording.times.slice(from, from + length) }, cause: id, from });
  }
  return planted;
}

function addInPeriod({ series }: TelemetryFile, metric: string, calls: ReadonlyMap<string, number>, amount: number, t: number): void {
  for (const { node, metric: own, values } of series) {
    const value = values[t] ?? null;
    if (own === metric && value !== null) values[t] = changed(metric, value, (calls.get(node) ?? 0) * amount);
  }
}

const seriesOf = ({ series }: TelemetryFile, node: string, metric: string): readonly (number | null)[] =>
  series.find((one) => one.node === node && one.metric === metric && one.stat === (metric === 'requests' ? 'Sum' : 'Average'))?.values ??
  [];

const totalOf = (file: TelemetryFile, node: string, period?: number): number =>
  seriesOf(file, node, 'requests').reduce<number>((sum, value, t) => sum + (period === undefined || t === period ? (value ?? 0) : 0), 0);

/**
 * For each node, how many calls to `cause` one request to it makes, itself or through others: 1 for the cause. Of one period, or of all. Each caller is
 * worked out once all its callees on the way are, so the ways that meet add up; a cycle is walked once.
 */
function callsFor(file: TelemetryFile, symptom: string, cause: string, period?: number): Map<string, number> {
  const requests = new Map(file.nodes.map(({ id }) => [id, totalOf(file, id, period)]));
  const edges = file.edges.filter(({ from, to }) => from !== to);
  const callsPerRequest = (node: string, way: readonly string[]): number => {
    if (node === cause) return 1;
    let calls = 0;
    for (const callee of new Set(edges.filter(({ from }) => from === node).map(({ to }) => to))) {
      if (way.includes(callee) || callee === symptom) continue;
      const callers = new Set(edges.filter(({ to }) => to === callee).map(({ from }) => from));
      const all = [...callers].reduce((sum, caller) => sum + (requests.get(caller) ?? 0), 0);
      if (all > 0) calls += ((requests.get(callee) ?? 0) / all) * callsPerRequest(callee, [...way, callee]);
    }
    return calls;
  };
  return new Map(file.nodes.map(({ id }) => [id, callsPerRequest(id, [id])]));
}

const changed = (metric: string, value: number, amount: number): number =>
  metric === 'latency' ? value + amount : Math.max(0, value * (1 - Math.min(1, amount)));

/** The recording without periods [from, to). */
export function withoutPeriods(file: TelemetryFile, from: number, to: number): TelemetryFile {
  const without = <T>(values: readonly T[]): T[] => [...values.slice(0, Math.max(0, from)), ...values.slice(to)];
  return { ...file, times: without(file.times), series: file.series.map((series) => ({ ...series, values: without(series.values) })) };
}
