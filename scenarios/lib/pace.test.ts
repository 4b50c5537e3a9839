import { describe, expect, it } from 'vitest';
import { ARRIVAL_PACE, PlayerPace, thinkTimeS } from './pace.ts';
import { sfc32 } from './random.ts';

const RHYTHM = { thinkMeanS: 4, requestsPerSession: 40, awayMeanS: 10 };
const REQUESTS = 200_000;

/** Seconds per request of one player, over many; `pause` is asked before each. */
function secondsPerRequest(pace: PlayerPace, pause: (request: number) => number): number {
  let seconds = 0;
  for (let request = 0; request < REQUESTS; request += 1) {
    seconds += pause(request);
    if (pace.leaving && request % 3 === 0) seconds += pace.leave(); // journeys of three requests
  }
  return seconds / REQUESTS;
}

describe('a player', () => {
  it('takes thinkTimeS per request, within 1 %', () => {
    const pace = new PlayerPace(sfc32([1, 2, 3]), RHYTHM);
    const measured = secondsPerRequest(pace, () => pace.think());
    expect(measured / thinkTimeS(RHYTHM)).toBeCloseTo(1, 2);
  });

  it('takes as long when most requests are due at once: the next thought pays for them', () => {
    const pace = new PlayerPace(sfc32([1, 2, 3]), RHYTHM);
    const measured = secondsPerRequest(pace, (request) => (request % 5 === 0 ? pace.think() : pace.due(0.5)));
    expect(measured / thinkTimeS(RHYTHM)).toBeCloseTo(1, 2);
  });

  it('takes as long when what is due comes later than its thoughts would, and never waits less than nothing', () => {
    const pace = new PlayerPace(sfc32([1, 2, 3]), RHYTHM);
    const pauses: number[] = [];
    const measured = secondsPerRequest(pace, (request) => {
      const pauseS = request % 5 === 0 ? pace.due(12) : pace.think();
      pauses.push(pauseS);
      return pauseS;
    });
    expect(measured / thinkTimeS(RHYTHM)).toBeCloseTo(1, 2);
    expect(pauses.every((pauseS) => pauseS >= 0)).toBe(true);
  });

  it('has had enough after requestsPerSession requests in the mean', () => {
    const pace = new PlayerPace(sfc32([4, 5, 6]), RHYTHM);
    let sessions = 0;
    for (let request = 0; request < REQUESTS * 5; request += 1) {
      pace.think();
      if (!pace.leaving) continue;
      sessions += 1;
      expect(pace.leave()).toBeGreaterThan(0);
      expect(pace.leaving).toBe(false);
    }
    expect((REQUESTS * 5) / sessions / RHYTHM.requestsPerSession).toBeCloseTo(1, 1); // 25,000 sessions: standard error 0.6 %
  });
});

describe('an arrival', () => {
  it('does not think, and sends what is due when it is due', () => {
    expect(ARRIVAL_PACE.think()).toBe(0);
    expect(ARRIVAL_PACE.due(1.5)).toBe(1.5);
    expect(ARRIVAL_PACE.leaving).toBe(false);
  });
});
