import { describe, expect, it } from 'vitest';
import { thinkTimeS } from './pace.ts';
import { profile, stopsAfterS } from './profile.ts';
import type { Settings } from './settings.ts';

const RHYTHM = { thinkMeanS: 4, requestsPerSession: 40, awayMeanS: 10 };
const settings = (more: Partial<Settings> = {}): Settings => ({
  httpUrl: 'http://127.0.0.1:9',
  wsUrl: null,
  load: { model: 'closed', users: 100 },
  durationS: 60,
  rampS: 10,
  seed: 1,
  ...more,
});

it('follows no redirect and keeps no body, unless a request asks for it', () => {
  for (const load of [{ model: 'closed', users: 1 } as const, { model: 'open', ratePerS: 1 } as const]) {
    expect(profile(settings({ load }), RHYTHM, 1)).toMatchObject({ maxRedirects: 0, discardResponseBodies: true });
  }
});

describe('closed load', () => {
  it('ramps up, holds, ramps down, all within its duration', () =>
    expect(profile(settings(), RHYTHM, 1).scenarios).toEqual({
      players: {
        executor: 'ramping-vus',
        startVUs: 0,
        stages: [
          { duration: '10000ms', target: 100 },
          { duration: '40000ms', target: 100 },
          { duration: '10000ms', target: 0 },
        ],
        gracefulRampDown: '5s',
        gracefulStop: '5s',
      },
    }));

  it('starts at its full level without ramps', () =>
    expect(profile(settings({ rampS: 0 }), RHYTHM, 1).scenarios).toMatchObject({
      players: { startVUs: 100, stages: [{ duration: '60000ms', target: 100 }] },
    }));

  it('declares its think time', () => expect(profile(settings(), RHYTHM, 1).ext).toEqual({ loadkit: { thinkTimeS: thinkTimeS(RHYTHM) } }));
});

describe('open load', () => {
  const open = (ratePerS: number) => settings({ load: { model: 'open', ratePerS } });

  it("gives k6 whole targets for rates with decimals, and VUs by Little's law", () =>
    expect(profile(open(2.5), RHYTHM, 3).scenarios).toEqual({
      arrivals: {
        executor: 'ramping-arrival-rate',
        startRate: 0,
        timeUnit: '100s',
        stages: [
          { duration: '10000ms', target: 250 },
          { duration: '40000ms', target: 250 },
          { duration: '10000ms', target: 0 },
        ],
        preAllocatedVUs: 15,
        maxVUs: 150,
        gracefulStop: '5s',
      },
    }));

  it('bounds the VUs', () =>
    expect(profile(open(10_000), RHYTHM, 3).scenarios).toMatchObject({ arrivals: { preAllocatedVUs: 20_000, maxVUs: 20_000 } }));

  it('declares no think time, having none', () => expect(profile(open(5), RHYTHM, 1).ext).toBeUndefined());
});

describe('stopsAfterS', () => {
  it('is the end of the hold for the last player, and the end for the first', () => {
    expect(stopsAfterS(settings(), 100)).toBe(50);
    expect(stopsAfterS(settings(), 50)).toBe(55);
    expect(stopsAfterS(settings(), 1)).toBeCloseTo(59.9);
    expect(stopsAfterS(settings({ rampS: 0 }), 100)).toBe(60);
  });

  it('is never in open load', () => expect(stopsAfterS(settings({ load: { model: 'open', ratePerS: 1 } }), 1)).toBe(Infinity));
});
