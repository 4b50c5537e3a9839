import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withClient } from '../tests/judged.ts';
import { histogramOf } from './models/histogram.ts';
import { openConnections } from './open-connections.ts';

const run = syntheticRun({ durationS: 60 });
const { startS, slots } = run.client;
const ended = (at: Record<number, number>) =>
  Array.from({ length: slots }, (_, i) => (at[i] ? histogramOf(new Array<number>(at[i]).fill(1)) : null));
const begun = (at: Record<number, number>) => Array.from({ length: slots }, (_, i) => at[i] ?? 0);
const { client } = withClient(run, {
  counters: [{ name: 'ws_sessions', slots: begun({ 2: 10, 30: 6 }) }],
  trends: [{ name: 'ws_session_duration', unit: 's', slots: ended({ 20: 4 }) }],
});

describe('openConnections', () => {
  it('counts those that began and did not end, in the mean over the stretch', () => {
    expect(openConnections(client, startS + 5, startS + 15)).toBe(10);
    expect(openConnections(client, startS + 40, startS + 50)).toBe(12);
    expect(openConnections(client, startS + 25, startS + 35)).toBe((5 * 6 + 5 * 12) / 10);
  });

  it('knows of none that a client without WebSockets opened, and nothing of a stretch without a second', () => {
    expect(openConnections(run.client, startS + 5, startS + 15)).toBe(0);
    expect(openConnections(client, startS + 5, startS + 5)).toBeNull();
  });
});
