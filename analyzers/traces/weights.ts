import type { Client, Trace } from '../contract.ts';

/** Requests that were sent, by slots of equal length: `counts[k]` in [startS + k × periodS, …), epoch seconds. */
export interface RequestCounts {
  startS: number;
  periodS: number;
  counts: readonly number[];
}

/** All that the client sent, endpoint by endpoint added up. */
export function requestCounts({ startS, periodS, slots, endpoints }: Client): RequestCounts {
  const counts = Array.from({ length: slots }, (_, k) => endpoints.reduce((sum, { requests }) => sum + (requests[k] ?? 0), 0));
  return { startS, periodS, counts };
}

/** X-Ray's default rule: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html */
const RESERVOIR_PER_S = 1;
const RATE = 0.05;
/** Traces that a stratum has at least: the ratio estimate of fewer is mostly noise. Guess: tune. */
const STRATUM_TRACES_MIN = 10;

/**
 * Gives each trace the number of requests that it stands for.
 *
 * Sampling takes the first request of each second and 5 % of the others, so the share that is taken falls as the load grows: a trace of the
 * ramp stands for one request, one of the plateau for ten. Traces are stratified by the time they began: neighbouring slots of the client are
 * joined until a stratum has ten traces, and each trace in it stands for requests ÷ traces of the stratum, at least for itself. So the
 * weights of a stratum add up to the requests in it (post-stratification; Cochran, Sampling Techniques, 5A.9). Nothing is assumed of the
 * sampling rule, only that within a stratum each request was as likely to be taken.
 *
 * Without the client's counts they are estimated by the default rule from the traces of each second: 1 + (traces − 1) ÷ 0.05.
 *
 * @param shares of a trace id, the share with which it was picked from those recorded where not all were fetched; 1 where it says nothing
 */
export function withWeights(
  traces: readonly Trace[],
  sent: RequestCounts | null,
  shares: ReadonlyMap<string, number> = new Map(),
): Trace[] {
  const byStart = traces
    .map((trace) => ({ trace, startS: startOf(trace), stands: 1 / (shares.get(trace.id) ?? 1) }))
    .sort((a, b) => a.startS - b.startS);
  const counts = sent ?? estimatedCounts(byStart);
  const factors = new Map<string, number>();
  for (const { from, to, requests } of strata(byStart, counts)) {
    const members = byStart.slice(from, to);
    const recorded = members.reduce((sum, { stands }) => sum + stands, 0);
    const factor = Math.max(1, requests / recorded);
    for (const { trace, stands } of members) factors.set(trace.id, factor * stands);
  }
  return traces.map((trace) => ({ ...trace, weight: factors.get(trace.id) ?? 1 }));
}

interface Member {
  startS: number;
  stands: number;
}

const startOf = ({ spans }: Trace): number => spans.reduce((least, { startS }) => Math.min(least, startS), Number.POSITIVE_INFINITY);

/** Stretches of the client's slots with enough traces in each; the rest at the end goes to the one before. */
function strata(byStart: readonly Member[], { startS, periodS, counts }: RequestCounts): { from: number; to: number; requests: number }[] {
  const found: { from: number; to: number; requests: number }[] = [];
  // What began before the first slot, by a clock that differs, belongs to the first.
  let [from, at, requests] = [0, 0, 0];
  for (let slot = 0; slot < counts.length; slot += 1) {
    const endS = startS + (slot + 1) * periodS;
    while (at < byStart.length && (byStart[at]?.startS ?? 0) < endS) at += 1;
    requests += counts[slot] ?? 0;
    if (at - from < STRATUM_TRACES_MIN) continue;
    found.push({ from, to: at, requests });
    [from, requests] = [at, 0];
  }
  const last = found.pop() ?? { from: 0, to: 0, requests: 0 };
  return [...found, { from: last.from, to: byStart.length, requests: last.requests + requests }];
}

function estimatedCounts(byStart: readonly Member[]): RequestCounts {
  const startS = Math.floor(byStart[0]?.startS ?? 0);
  const recorded: number[] = [];
  for (const member of byStart) {
    const slot = Math.floor(member.startS - startS);
    recorded[slot] = (recorded[slot] ?? 0) + member.stands;
  }
  const counts = Array.from(recorded, (traces = 0) =>
    traces <= RESERVOIR_PER_S ? traces : RESERVOIR_PER_S + (traces - RESERVOIR_PER_S) / RATE,
  );
  return { startS, periodS: 1, counts };
}
