import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { MISSING } from '../../tests/judged.ts';
import { loadStep, stepsToTheTable } from '../../tests/load-steps.ts';
import { withLimits, withPlatform, withSeries, withSilent, withUnread } from '../../tests/platform.ts';
import type { Resource } from '../contract.ts';
import { judge } from '../judge.ts';
import { type UslCoefficients, uslThroughput, uslUsersFor } from '../models/scalability/index.ts';
import { capacityOf } from './capacity.ts';
import { type LoadStep, loadStepOf, NO_TARGET } from './load-step.ts';

/** A step whose requests each take 0.02 units of a table that has 5, 10 ms of a function that may run 10 at once. */
const step = (users: number, throughput: number, more: Partial<LoadStep> = {}): LoadStep =>
  loadStep(users, {
    throughput,
    uses: [
      { node: 'dynamodb:guilds', resource: 'write-capacity', unit: 'WCU', used: Math.min(5, 0.02 * throughput), limit: 5 },
      { node: 'lambda:auth', resource: 'concurrency', unit: 'executions', used: 0.01 * throughput, limit: 10 },
      { node: 'elasticache:cache', resource: 'memory', unit: '%', used: users % 2 === 0 ? 12 : 11, limit: 100 },
    ],
    ...more,
  });

/** One request a user every four seconds, up to 250 a second. */
const steps = [100, 201, 300, 401, 500, 601].map((users) => step(users, users / 4));

const LAW = { lambda: 1, sigma: 0.02, kappa: 0.00002 };
const use = { node: 'dynamodb:guilds', resource: 'write-capacity', unit: 'WCU', used: 0, limit: 0.6 };
const stepsOf = (law: UslCoefficients): LoadStep[] =>
  [10, 20, 30, 40, 60, 100, 200, 400].map((users) =>
    loadStep(users, { throughput: uslThroughput(law, users) * (1 + 0.01 * Math.sin(users)) }),
  );

describe('capacityOf', () => {
  it('takes the largest load that holds below the first that does not', () => {
    const failing = [...steps.slice(0, 4), step(500, 120, { holds: 'no', reason: '1 target missed: latency-p95' }), step(601, 150)];
    const { sustainable, boundary, headroom } = capacityOf(failing.toReversed(), 100);
    expect(sustainable).toEqual({ users: 401, throughput: 100.25, bracket: [401, 500] });
    expect(boundary).toBe(
      'At 500 users 1 target missed: latency-p95; 401 users hold. Test with `loadkit capacity mixed --users 401..500 --steps 5`.',
    );
    expect(headroom).toEqual({ atUsers: 100, ratio: 4.01 });
  });

  it('lets most tries of a load decide, and says where as many are against it', () => {
    const again = (...holds: LoadStep['holds'][]) => [
      ...steps,
      ...holds.map((each) => step(300, 75, { holds: each, reason: each === 'no' ? '1 target missed: latency-p95' : null })),
    ];
    expect(capacityOf(again('no', 'yes')).sustainable?.users).toBe(601);
    expect(capacityOf(again('no', 'no')).sustainable?.users).toBe(201);
    const { sustainable, boundary } = capacityOf([...again('no'), step(700, 170, { holds: 'no', reason: 'x' })]);
    expect(sustainable?.users).toBe(601);
    expect(boundary).toContain('At 700 users');
  });

  it('says that the maximum lies above where all hold, and what would settle it', () => {
    const { sustainable, boundary, usl } = capacityOf(steps);
    expect(sustainable).toMatchObject({ users: 601, bracket: [601, null] });
    expect(boundary).toContain('the maximum lies above. Test with `loadkit capacity mixed --users 601..1202 --steps 5`.');
    const settledBy = expect.stringContaining('Test with `loadkit capacity mixed --users 100..1202 --steps 8`.');
    expect(usl).toMatchObject({ verdict: 'inconclusive', peak: null, reason: settledBy, knee: null, kneeReason: settledBy });
  });

  it('names the loads below where none holds, and nothing more where the gap is none', () => {
    const missing = steps.map((each) => ({ ...each, holds: 'no' as const, reason: 'x' }));
    expect(capacityOf(missing).boundary).toBe(
      'At 100 users x; no smaller load was seen to hold. Test with `loadkit capacity mixed --users 1..100 --steps 5`.',
    );
    expect(capacityOf([step(1, 0.25, { holds: 'no', reason: 'x' })]).boundary).toBe('At 1 user x; no smaller load was seen to hold.');
    expect(capacityOf([step(100, 25), step(104, 26, { holds: 'no', reason: 'x' })]).boundary).toBe('At 104 users x; 100 users hold.');
  });

  it('says nothing of a load that the generator could not make', () => {
    const stuck = [
      ...steps.slice(0, 2),
      step(300, 75, { holds: 'unknown', counts: false, generatorLimited: true, reason: 'the generator was the limit' }),
    ];
    const { sustainable, boundary, usl } = capacityOf(stuck);
    expect(sustainable?.users).toBe(201);
    expect(boundary).toBe(
      'At 300 users it could not be judged: the generator was the limit. Test with `loadkit capacity mixed --users 201..300 --steps 5`. It takes a machine with more time to spare.',
    );
    const short = [...steps.slice(0, 2), step(300, 75, { holds: 'unknown', reason: 'too few requests' })];
    expect(capacityOf(short).boundary).toContain('--users 201..300 --steps 5 --duration 180s`.');
    const needing = (settledInS: number): string =>
      capacityOf([...steps.slice(0, 2), step(300, 75, { holds: 'unknown', reason: 'too few requests', settledInS })]).boundary;
    expect(needing(300)).toContain('--duration 330s`.');
    // Nobody waits a day for a step: other loads may be settled sooner.
    expect(needing(86_400)).toContain('--duration 180s`.');
    expect(usl.testedUsersMax).toBe(201);
    const nothing = capacityOf([{ ...(stuck[2] as LoadStep), throughput: null }]);
    expect(nothing.boundary).toContain('--users 1..300 --steps 5`');
    expect(nothing.usl).toMatchObject({ knee: null, reason: expect.stringContaining('--users 300..307 --steps 8 --duration 180s`') });
    expect(capacityOf([]).boundary).toBe('No load could be judged.');
    const aimless = step(100, 25, { holds: 'unknown', reason: NO_TARGET });
    expect(capacityOf([aimless]).boundary).toMatch(/^At 100 users there is no target .*: state one in k6\.config\.json/);
  });

  it('counts what too few requests left open for the curve and the resources, and for no load that holds', () => {
    const open = steps.map((each) => ({ ...each, holds: 'unknown' as const, reason: 'too few requests' }));
    const { sustainable, usl, resources } = capacityOf(open);
    expect(sustainable).toBeNull();
    expect(usl.testedUsersMax).toBe(601);
    expect(resources[0]).toMatchObject({ node: 'dynamodb:guilds', at: { throughput: expect.closeTo(250, 3) } });
  });

  it('puts what is near its limit before what is far from it, though its use shows no line', () => {
    const flat = steps.map((each) => ({
      ...each,
      uses: [
        ...each.uses,
        { node: 'dynamodb:tokens', resource: 'read-capacity', unit: 'RCU', used: each.users % 2 === 0 ? 7.5 : 7.4, limit: 10 },
      ],
    }));
    const { resources } = capacityOf(flat);
    expect(resources.map(({ node }) => node)).toEqual(['dynamodb:tokens', 'dynamodb:guilds', 'lambda:auth', 'elasticache:cache']);
    expect(resources[0]).toMatchObject({ usedMax: 7.5, at: null, reason: expect.stringContaining('does not grow') });
  });

  it("prices today's load and the sustainable one by the nearest step", () => {
    const { price } = capacityOf(stepsToTheTable, 400);
    // Requests go with the load; table and tasks stay.
    const fixed = 730 * (5 * 0.00065 + 4 * (0.5 * 0.04048 + 0.004445));
    expect(price.today).toMatchObject({ users: 400, month: expect.closeTo(100 * 730 * 3.6e-3 + fixed, 6), currency: 'USD', unpriced: [] });
    expect(price.sustainable).toMatchObject({ users: 900, month: expect.closeTo(300 + 0.9 * (225 * 730 * 3.6e-3 - 300) + fixed, 6) });
    expect(price.today?.perThousandUserHours).toBeCloseTo((price.today?.month ?? 0) / 730 / 0.4, 9);
    expect(capacityOf(stepsToTheTable, 1801).price.today).toBeNull();
    expect(capacityOf(steps, 400).price).toEqual({ today: null, sustainable: null });
  });

  it('has the users at both ends of the throughput that uses a resource up', () => {
    const noisy = [0.0201, 0.0199, 0.0202, 0.0198, 0.02, 0.0201].map((perRequest, i) => {
      const [users, throughput] = [100 * (i + 1), 25 * (i + 1)];
      const uses = [{ node: 'dynamodb:guilds', resource: 'write-capacity', unit: 'WCU', used: perRequest * throughput, limit: 5 }];
      return loadStep(users, { throughput, uses });
    });
    const { at } = capacityOf(noisy).resources[0] ?? {};
    // One request a user every four seconds.
    expect(at?.users).toBeCloseTo(4 * (at?.throughput ?? 0), 6);
    expect(at?.usersCi95).toEqual([expect.closeTo(4 * (at?.ci95[0] ?? 0), 6), expect.closeTo(4 * (at?.ci95[1] ?? 0), 6)]);
    const far = noisy.map((each) => ({ ...each, uses: each.uses.map((use) => ({ ...use, limit: 50 })) }));
    expect(capacityOf(far).resources[0]).toMatchObject({
      at: { users: null, usersCi95: null },
      reason: expect.stringContaining('Test with `loadkit capacity mixed --users 100..6000 --steps 8`.'),
    });
  });

  it('takes the noise of the curve into the users, too', () => {
    const bent = stepsOf(LAW).map((each) => ({ ...each, uses: [{ ...use, used: 0.02 * (each.throughput ?? 0) }] }));
    const { resources, usl } = capacityOf(bent);
    const { users, usersCi95, ci95 } = resources[0]?.at ?? { users: 0, usersCi95: [0, 0], ci95: [0, 0] };
    const exactly = uslUsersFor(LAW, 30) ?? 0;
    expect(usl.coefficients).not.toBeNull();
    // No noise in the use, but some in the throughputs that the curve is drawn through.
    expect((ci95[1] ?? 0) - ci95[0]).toBeLessThan(1e-6);
    expect(Math.abs((users ?? 0) / exactly - 1)).toBeLessThan(0.05);
    expect(usersCi95?.[0]).toBeLessThan((users ?? 0) * 0.995);
    expect(usersCi95?.[1]).toBeGreaterThan((users ?? 0) * 1.005);
  });

  it('orders resources by the load that uses them up, and leaves out of the line where they are', () => {
    const over = [...steps, step(1100, 275, { holds: 'no' }), step(1200, 300, { holds: 'no' })];
    const { resources } = capacityOf(over);
    expect(resources.map(({ node }) => node)).toEqual(['dynamodb:guilds', 'lambda:auth', 'elasticache:cache']);
    const [table, auth, cache] = resources;
    expect(table).toMatchObject({
      usedMax: 5,
      perRequest: expect.closeTo(0.02, 6),
      at: { throughput: expect.closeTo(250, 3), users: expect.closeTo(1000, 0) },
    });
    // Of ten executions one in a hundred arrivals is refused at 4.461 in the mean (Erlang's tables).
    expect(auth?.usable).toBeCloseTo(4.461, 3);
    expect(auth?.at?.throughput).toBeCloseTo(446.1, 1);
    expect(cache).toMatchObject({
      at: null,
      reason: expect.stringMatching(/does not grow .* Test with `loadkit capacity mixed --users 100\.\.2400 --steps 8 --duration 180s`\.$/),
    });
  });
});

describe('loadStepOf', () => {
  const run = withPlatform(syntheticRun({ durationS: 120, users: 800, latencyMs: 20 }));

  it('has the figures of the steady window, and what was in use', () => {
    const found = loadStepOf(judge(run), run);
    expect(found).toMatchObject({ run: run.plan.runId, users: 800, holds: 'yes', counts: true, generatorLimited: false, reason: null });
    const used = new Map(found.uses.map(({ node, resource, used: each, limit }) => [`${node} ${resource}`, { each, limit }]));
    const rate = found.throughput ?? 0;
    expect(used.get('dynamodb:guilds read-capacity')).toMatchObject({ each: expect.closeTo(0.1 * rate, 0), limit: 200 });
    expect(used.get('fargate:engine cpu')).toEqual({ each: expect.closeTo(0.6, 6), limit: 6 });
    // Invocations of 18 ms each, by Little's law.
    expect(used.get('lambda account-concurrency')).toMatchObject({ each: expect.closeTo(0.018 * rate, 1), limit: 1000 });
    expect(used.get('elasticache:cache connections')).toEqual({ each: 15, limit: 65_000 });
    expect([...used.keys()].some((name) => name.startsWith('dynamodb:characters'))).toBe(false); // on demand: no limit
  });

  it('measures what no target asks for', () => {
    const untargeted = { ...run, plan: { ...run.plan, limits: [] } };
    const { throughput, throughputCi95, latencyMs } = loadStepOf(judge(run), run);
    expect(throughput).toBeGreaterThan(0);
    expect(latencyMs.avg).toBeGreaterThan(0);
    expect(loadStepOf(judge(untargeted), untargeted)).toMatchObject({ throughput, throughputCi95, latencyMs });
    // Nothing holds where there is nothing to hold.
    const free = { ...untargeted, client: { ...run.client, exact: null } };
    expect(loadStepOf(judge(free), free)).toMatchObject({ holds: 'unknown', counts: true, reason: expect.stringContaining('no target') });
    const { client: _, ...unmeasured } = run;
    const missing = { ...unmeasured, client: MISSING };
    expect(loadStepOf(judge(missing), missing)).toMatchObject({ throughput: null, counts: false, latencyMs: { avg: null, p95: null } });
  });

  it('leaves out what was not told, and takes nothing for zero', () => {
    const silent = withSilent(withSeries(run, 'fargate:engine', 'CPUUtilization', 'Average', null), 'dynamodb:guilds');
    const namesOf = (of: typeof silent): string[] => loadStepOf(judge(of), of).uses.map(({ node, resource }) => `${node} ${resource}`);
    const names = namesOf(silent);
    expect(names).not.toContain('fargate:engine cpu');
    expect(names.some((name) => name.startsWith('dynamodb:guilds'))).toBe(false);
    expect(namesOf(run)).toContain('lambda account-concurrency');
    expect(namesOf(withUnread(run, [{ node: 'lambda:character', metric: 'Invocations' }]))).not.toContain('lambda account-concurrency');
  });

  it('takes the tasks of a service that nothing scales for its limit, where that was read', () => {
    const limitOf = (limits: Resource['limits']): number | undefined => {
      const of = withLimits(run, 'fargate:engine', { tasksMin: null, tasksMax: null, tasksDesired: 3, ...limits });
      return loadStepOf(judge(of), of).uses.find(({ node, resource }) => node === 'fargate:engine' && resource === 'cpu')?.limit;
    };
    expect(limitOf({ scaling: [] })).toBe(3);
    expect(limitOf({ scaling: [], tasksMax: 6 })).toBe(6);
    expect(limitOf({ scaling: [{ metric: 'ECSServiceAverageCPUUtilization', target: 70 }] })).toBeUndefined();
    expect(limitOf({ scaling: null })).toBeUndefined();
  });

  it('does not hold where a target is missed, and is not known where the generator was the limit', () => {
    const slow = syntheticRun({ durationS: 120, users: 800, latencyMs: 900 });
    expect(loadStepOf(judge(slow), slow)).toMatchObject({ holds: 'no', reason: expect.stringContaining('latency-avg'), uses: [] });
    const busy = syntheticRun({ durationS: 120, users: 800, latencyMs: 20, machineCpu: 0.99 });
    expect(loadStepOf(judge(busy), busy)).toMatchObject({
      holds: 'unknown',
      reason: expect.stringContaining('the generator was the limit'),
    });
  });
});
