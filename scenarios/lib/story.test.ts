import { beforeEach, describe, expect, it, vi } from 'vitest';

/**
 * The scenarios played through with a k6 whose time passes at once and a game that answers at once: what players do and how long they take is then
 * a matter of arithmetic. Whether it also works in the real k6 is what tests/scenarios.test.ts and the end-to-end run ask.
 */
const world = vi.hoisted(() => ({
  vu: 1,
  iteration: 0,
  /** Seconds slept so far. */
  sleptS: 0,
  sent: [] as { name: string; body: unknown; root: string; redirects: number }[],
  added: [] as string[],
  /** (request name) => status to answer with, undefined for the usual one. */
  status: (_name: string): number | undefined => undefined,
  taskStatus: 'done',
}));

/** What each route's answer gives for the `pick` of the journeys. */
const ANSWERS: Record<string, unknown> = {
  '{token,refreshToken,userId}': { token: 't', refreshToken: 'r', userId: 'u' },
  token: 't2',
  'characters.#.characterId': ['c1'],
  characterId: 'c1',
  activity: 'idle',
  'auctions.#.auctionId': ['a1', 'a2'],
  cursor: 'next==',
  'guilds.#.guildId': ['g1', 'g2'],
  'items.0.itemId': 'item-001',
  taskId: 'k1',
};

vi.mock('k6', () => ({
  sleep(seconds: number) {
    world.sleptS += seconds;
  },
  check(value: unknown, checks: Record<string, (value: unknown) => boolean>) {
    for (const [name, holds] of Object.entries(checks)) world.added.push(`${name} ${holds(value)}`);
  },
}));
vi.mock('k6/timers', () => ({ setTimeout: () => 0, clearTimeout: () => {} }));
vi.mock('k6/websockets', () => ({ WebSocket: class {} }));
vi.mock('k6/execution', () => ({
  default: {
    get vu() {
      return { idInTest: world.vu };
    },
    get scenario() {
      return { startTime: 0, iterationInTest: world.iteration };
    },
  },
}));
vi.mock('k6/metrics', () => {
  class Metric {
    private readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
    add(value: number) {
      world.added.push(`${this.name} ${value}`);
    }
  }
  return { Trend: Metric, Counter: Metric };
});
vi.mock('k6/http', () => ({
  default: {
    setResponseCallback: () => {},
    expectedStatuses: (...statuses: unknown[]) => statuses,
    request: (_method: string, _url: string, body: string | null, params: Params) => {
      const { name } = params.tags;
      world.sent.push({
        name,
        body: body === null ? null : JSON.parse(body),
        root: params.headers['X-Amzn-Trace-Id'] ?? '',
        redirects: params.redirects,
      });
      const status = world.status(name) ?? (name === 'POST /auth/register' ? 201 : 200);
      const task = { status: world.taskStatus, enqueuedAt: 1000, finishedAt: 1750 };
      return { status, body: params.responseType === 'text' ? 'kept' : null, json: (pick: string) => ANSWERS[pick] ?? task };
    },
  },
}));

interface Params {
  tags: { name: string };
  headers: Record<string, string>;
  redirects: number;
  responseType: string;
}

const ENV = { LOADKIT_TARGET: 'http://127.0.0.1:9', LOADKIT_WS_TARGET: 'ws://127.0.0.1:9', LOADKIT_TRACE_PREFIX: '1-00000000-00000000' };

/** A scenario as one VU of k6 has it: modules of its own. Chat is left out, being a matter of sockets. */
async function load(name: string, vu = 1, env: Record<string, string> = {}): Promise<Scenario> {
  vi.resetModules();
  vi.stubGlobal('__ENV', { ...ENV, ...env });
  world.vu = vu;
  vi.doMock('./journeys/chat.ts', () => ({
    chat: () => ({ check: () => {}, join: () => undefined, comesFor: () => false, visit: async () => {} }),
  }));
  return (await import(`../${name}.ts`)) as Scenario;
}
interface Scenario {
  default: () => Promise<void>;
  options: { ext: { loadkit: { thinkTimeS: number } } };
}

const names = () => world.sent.map((request) => request.name);
async function play(scenario: Scenario, iterations: number): Promise<void> {
  for (let i = 0; i < iterations; i += 1) {
    world.iteration = i;
    await scenario.default();
  }
}

beforeEach(() => Object.assign(world, { sleptS: 0, sent: [], added: [], status: () => undefined, taskStatus: 'done' }));

describe.each(['mixed', 'real-time', 'database-heavy', 'fargate-focused'])('players of %s', (name) => {
  it('take as long per request as the scenario declares, within 5 %', async () => {
    const scenario = await load(name);
    await play(scenario, 400);
    expect(Math.abs(world.sleptS / world.sent.length / scenario.options.ext.loadkit.thinkTimeS - 1)).toBeLessThan(0.05);
  });

  it('do the same again with the same seed, and something else with another seed or as another player', async () => {
    const sequence = async (vu: number, seed: string) => {
      world.sent = [];
      await play(await load(name, vu, { LOADKIT_SEED: seed }), 5);
      return JSON.stringify(world.sent.map(({ name, body }) => [name, body]));
    };
    const first = await sequence(1, '1');
    expect(await sequence(1, '1')).toBe(first);
    expect(await sequence(1, '2')).not.toBe(first);
    expect(await sequence(2, '1')).not.toBe(first);
  });

  it('name requests by their routes, trace each one, and follow no redirect', async () => {
    await play(await load(name), 30);
    for (const request of new Set(names())) expect(request).toMatch(/^(GET|POST|PUT|PATCH|DELETE) (\/:?[a-zA-Z-]+)+$/);
    expect(new Set(world.sent.map((request) => request.root)).size).toBe(world.sent.length);
    for (const { root, redirects } of world.sent) {
      expect(root).toMatch(/^Root=1-00000000-00000000[0-9a-f]{16}$/);
      expect(redirects).toBe(0);
    }
  });

  it('think before every request to a server that only fails, too', async () => {
    const scenario = await load(name);
    world.status = () => 503;
    await play(scenario, 4000);
    expect(world.sent.length).toBe(4000);
    expect(Math.abs(world.sleptS / world.sent.length / scenario.options.ext.loadkit.thinkTimeS - 1)).toBeLessThan(0.05);
  });
});

describe('a session', () => {
  it('registers on the first visit and signs in on the next', async () => {
    await play(await load('mixed'), 2);
    expect(names().slice(0, 2)).toEqual(['POST /auth/register', 'GET /characters']);
    expect(names().filter((name) => name === 'POST /auth/register')).toHaveLength(1);
    expect(names().filter((name) => name === 'POST /auth/sign-in')).toHaveLength(1);
    expect(world.sent[0]?.body).toMatchObject({ email: 'player-1-1@loadkit.test' });
  });

  it('signs in when an earlier run has registered the player', async () => {
    world.status = (name) => (name === 'POST /auth/register' ? 409 : undefined);
    await play(await load('mixed'), 1);
    expect(names().slice(0, 3)).toEqual(['POST /auth/register', 'POST /auth/sign-in', 'GET /characters']);
  });

  it('makes a character where there is none', async () => {
    const characters = ANSWERS['characters.#.characterId'];
    ANSWERS['characters.#.characterId'] = [];
    await play(await load('mixed'), 1);
    ANSWERS['characters.#.characterId'] = characters;
    expect(names().slice(0, 3)).toEqual(['POST /auth/register', 'GET /characters', 'POST /characters']);
  });

  it('ends on a 401, and the next one signs in again', async () => {
    world.status = (name) => (name === 'PUT /characters/:id/activity' ? 401 : undefined);
    await play(await load('real-time'), 3);
    const signIns = names().filter((name) => name === 'POST /auth/sign-in').length;
    expect(signIns).toBe(2);
    for (const [i, name] of names().entries()) {
      if (name === 'PUT /characters/:id/activity') expect([undefined, 'POST /auth/sign-in']).toContain(names()[i + 1]);
    }
  });
});

describe('an arrival', () => {
  it('is one journey without think time; only the first of a VU signs in', async () => {
    await play(await load('database-heavy', 1, { LOADKIT_RATE: '5' }), 50);
    expect(names().filter((name) => name.startsWith('POST /auth/'))).toEqual(['POST /auth/register']);
    expect(world.sleptS).toBe(0);
  });

  it('makes its choices by its number, not by the VU that takes it', async () => {
    const choices = async (vu: number) => {
      world.sent = [];
      await play(await load('database-heavy', vu, { LOADKIT_RATE: '5' }), 20);
      return names();
    };
    expect(await choices(7)).toEqual(await choices(1));
  });
});

describe('a task', () => {
  it("is timed by the game's clocks", async () => {
    await play(await load('fargate-focused'), 1);
    expect(new Set(world.added)).toEqual(new Set(['task is done true', 'task_latency 750']));
  });

  it('that fails fails its check, and has no latency', async () => {
    world.taskStatus = 'failed';
    await play(await load('fargate-focused'), 1);
    expect(new Set(world.added)).toEqual(new Set(['task is done false']));
  });

  it('that never ends is given up after a bounded number of looks', async () => {
    world.taskStatus = 'running';
    await play(await load('fargate-focused', 1, { LOADKIT_RATE: '5' }), 20);
    const given = world.added.filter((entry) => entry === 'task_timeouts 1').length;
    const looks = names().filter((name) => name === 'GET /characters/:id/tasks/:taskId').length;
    expect(new Set(world.added)).toEqual(new Set(['task is done false', 'task_timeouts 1']));
    expect(given).toBeGreaterThan(0);
    expect(looks / given).toBe(11);
    expect(world.sleptS / given).toBeCloseTo(0.5 + 0.8 + 1.28 + 2.048 + 3.2768 + 6 * 4, 3);
  });
});
