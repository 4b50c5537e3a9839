import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openQueue } from './open-queue.ts';

describe('openQueue', () => {
  it('gives the textbook figures of one server', () => {
    expect(openQueue({ arrivalsPerS: 8, serviceS: 0.1 })).toMatchObject({
      utilisation: 0.8,
      waitProbability: expect.closeTo(0.8, 12),
      waitS: expect.closeTo(0.4, 12),
      responseS: expect.closeTo(0.5, 12),
      queue: expect.closeTo(4, 12),
    });
  });

  it("gives Erlang's C by its closed form", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (servers, utilisation) => {
        const offered = servers * utilisation;
        let [term, sum] = [1, 0];
        for (let k = 0; k < servers; k += 1) {
          sum += term;
          term *= offered / (k + 1);
        }
        const last = term / (1 - utilisation);
        expect(openQueue({ arrivalsPerS: offered, serviceS: 1, servers }).waitProbability).toBeCloseTo(last / (sum + last), 9);
      }),
    );
  });

  it('has no figures for a queue that grows for ever, and none to wait for without arrivals', () => {
    expect(openQueue({ arrivalsPerS: 10, serviceS: 0.1 })).toEqual({
      utilisation: 1,
      waitProbability: 1,
      waitS: null,
      responseS: null,
      queue: null,
    });
    expect(openQueue({ arrivalsPerS: 0, serviceS: 0.1, servers: 3 })).toMatchObject({ waitS: 0, responseS: 0.1, queue: 0 });
  });

  it.each([
    [{ arrivalsPerS: -1, serviceS: 1 }],
    [{ arrivalsPerS: 1, serviceS: Number.NaN }],
    [{ arrivalsPerS: 1, serviceS: 1, servers: 0 }],
  ])('refuses %j', (given) => expect(() => openQueue(given)).toThrow(RangeError));
});
