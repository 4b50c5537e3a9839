import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../tests/simulated-telemetry.ts';
import { telemetry } from '../../../tests/written-telemetry.ts';
import type { TelemetryFile } from '../../telemetry-file.ts';
import { randomSource } from '../random.ts';
import { type Diagnosis, diagnose } from './diagnose.ts';

const CALLS = ['user>api', 'api>cart', 'api>search', 'cart>db', 'search>db', 'search>cache'];
const LATENCY = { node: 'api', metric: 'Latency', stat: 'Average' };
const ERRORS = { node: 'api', metric: 'Errors', stat: 'Sum' };

type Nodes = Parameters<typeof telemetry>[2];

/** Seconds of each node's own; a caller waits for what it calls, once each. */
function nodesOf(
  own: { api?: number; cart?: number; search?: number; db?: number; cache?: number },
  on: (t: number) => boolean = () => true,
): Nodes {
  const usual = { api: 0.05, cart: 0.02, search: 0.03, db: 0.01, cache: 0.002 };
  const at = (node: keyof typeof usual, t: number): number => (on(t) ? (own[node] ?? usual[node]) : usual[node]);
  const latency = {
    db: (t: number) => at('db', t),
    cache: (t: number) => at('cache', t),
    cart: (t: number) => at('cart', t) + latency.db(t),
    search: (t: number) => at('search', t) + latency.db(t) + latency.cache(t),
    api: (t: number) => at('api', t) + latency.cart(t) + latency.search(t),
    user: (t: number) => 0.1 + latency.api(t),
  };
  const requests = { user: 1000, api: 1000, cart: 1000, search: 1000, db: 2000, cache: 1000 };
  return Object.fromEntries(
    Object.entries(latency).map(([node, values]) => [
      node,
      { 'Latency/Average': values, 'Requests/Sum': requests[node as keyof typeof requests], 'Errors/Sum': 0 },
    ]),
  );
}

function merged(nodes: Nodes, more: Nodes): Nodes {
  const ids = [...new Set([...Object.keys(nodes), ...Object.keys(more)])];
  return Object.fromEntries(ids.map((id) => [id, { ...nodes[id], ...more[id] }]));
}

const late = (t: number): boolean => t >= 6;
const normalOf = (more: Nodes = {}, calls = CALLS): TelemetryFile => telemetry(200, calls, merged(nodesOf({}), more), { seed: 1 });
const incidentOf = (nodes: Nodes, calls = CALLS): TelemetryFile => telemetry(10, calls, nodes, { seed: 2 });
const namesOf = ({ causes }: Diagnosis): string[] => causes.map(({ node }) => node);

describe('diagnose', () => {
  it('names the node that is slow itself, and not those that wait for it', () => {
    const found = diagnose(normalOf(), incidentOf(nodesOf({ db: 0.06 }, late)), LATENCY);
    expect(found.verdict).toBe('bottleneck');
    expect(namesOf(found)).toEqual(['db']);
    expect(found.causes[0]).toMatchObject({ resource: 'latency', since: 1_790_000_000 + 6 * 60 });
    expect(found.causes[0]?.evidence[0]).toMatchObject({ unit: 'share', value: expect.closeTo(1, 0) });
    expect(found.reason).toMatch(/^Latency of api is 0\.2\d* instead of 0\.1\d*; db explains it best$/);
  });

  it.each(['api', 'cart', 'search', 'cache'] as const)('tells a slow %s from the rest', (node) => {
    expect(namesOf(diagnose(normalOf(), incidentOf(nodesOf({ [node]: 0.12 }, late)), LATENCY))[0]).toBe(node);
  });

  it('never names what calls the symptom, or has nothing to do with it', () => {
    const slow = merged(nodesOf({ db: 0.06 }, late), {
      user: { 'Latency/Average': (t) => (late(t) ? 9 : 0.1) },
      batch: { 'Latency/Average': (t) => (late(t) ? 9 : 0.1), 'Requests/Sum': 1000 },
    });
    const normal = normalOf({ batch: { 'Latency/Average': 0.1, 'Requests/Sum': 1000 } }, [...CALLS, 'batch>db']);
    expect(namesOf(diagnose(normal, incidentOf(slow, [...CALLS, 'batch>db']), LATENCY))).toEqual(['db']);
  });

  it('says "no bottleneck" where the symptom is as it usually is, though something else is not', () => {
    const found = diagnose(normalOf(), incidentOf(merged(nodesOf({}), { user: { 'Latency/Average': 9 } })), LATENCY);
    expect(found).toMatchObject({ verdict: 'no bottleneck', causes: [], since: null });
  });

  it('finds where errors begin, for failures pass upwards', () => {
    const failing = (share: number) => (t: number) => (late(t) ? 1000 * share : 0);
    const incident = merged(nodesOf({}), {
      search: { 'Errors/Sum': failing(0.08) },
      api: { 'Errors/Sum': failing(0.08) },
      user: { 'Errors/Sum': failing(0.08) },
    });
    const found = diagnose(normalOf(), incidentOf(incident), ERRORS);
    expect(namesOf(found)).toEqual(['search']);
    expect(found.causes[0]?.resource).toBe('errors');
  });

  it('blames more calls on who makes them: ten reads where there was one are their caller’s doing', () => {
    const many = merged(nodesOf({ search: 0.03 + 9 * 0.01 }, late), { db: { 'Requests/Sum': (t) => (late(t) ? 11_000 : 2000) } });
    expect(namesOf(diagnose(normalOf(), incidentOf(many), LATENCY))[0]).toBe('search');
  });

  it('counts no more calls as the symptom’s than it can have made: who else asks the database thirty times as much does not make it the cause', () => {
    const asked = { db: { 'Requests/Sum': (t: number) => (late(t) ? 60_000 : 2000) } };
    const incident = merged(nodesOf({ search: 0.12, db: 0.012 }, late), asked);
    expect(namesOf(diagnose(normalOf(), incidentOf(incident), LATENCY))[0]).toBe('search');
    // Nor does it matter, once it is so many, how many they are.
    const self = (then: number) => ({ db: { 'SelfTime/Average': (t: number) => (late(t) ? then : 0.01) } });
    const slowDb = merged(nodesOf({ db: 0.06 }, late), self(0.06));
    const scores = [60_000, 600_000].map((many) => {
      const askedMore = merged(slowDb, { db: { 'Requests/Sum': (t) => (late(t) ? many : 2000) } });
      return diagnose(normalOf(self(0.01)), incidentOf(askedMore), LATENCY).causes.find(({ node }) => node === 'db')?.score;
    });
    expect(scores[0]).toBeGreaterThan(0.1);
    expect(scores[1]).toBe(scores[0]);
  });

  it('lets retries multiply from layer to layer: what is tried three times calls three times what it calls', () => {
    // Of 1.79 s more at the site 9 × 0.15 s are the table's.
    const nested = (table: (t: number) => number, tries: (t: number) => number): Nodes => ({
      api: { 'Latency/Average': (t) => 0.05 + tries(t) * (0.02 + tries(t) * table(t)), 'Requests/Sum': 1000 },
      mid: { 'Latency/Average': (t) => 0.02 + tries(t) * table(t), 'Requests/Sum': (t) => 1000 * tries(t) },
      db: { 'Latency/Average': table, 'Requests/Sum': (t) => 1000 * tries(t) ** 2 },
    });
    const chain = ['api>mid', 'mid>db'];
    const from = (usual: number, then: number) => (t: number) => (late(t) ? then : usual);
    const [usual, slow] = [nested(from(0.05, 0.05), from(1, 1)), nested(from(0.05, 0.2), from(1, 3))];
    const [normal, incident] = [telemetry(200, chain, usual, { seed: 1 }), telemetry(10, chain, slow, { seed: 2 })];
    const found = diagnose(normal, incident, LATENCY);
    expect(namesOf(found)[0]).toBe('db');
    expect(found.causes[0]?.score).toBeGreaterThan(0.5);
    // Of what tells nothing nobody knows how often it tries.
    const silent = (file: TelemetryFile): TelemetryFile => ({ ...file, series: file.series.filter(({ node }) => node !== 'mid') });
    expect(namesOf(diagnose(silent(normal), silent(incident), LATENCY))[0]).toBe('db');
  });

  it('finds a cause that fills the window, though it fluctuates there', () => {
    const failing = (t: number) => 40 + 20 * (t % 3);
    const incident = merged(nodesOf({}), Object.fromEntries(['search', 'api', 'user'].map((node) => [node, { 'Errors/Sum': failing }])));
    const found = diagnose(normalOf(), incidentOf(incident), ERRORS);
    expect(namesOf(found)).toEqual(['search']);
    expect(found).toMatchObject({ since: 1_790_000_000, until: 1_790_000_600 });
  });

  it('says nothing where it only got better, before or after', () => {
    const faster = { api: 0.02, search: 0.01 };
    for (const on of [late, (t: number) => !late(t)]) {
      const found = diagnose(normalOf(), incidentOf(nodesOf(faster, on)), LATENCY);
      expect([found.verdict, ...namesOf(found)]).toEqual(['no bottleneck']);
    }
  });

  it('is not misled by a level that has drifted since the normal file', () => {
    const drifted = nodesOf({ db: 0.06 }, late);
    const cart = drifted['cart']?.['Latency/Average'];
    const shifted = merged(drifted, { cart: { 'Latency/Average': (t) => 0.4 + (typeof cart === 'function' ? (cart(t) ?? 0) : 0) } });
    expect(namesOf(diagnose(normalOf(), incidentOf(shifted), LATENCY))[0]).toBe('db');
  });

  it('takes a missing datapoint as missing: a node that falls silent is no cause, and hides none', () => {
    const silent = merged(nodesOf({ db: 0.06 }, late), {
      cart: { 'Latency/Average': (t) => (late(t) ? null : 0.03), 'Requests/Sum': null },
    });
    expect(namesOf(diagnose(normalOf(), incidentOf(silent), LATENCY))[0]).toBe('db');
  });

  it('does not take a node that was never called before for a cause: the call is its caller’s doing', () => {
    const calls = [...CALLS, 'search>wrong-table'];
    const incident = merged(nodesOf({ search: 0.15 }, late), {
      'wrong-table': { 'Latency/Average': (t) => (late(t) ? 0.12 : null), 'Requests/Sum': (t) => (late(t) ? 1000 : 0) },
    });
    expect(namesOf(diagnose(normalOf(), incidentOf(incident, calls), LATENCY))[0]).toBe('search');
  });

  it('works without any count of requests, and without edges', () => {
    const bare = (file: TelemetryFile): TelemetryFile => ({ ...file, series: file.series.filter(({ metric }) => metric === 'Latency') });
    expect(namesOf(diagnose(bare(normalOf()), bare(incidentOf(nodesOf({ db: 0.1 }, late))), LATENCY))[0]).toBe('db');
    const flat = (file: TelemetryFile): TelemetryFile => ({
      ...file,
      edges: [],
      series: file.series.filter(({ node }) => node === 'api' || node === 'cart' || node === 'cache'),
    });
    expect(namesOf(diagnose(flat(normalOf()), flat(incidentOf(nodesOf({ cache: 0.1 }, late))), LATENCY))[0]).toBe('cache');
  });
});

describe('diagnose, where limits are known', () => {
  const throttles = (t: number) => (late(t) ? 30 : 0);

  it('puts throttles before what only changed at the same time', () => {
    const normal = normalOf({ cart: { 'Throttles/Sum': 0 } });
    const incident = merged(nodesOf({ search: 0.12 }, late), { cart: { 'Throttles/Sum': throttles } });
    const found = diagnose(normal, incidentOf(incident), LATENCY);
    expect(namesOf(found)).toEqual(['cart', 'search']);
    expect(found.causes[0]).toMatchObject({ resource: 'Throttles', evidence: [{ value: expect.closeTo(30, -1), limit: 0 }, {}] });
  });

  it('knows throttles that the normal file has no datapoint of', () => {
    const incident = merged(nodesOf({ search: 0.12 }, late), { cart: { 'ThrottledRequests/Sum': (t) => (late(t) ? 30 : null) } });
    expect(namesOf(diagnose(normalOf(), incidentOf(incident), LATENCY))[0]).toBe('cart');
  });

  it.each([
    [
      'a stated limit',
      { 'ConcurrentExecutions/Maximum': 3, 'ReservedConcurrentExecutions/Maximum': 10 },
      { 'ConcurrentExecutions/Maximum': 10 },
    ],
    ['a processor', { 'CPUUtilization/Average': 40 }, { 'CPUUtilization/Average': 98 }],
    [
      'provisioned capacity, of which the sum is over the period',
      { 'ConsumedReadCapacityUnits/Sum': 600, 'ProvisionedReadCapacityUnits/Average': 50 },
      { 'ConsumedReadCapacityUnits/Sum': 3000 },
    ],
  ])('puts a resource at its limit first: %s', (_, usual, at) => {
    const full = Object.fromEntries(
      Object.entries(at).map(([name, value]) => [name, (t: number) => (late(t) ? value : (usual[name as keyof typeof usual] ?? 0))]),
    );
    const incident = merged(nodesOf({ search: 0.12 }, late), { cart: { ...usual, ...full } });
    expect(namesOf(diagnose(normalOf({ cart: usual }), incidentOf(incident), LATENCY))[0]).toBe('cart');
  });

  it('does not count a limit that is always met', () => {
    const usual = { 'CPUUtilization/Average': 97 };
    const incident = merged(nodesOf({ search: 0.12 }, late), { cart: usual });
    expect(namesOf(diagnose(normalOf({ cart: usual }), incidentOf(incident), LATENCY))).toEqual(['search']);
  });

  it('sees through a function whose concurrency is used up because it waits for a slow table', () => {
    const limits = { 'ConcurrentExecutions/Maximum': 3, 'ReservedConcurrentExecutions/Maximum': 10 };
    const incident = merged(nodesOf({ db: 0.2 }, late), {
      search: { ...limits, 'ConcurrentExecutions/Maximum': (t) => (late(t) ? 10 : 3) },
    });
    expect(namesOf(diagnose(normalOf({ search: limits }), incidentOf(incident), LATENCY))[0]).toBe('db');
  });

  it('names a cache that misses, though it answers as fast as ever', () => {
    const hits = { 'CacheHitRate/Average': 95 };
    const incident = merged(nodesOf({ search: 0.12 }, late), { cache: { 'CacheHitRate/Average': (t) => (late(t) ? 20 : 95) } });
    const found = diagnose(normalOf({ cache: hits }), incidentOf(incident), LATENCY);
    expect(namesOf(found)).toEqual(['cache', 'search']);
    expect(found.causes[0]?.resource).toBe('CacheHitRate');
  });

  it('names a callee whose failures its caller tries again: that takes the caller’s time, and fails nowhere above', () => {
    const failing = { db: { 'Errors/Sum': (t: number) => (late(t) ? 600 : 0) } };
    const found = diagnose(normalOf(), incidentOf(merged(nodesOf({ search: 0.12 }, late), failing)), LATENCY);
    expect(namesOf(found)).toEqual(['db', 'search']);
    expect(found.causes[0]).toMatchObject({ resource: 'errors', since: 1_790_000_000 + 6 * 60 });
    expect(found.causes[0]?.evidence.map(({ what }) => what)).toEqual([
      'share of the excess latency that its caller explains',
      expect.stringContaining('share that failed, by Errors'),
    ]);
  });

  it('takes self time on the critical path where a series gives it, before what callees leave', () => {
    const path = { cart: { 'CriticalPathTime/Average': 0.02 }, search: { 'CriticalPathTime/Average': 0.03 } };
    const incident = merged(nodesOf({ search: 0.12 }, late), {
      cart: { 'CriticalPathTime/Average': (t) => (late(t) ? 0.11 : 0.02), 'Latency/Average': (t) => (late(t) ? 0.12 : 0.03) },
      search: { 'CriticalPathTime/Average': 0.03 },
    });
    expect(namesOf(diagnose(normalOf(path), incidentOf(incident), LATENCY))[0]).toBe('cart');
  });
});

describe('diagnose, with little to go on', () => {
  it('is inconclusive with a reason', () => {
    const short = telemetry(6, CALLS, nodesOf({}), { seed: 3 });
    expect(diagnose(short, incidentOf(nodesOf({})), LATENCY)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'the symptom has 6 datapoints in the normal file, 8 are needed',
      causes: [],
    });
    const silent = incidentOf(merged(nodesOf({}), { api: { 'Latency/Average': null } }));
    expect(diagnose(normalOf(), silent, LATENCY)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'the symptom has no datapoint in the incident',
    });
  });

  it('needs the series, and periods of one length', () => {
    expect(() => diagnose(normalOf(), normalOf(), { ...LATENCY, stat: 'p95' })).toThrow('diagnose needs the series api/Latency/p95');
    expect(() => diagnose(normalOf(), { ...normalOf(), periodS: 300 }, LATENCY)).toThrow('diagnose needs periods of one length');
  });

  it('says that nothing explains a symptom whose node tells neither times nor failures', () => {
    const usual = { api: { 'OpenOrders/Average': 50 }, db: { 'Latency/Average': 1 } };
    const normal = telemetry(100, ['api>db'], usual);
    const incident = telemetry(10, ['api>db'], { ...usual, api: { 'OpenOrders/Average': (t) => (late(t) ? 900 : 50) } });
    expect(diagnose(normal, incident, { node: 'api', metric: 'OpenOrders', stat: 'Average' }).causes).toEqual([]);
  });
});

const small = { nodes: 8, normalPeriods: 120, incidentPeriods: 6 };
const cases = fc.record({
  seed: fc.nat(100_000),
  fault: fc.constantFrom('slow' as const, 'failing' as const, 'throttled' as const, 'saturated' as const, null),
});

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomSource(seed);
  return items
    .map((item) => ({ item, place: random.uniform() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

describe('diagnose, of any application', () => {
  it('does not depend on the order of nodes, edges and series', () => {
    const mix = (file: TelemetryFile, seed: number): TelemetryFile => ({
      ...file,
      nodes: shuffled(file.nodes, seed),
      edges: shuffled(file.edges, seed),
      series: shuffled(file.series, seed),
    });
    fc.assert(
      fc.property(cases, (drawn) => {
        const { normal, incident, symptom } = simulate({ ...small, ...drawn });
        expect(diagnose(mix(normal, 1), mix(incident, 2), symptom)).toEqual(diagnose(normal, incident, symptom));
      }),
      { numRuns: 12 },
    );
  });

  it('does not depend on the unit of times', () => {
    const inMs = (file: TelemetryFile): TelemetryFile => ({
      ...file,
      series: file.series.map((one) =>
        one.metric === 'Latency' ? { ...one, values: one.values.map((value) => value && value * 1000) } : one,
      ),
    });
    fc.assert(
      fc.property(cases, (drawn) => {
        const { normal, incident, symptom } = simulate({ ...small, ...drawn });
        const [plain, scaled] = [diagnose(normal, incident, symptom), diagnose(inMs(normal), inMs(incident), symptom)];
        expect(scaled.verdict).toBe(plain.verdict);
        expect(namesOf(scaled)).toEqual(namesOf(plain));
        scaled.causes.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(plain.causes[i]?.score ?? 0, 6);
        });
      }),
      { numRuns: 12 },
    );
  });

  it('finds nothing where everything is constant', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 30 }), (level, length) => {
        const nodes = {
          api: { 'Latency/Average': level, 'Requests/Sum': 10 },
          db: { 'Latency/Average': level / 2, 'Requests/Sum': 10, 'Throttles/Sum': 0 },
        };
        const constant = (periods: number) => telemetry(periods, ['api>db'], nodes, { noise: 0 });
        expect(diagnose(constant(40), constant(length), LATENCY)).toMatchObject({ verdict: 'no bottleneck', causes: [] });
      }),
      { numRuns: 20 },
    );
  });

  it('finds nothing in windows drawn from the normal file, but for one in twenty', () => {
    const random = randomSource(99);
    let alarms = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const { normal, symptom } = simulate({ ...small, normalPeriods: 200, seed: 600 + seed, fault: null });
      const from = Math.floor(random.uniform() * (normal.times.length - 6));
      const resampled: TelemetryFile = {
        ...normal,
        times: normal.times.slice(from, from + 6),
        series: normal.series.map((one) => ({ ...one, values: one.values.slice(from, from + 6) })),
      };
      if (diagnose(normal, resampled, symptom).causes.length > 0) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it.each(['slow', 'failing', 'retried', 'throttled', 'saturated'] as const)(
    'finds the node that was made %s in a random graph',
    (fault) => {
      const ranks = Array.from({ length: 15 }, (_, seed) => {
        const { normal, incident, symptom, cause } = simulate({ ...small, incidentPeriods: 10, seed: 300 + seed, fault, size: 0.8 });
        return namesOf(diagnose(normal, incident, symptom)).indexOf(cause ?? '');
      });
      expect(ranks.filter((rank) => rank === 0).length).toBeGreaterThanOrEqual(12);
      expect(ranks.filter((rank) => rank >= 0 && rank < 3).length).toBeGreaterThanOrEqual(13);
    },
  );
});
