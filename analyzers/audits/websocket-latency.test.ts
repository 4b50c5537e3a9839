import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING, withClient } from '../../tests/judged.ts';
import { withPlatform } from '../../tests/platform.ts';
import { histogramOf } from '../models/histogram.ts';

const id = 'websocket-latency';
const run = syntheticRun({ durationS: 60 });
const trend = (name: string, seconds: number) => ({
  name,
  unit: 's' as const,
  slots: run.client.users.map(() => histogramOf([seconds, seconds])),
});
const chatting = (roundTripS: number, fanOutS: number) =>
  withClient(run, { trends: [trend('chat_round_trip', roundTripS), trend('chat_fanout_lag', fanOutS)] });

describe('websocket-latency', () => {
  it('has nothing to say of quick messages, of none, and of too few', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withClient(run, { trends: [] }))).toEqual([]);
    const few = { ...trend('chat_round_trip', 9), slots: run.client.users.map((_, slot) => (slot === 30 ? histogramOf([9]) : null)) };
    expect(findingsOf(id, withClient(run, { trends: [few] }))).toEqual([]);
  });

  it('warns of slow messages without any platform, and with its figures where it was asked', () => {
    const slow = chatting(2.5, 2.6);
    expect(findingsOf(id, slow)).toEqual([
      expect.objectContaining({ verdict: 'warn', title: expect.stringContaining('more than 2,000 ms') }),
    ]);
    const asked = withPlatform(slow);
    expect(findingsOf(id, asked)[0]?.evidence.map(({ what }) => what)).toContain('apigateway:chat, messages');
    expect(findingsOf(id, { ...asked, platform: MISSING })[0]?.evidence).toHaveLength(3);
  });

  it('warns of members who hear late of what their sender has back, though that is late itself', () => {
    for (const roundTripS of [0.1, 0.7])
      expect(findingsOf(id, chatting(roundTripS, 1.9))).toEqual([
        expect.objectContaining({
          severity: 'medium',
          title: expect.stringMatching(/^A message reaches the other members 1,\d{3} ms later than its sender/),
        }),
      ]);
    expect(findingsOf(id, chatting(1.2, 1.9))).toEqual([]);
    expect(findingsOf(id, chatting(0.1, 0.9))).toEqual([]);
  });

  it('says since when they are late, to their sender or to the others', () => {
    const at = 30;
    const late = (name: string, seconds: number) => ({
      ...trend(name, 0.1),
      slots: run.client.users.map((_, slot) => histogramOf(slot >= at ? [seconds, seconds] : [0.1, 0.1])),
    });
    const sinceOf = (trends: typeof run.client.trends) => findingsOf(id, withPlatform(withClient(run, { trends })))[0]?.limiter?.since;
    expect(sinceOf([late('chat_round_trip', 2.5)])).toBe(run.client.startS + at);
    expect(sinceOf([trend('chat_round_trip', 0.1), late('chat_fanout_lag', 1.5)])).toBe(run.client.startS + at);
  });

  it('is inconclusive without the client', () => {
    expect(findingsOf('unanswered', { ...run, client: MISSING })[0]?.evidence.map(({ what }) => what)).toContain(
      'How long do WebSocket messages take, there and back and to everybody else?',
    );
  });
});
