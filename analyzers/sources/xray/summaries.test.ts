import type { GetTraceSummariesCommand } from '@aws-sdk/client-xray';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../tests/virtual-clock.ts';
import { randomSource } from '../../models/random.ts';
import type { Api } from './ask.ts';
import { createPace } from './pace.ts';
import { emptyListing, listTraces } from './summaries.ts';

const PREFIX = '1-6b000000-0badcafe';
const START_S = 1_800_000_000;

/** Pages of 100 traces, by time. */
function pagedXRay(times: readonly number[]) {
  const traces = times.map((atS, k) => ({ atS, Id: `${PREFIX}${k.toString(16).padStart(16, '0')}` })).sort((a, b) => a.atS - b.atS);
  return {
    slices: [] as [number, number][],
    pagesOfSlice: new Map<string, number>(),
    async send({ input: { StartTime, EndTime, NextToken } }: GetTraceSummariesCommand): Promise<object> {
      const [fromS, toS] = [Number(StartTime) / 1000, Number(EndTime) / 1000];
      const key = `${fromS}–${toS}`;
      this.pagesOfSlice.set(key, (this.pagesOfSlice.get(key) ?? 0) + 1);
      if (NextToken === undefined) this.slices.push([fromS, toS]);
      const found = traces.filter(({ atS }) => atS >= fromS && atS < toS);
      const at = Number(NextToken ?? 0);
      return {
        TraceSummaries: found.slice(at, at + 100).map(({ Id }) => ({ Id, Duration: 0.1, Revision: 1 })),
        ...(at + 100 < found.length && { NextToken: String(at + 100) }),
      };
    },
  };
}

function list(xray: { send: Api['client']['send'] }, lengthS: number) {
  const clock = new VirtualClock(1000 * START_S);
  const outside = { clock, random: randomSource(1).uniform };
  const api: Api = { action: 'xray:GetTraceSummaries', client: xray, pace: createPace(clock), outside };
  return listTraces(api, PREFIX, { fromS: START_S, toS: START_S + lengthS }, emptyListing());
}

describe('listTraces', () => {
  it('finds every trace once, however they lie, with few pages a slice', async () => {
    const random = randomSource(2).uniform;
    // A burst in the middle of an hour of little.
    const times = Array.from({ length: 8000 }, (_, k) => START_S + (k < 6000 ? 1800 + 20 * random() : 3600 * random()));
    const xray = pagedXRay(times);
    const { own, seen, troubles } = await list(xray, 3600);
    expect(own.size).toBe(8000);
    expect(seen).toBeGreaterThanOrEqual(8000);
    expect(troubles).toEqual([]);
    expect(Math.max(...xray.pagesOfSlice.values())).toBeLessThanOrEqual(13);
    expect(Math.max(...xray.slices.map(([fromS, toS]) => toS - fromS))).toBeGreaterThan(60);
  });

  it.each([
    [['a'], 2],
    [['a', 'b'], 3],
  ])('does not go round in circles where tokens come again (%j), and says so', async (tokens, callsOfSlice) => {
    let calls = 0;
    const send = async ({ input: { NextToken } }: GetTraceSummariesCommand) => {
      calls += 1;
      const next = tokens[(tokens.indexOf(NextToken ?? '') + 1) % tokens.length];
      return { TraceSummaries: [{ Id: `${PREFIX}0000000000000001` }], NextToken: next };
    };
    const { own, troubles } = await list({ send }, 120);
    expect(own.size).toBe(1);
    expect(troubles[0]).toMatchObject({ kind: 'incomplete', reason: expect.stringContaining('circle') });
    // Slices of half a minute, each to its end.
    expect(calls).toBe(4 * callsOfSlice);
  });

  it('tells of a second with more than it reads', async () => {
    const xray = pagedXRay(Array.from({ length: 12_000 }, (_, k) => START_S + 0.5 + k / 1e6));
    const { own, troubles } = await list(xray, 4);
    expect(own.size).toBe(10_000);
    expect(troubles[0]?.reason).toMatch(/a second of the window has more than 100 pages/);
  });
});
