import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import type { Trace } from '../contract.ts';
import { randomSource } from '../models/random.ts';
import { requestCounts, withWeights } from './weights.ts';

const START_S = 1_000_000;
let ids = 0;
const traceAt = (startS: number): Trace => {
  ids += 1;
  const span = { id: 'a', parentId: null, node: 'x', operation: 'y', startS, endS: startS + 1, outcome: 'ok' as const, remote: false };
  return { id: `t${ids}`, weight: 1, partial: false, spans: [span] };
};
const total = (traces: readonly Trace[]): number => traces.reduce((sum, { weight }) => sum + weight, 0);

/** As X-Ray's default rule samples requests at these times. */
function sampled(times: readonly number[], random: () => number): Trace[] {
  let secondS = -1;
  return times.flatMap((atS) => {
    const first = Math.floor(atS) !== secondS;
    secondS = Math.floor(atS);
    return first || random() < 0.05 ? [traceAt(atS)] : [];
  });
}

/** A ramp of a minute from 0 to 200 requests a second, then three minutes of them. */
function rampUp(random: () => number): { times: number[]; counts: number[] } {
  const counts = Array.from({ length: 240 }, (_, s) => Math.round(Math.min(200, (s * 200) / 60)));
  return {
    counts,
    times: counts.flatMap((count, s) => Array.from({ length: count }, random).map((within) => START_S + s + within)).sort((a, b) => a - b),
  };
}

describe('withWeights', () => {
  it('gives a trace of the ramp less weight than one of the plateau, and all of them the weight of all requests', () => {
    const random = randomSource(4).uniform;
    const { times, counts } = rampUp(random);
    const traces = withWeights(sampled(times, random), { startS: START_S, periodS: 1, counts });
    expect(total(traces)).toBeCloseTo(times.length, 6);
    const mean = (of: Trace[]): number => total(of) / of.length;
    const began = ({ spans }: Trace): number => (spans[0]?.startS ?? 0) - START_S;
    // 1 + 5 % of 66 a second, and of 200 a second, on average.
    expect(mean(traces.filter((trace) => began(trace) > 10 && began(trace) < 30))).toBeLessThan(17);
    expect(mean(traces.filter((trace) => began(trace) > 60))).toBeCloseTo(200 / (1 + 0.05 * 199), 0);
  });

  it('estimates by the default rule where the client left nothing', () => {
    const random = randomSource(9).uniform;
    const { times } = rampUp(random);
    const weight = total(withWeights(sampled(times, random), null));
    expect(weight / times.length).toBeGreaterThan(0.9);
    expect(weight / times.length).toBeLessThan(1.1);
  });

  it('lets those that are one of a sample stand for the others', () => {
    const traces = Array.from({ length: 100 }, (_, k) => traceAt(START_S + k));
    const read = traces.filter((_, k) => k % 4 === 0);
    const shares = new Map(read.map(({ id }) => [id, 0.25]));
    expect(total(withWeights(read, { startS: START_S, periodS: 1, counts: new Array<number>(100).fill(10) }, shares))).toBeCloseTo(1000, 6);
    expect(total(withWeights(read, null, shares))).toBeGreaterThanOrEqual(100);
  });

  it('never gives a trace less than itself, and adds up wherever there are more requests than traces', () => {
    const times = fc.array(fc.double({ min: -50, max: 150, noNaN: true }), { minLength: 1, maxLength: 60 });
    const counts = fc.array(fc.nat(50), { maxLength: 100 });
    fc.assert(
      fc.property(times, counts, (at, sent) => {
        const weighted = withWeights(
          at.map((s) => traceAt(START_S + s)),
          { startS: START_S, periodS: 1, counts: sent },
        );
        const requests = sent.reduce((sum, count) => sum + count, 0);
        for (const { weight } of weighted) expect(weight).toBeGreaterThanOrEqual(1);
        expect(total(weighted)).toBeGreaterThanOrEqual(requests - 1e-6);
        expect(total(weighted)).toBeLessThanOrEqual(requests + at.length + 1e-6);
      }),
    );
  });

  it('counts what the client sent', () => {
    const { client } = syntheticRun({ durationS: 20 });
    const { counts } = requestCounts(client);
    expect(counts).toHaveLength(client.slots);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(client.endpoints.flatMap(({ requests }) => requests).reduce((a, b) => a + b, 0));
  });
});
