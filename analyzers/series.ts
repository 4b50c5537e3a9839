import type { Client, Histogram } from './contract.ts';
import { mergeHistograms } from './models/histogram.ts';

/** All endpoints of a run together, slot by slot. Arrays have as many entries as the client has slots. */
export interface RunSeries {
  requests: number[];
  /** Requests that did not fail. */
  succeeded: number[];
  errors: number[];
  /** Sum of the durations in seconds, and how many they are. */
  latencySumS: number[];
  latencyCount: number[];
}

/** Slots `from` to `to`, `to` not included. */
export interface SlotRange {
  from: number;
  to: number;
}

/**
 * The client's endpoints added up. Over a gap in the pushes everything that was counted arrives at its end, so it is spread evenly over the
 * gap: totals stay as they are, and the spike and the hole, which nobody measured, go.
 */
export function runSeries(client: Client): RunSeries {
  const zeros = (): number[] => new Array<number>(client.slots).fill(0);
  const series: RunSeries = { requests: zeros(), succeeded: zeros(), errors: zeros(), latencySumS: zeros(), latencyCount: zeros() };
  for (const endpoint of client.endpoints) {
    for (let slot = 0; slot < client.slots; slot += 1) {
      const requests = endpoint.requests[slot] ?? 0;
      const errors = endpoint.errors[slot] ?? 0;
      const latency = endpoint.latencyS[slot];
      add(series.requests, slot, requests);
      add(series.errors, slot, errors);
      add(series.succeeded, slot, Math.max(0, requests - errors));
      add(series.latencySumS, slot, latency?.sum ?? 0);
      add(series.latencyCount, slot, latency?.count ?? 0);
    }
  }
  for (const gap of client.gaps) {
    const range = slotsTouching(client, gap.fromS, gap.toS);
    for (const values of Object.values(series) as number[][]) spread(values, range);
  }
  return series;
}

function add(values: number[], slot: number, value: number): void {
  values[slot] = (values[slot] ?? 0) + value;
}

function spread(values: number[], { from, to }: SlotRange): void {
  const even = total(values, { from, to }) / (to - from);
  for (let slot = from; slot < to; slot += 1) values[slot] = even;
}

export function total(values: readonly number[], { from, to }: SlotRange = { from: 0, to: values.length }): number {
  let sum = 0;
  for (let slot = from; slot < to; slot += 1) sum += values[slot] ?? 0;
  return sum;
}

/** Slack for times that lie on a slot's edge but for rounding. */
const EDGE = 1e-6;

type Axis = Pick<Client, 'startS' | 'periodS' | 'slots'>;

/** The slots that lie wholly between two times. */
export function slotsWithin(axis: Axis, fromS: number, toS: number): SlotRange {
  const from = clamp(Math.ceil((fromS - axis.startS) / axis.periodS - EDGE), axis.slots);
  return { from, to: Math.max(from, clamp(Math.floor((toS - axis.startS) / axis.periodS + EDGE), axis.slots)) };
}

function slotsTouching(axis: Axis, fromS: number, toS: number): SlotRange {
  const from = clamp(Math.floor((fromS - axis.startS) / axis.periodS), axis.slots);
  return { from, to: Math.max(from, clamp(Math.floor((toS - axis.startS) / axis.periodS) + 1, axis.slots)) };
}

const clamp = (slot: number, slots: number): number => Math.min(slots, Math.max(0, slot));

export const slotStartS = (axis: Axis, slot: number): number => axis.startS + slot * axis.periodS;

/** The slots in which the engine executed: from its start to the last sign of life. Null when it never did. */
export function activeSlots(client: Client): SlotRange | null {
  if (client.executionStartS === null) return null;
  const { from } = slotsTouching(client, client.executionStartS, client.executionStartS);
  let to = client.slots;
  while (to > from && !isActive(client, to - 1)) to -= 1;
  return to > from ? { from, to } : null;
}

/** Why there are none, as a clause. k6 tells of its users once a second: a run of one quick iteration is over before it does. */
export const whyNotActive = (client: Client): string =>
  total(client.iterations) > 0 ? 'the run was over before k6 had told of a user' : 'the engine never began to execute';

/** Seconds of those slots; 0 where the engine never executed. */
export function executedS(client: Client): number {
  const active = activeSlots(client);
  return active === null ? 0 : (active.to - active.from) * client.periodS;
}

function isActive(client: Client, slot: number): boolean {
  if ((client.users[slot] ?? null) !== null || (client.iterations[slot] ?? 0) > 0) return true;
  return client.endpoints.some((endpoint) => (endpoint.requests[slot] ?? 0) > 0);
}

/** Durations of all requests in these slots as one histogram, in seconds; null without any. */
export function latencyIn(client: Client, { from, to }: SlotRange): Histogram | null {
  return mergeHistograms(client.endpoints.flatMap((endpoint) => endpoint.latencyS.slice(from, to)));
}
