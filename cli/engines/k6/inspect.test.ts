import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf, plateauOf } from './inspect.ts';

describe('planOf', () => {
  it('reads ramping users, their plateau and think time', () => {
    const plan = planOf({
      scenarios: {
        players: {
          executor: 'ramping-vus',
          startVUs: 0,
          stages: [
            { duration: '30s', target: 1000 },
            { duration: '4m0s', target: 1000 },
            { duration: '30s', target: 0 },
          ],
        },
      },
      ext: { loadkit: { thinkTimeS: 4.5 } },
      maxVUs: 1000,
      totalDuration: '5m5s',
    });
    expect(plan).toMatchObject({
      load: { model: 'closed', usersMax: 1000 },
      durationS: 300,
      plateau: { fromS: 30, toS: 270 },
      usersMax: 1000,
      thinkTimeS: 4.5,
      totalDurationS: 305,
    });
  });

  it('reads arrivals in their unit', () => {
    const plan = planOf({
      scenarios: { a: { executor: 'constant-arrival-rate', rate: 600, timeUnit: '1m0s', duration: '2m0s' } },
      maxVUs: 50,
    });
    expect(plan).toMatchObject({ load: { model: 'open', ratePerS: 10 }, plateau: { fromS: 0, toS: 120 }, usersMax: 50, ratePerSMax: 10 });
  });

  it('adds scenarios that overlap', () => {
    const plan = planOf({
      scenarios: {
        a: { executor: 'constant-vus', vus: 5, duration: '20s' },
        b: { executor: 'constant-vus', vus: 3, duration: '10s', startTime: '5s' },
      },
      maxVUs: 8,
    });
    expect(plan.stages.map((stage) => [stage.fromS, stage.toS, stage.fromLevel])).toEqual([
      [0, 5, 5],
      [5, 15, 8],
      [15, 20, 5],
    ]);
    expect(plan.plateau).toEqual({ fromS: 5, toS: 15 });
  });

  it('finds no plateau in a pure ramp, nor in nothing', () => {
    expect(
      planOf({ scenarios: { a: { executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '1m0s', target: 9 }] } } }).plateau,
    ).toBeNull();
    expect(planOf({})).toMatchObject({ stages: [], plateau: null, durationS: 0, load: { model: 'closed', usersMax: 0 } });
  });

  it('never puts a plateau outside of the plan', () => {
    const stage = fc.record({ duration: fc.integer({ min: 1, max: 99 }).map((s) => `${s}s`), target: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1 }), (stages) => {
        const plan = planOf({ scenarios: { a: { executor: 'ramping-vus', startVUs: 0, stages } } });
        const plateau = plateauOf(plan.stages);
        if (plateau) expect(plateau.fromS >= 0 && plateau.toS <= plan.durationS && plateau.fromS < plateau.toS).toBe(true);
      }),
    );
  });
});
