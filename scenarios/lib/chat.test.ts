import { beforeEach, describe, expect, it, vi } from 'vitest';

/** A k6 in which sockets and timers do what the test says. */
const world = vi.hoisted(() => ({
  nowMs: 1_000_000,
  added: [] as string[],
  timers: [] as { run: () => void; ms: number; cleared: boolean }[],
  sockets: [] as FakeSocket[],
}));

class FakeSocket {
  readonly url: string;
  readonly params: { headers: Record<string, string>; tags: Record<string, string> };
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  closeCalls = 0;
  private readonly listeners = new Map<string, (event: unknown) => void>();

  constructor(url: string, _protocols: null, params: FakeSocket['params']) {
    this.url = url;
    this.params = params;
    world.sockets.push(this);
  }
  addEventListener(name: string, listener: (event: unknown) => void) {
    this.listeners.set(name, listener);
  }
  send(frame: string) {
    if (this.readyState !== 1) throw new Error('InvalidStateError');
    this.sent.push(JSON.parse(frame));
  }
  close() {
    if (this.readyState === 0) throw new Error('k6 would wait here forever');
    this.closeCalls += 1;
    this.readyState = 2;
  }
  opens() {
    this.readyState = 1;
    this.listeners.get('open')?.({});
  }
  says(frame: object, afterMs = 0) {
    world.nowMs += afterMs;
    this.listeners.get('message')?.({ data: JSON.stringify(frame), timestamp: world.nowMs });
  }
  closes() {
    this.readyState = 3;
    this.listeners.get('close')?.({});
  }
  /** Opens, and the server lets the player in. */
  joins() {
    this.opens();
    this.says({ type: 'joined', channel: 'c', members: 1 });
  }
}

vi.mock('k6', () => ({
  sleep: () => {},
  check(value: unknown, checks: Record<string, (value: unknown) => boolean>) {
    for (const [name, holds] of Object.entries(checks)) world.added.push(`${name} ${holds(value)}`);
  },
}));
vi.mock('k6/timers', () => ({
  setTimeout: (run: () => void, ms: number) => world.timers.push({ run, ms, cleared: false }),
  clearTimeout(id: number) {
    const timer = world.timers[id - 1];
    if (timer) timer.cleared = true;
  },
}));
vi.mock('k6/websockets', () => ({ WebSocket: FakeSocket }));
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
vi.mock('./trace.ts', () => ({ traceHeader: () => 'Root=1-0-0' }));
vi.stubGlobal('__ENV', {});

const { Chat } = await import('./chat.ts');
const { eventLoopNeeded } = await import('./waiting.ts');

const player = { settings: { wsUrl: 'ws://127.0.0.1:9' }, token: 'a b', userId: 'u1', chat: () => 0.5 } as never;
const socket = (index: number): FakeSocket => {
  const found = world.sockets.at(index);
  if (!found) throw new Error('no such socket');
  return found;
};
/** Runs the timer that was set last, as if its time had come. */
const runTimer = (): number => {
  const timer = world.timers.at(-1);
  if (!timer || timer.cleared) throw new Error('no timer is waiting');
  timer.run();
  return timer.ms;
};

beforeEach(() => {
  Object.assign(world, { nowMs: 1_000_000, added: [], timers: [], sockets: [] });
  vi.spyOn(Date, 'now').mockImplementation(() => world.nowMs);
});

describe('a connection to the chat', () => {
  it('shows the token, has a name without it, is traced, and joins its channel', () => {
    new Chat(player, 'c', { joined: () => {} });
    socket(0).joins();
    expect(socket(0).url).toBe('ws://127.0.0.1:9?token=a%20b');
    expect(socket(0).params).toEqual({ headers: { 'X-Amzn-Trace-Id': 'Root=1-0-0' }, tags: { name: 'WS chat' } });
    expect(socket(0).sent).toEqual([{ action: 'join', channel: 'c' }]);
    expect(world.added).toEqual(['chat connects true']);
  });

  it('times its own messages as round trips and those of others as fan-out', () => {
    const chat = new Chat(player, 'c', { joined: () => {} });
    socket(0).joins();
    chat.say('hello');
    const { clientMessageId, sentAt } = socket(0).sent[1] as { clientMessageId: string; sentAt: number };
    socket(0).says({ type: 'message', clientMessageId, sentAt }, 12);
    socket(0).says({ type: 'message', clientMessageId: 'u2-1', sentAt: world.nowMs - 30 });
    expect(world.added.slice(1)).toEqual(['chat_round_trip 12', 'chat message comes back true', 'chat_fanout_lag 30']);
  });

  it("takes a lag below zero for another machine's clock, and the echo of a lost message for nothing", () => {
    new Chat(player, 'c', { joined: () => {} });
    socket(0).joins();
    socket(0).says({ type: 'message', clientMessageId: 'u2-1', sentAt: world.nowMs + 5 });
    socket(0).says({ type: 'message', clientMessageId: 'u1-999', sentAt: world.nowMs - 20_000 });
    expect(world.added).toEqual(['chat connects true']);
  });

  it('gives a message up that has not come back in time', () => {
    const chat = new Chat(player, 'c', { joined: () => {} });
    socket(0).joins();
    chat.say('lost');
    world.nowMs += 10_001;
    chat.say('the next');
    expect(world.added.slice(1)).toEqual(['chat message comes back false']);
  });

  it('falls silent when nothing comes back', () => {
    const chat = new Chat(player, 'c', { joined: () => {} });
    socket(0).joins();
    for (let i = 0; i < 80; i += 1) chat.say('hello?');
    expect(socket(0).sent).toHaveLength(1 + 50);
  });

  it('times presence', () => {
    const chat = new Chat(player, 'c', { joined: () => {} });
    socket(0).joins();
    chat.askPresence();
    socket(0).says({ type: 'members', channel: 'c', members: ['u1'] }, 7);
    socket(0).says({ type: 'presence', channel: 'c', userId: 'u2', online: true, at: 0 });
    expect(world.added.slice(1)).toEqual(['chat_presence_round_trip 7']);
  });

  it('comes back after being closed, waiting longer each time up to half a minute, and at once again after success', () => {
    const heard: string[] = [];
    new Chat(player, 'c', { joined: () => heard.push('joined'), dropped: () => heard.push('dropped') });
    socket(-1).joins();
    const pausesMs: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      socket(-1).closes();
      pausesMs.push(runTimer());
    }
    expect(pausesMs).toEqual([750, 1500, 3000, 6000, 12_000, 22_500, 22_500, 22_500]);
    expect(world.added.filter((entry) => entry === 'ws_reconnects 1')).toHaveLength(8);
    expect(world.added.filter((entry) => entry === 'chat connects false')).toHaveLength(7);
    socket(-1).joins();
    socket(-1).closes();
    expect(runTimer()).toBe(750);
    expect(heard).toEqual(['joined', 'dropped', 'joined', 'dropped']);
  });

  it('says nothing while it is down', () => {
    const chat = new Chat(player, 'c', { joined: () => {} });
    chat.say('too early');
    chat.askPresence();
    socket(0).joins();
    socket(0).closes();
    chat.say('too late');
    expect(socket(0).sent).toEqual([{ action: 'join', channel: 'c' }]);
  });
});

describe('leaving the chat', () => {
  it('closes the socket, and lets the event loop go when it is closed', () => {
    const ended = vi.fn();
    const chat = new Chat(player, 'c', { joined: () => {}, ended });
    socket(0).joins();
    chat.leave();
    chat.leave();
    expect(socket(0).closeCalls).toBe(1);
    expect(ended).not.toHaveBeenCalled();
    socket(0).closes();
    expect(ended).toHaveBeenCalledOnce();
    expect(world.timers).toEqual([]);
    expect(world.added).toEqual(['chat connects true']);
  });

  it('waits for a socket that is still connecting', () => {
    const chat = new Chat(player, 'c', { joined: () => {} });
    chat.leave();
    expect(socket(0).closeCalls).toBe(0);
    socket(0).opens();
    expect(socket(0).closeCalls).toBe(1);
    expect(socket(0).sent).toEqual([]);
  });

  it('ends at once between two connections', () => {
    const ended = vi.fn();
    const chat = new Chat(player, 'c', { joined: () => {}, ended });
    socket(0).closes();
    chat.leave();
    expect(ended).toHaveBeenCalledOnce();
    expect(world.timers[0]?.cleared).toBe(true);
  });

  it('has released the event loop in every one of these cases', async () => {
    const { startWaiting } = await import('./waiting.ts');
    startWaiting(Number.POSITIVE_INFINITY);
    const chats = [0, 1, 2].map(() => new Chat(player, 'c', { joined: () => {} }));
    expect(eventLoopNeeded()).toBe(true);
    socket(0).joins();
    socket(1).closes();
    for (const chat of chats) chat.leave();
    socket(0).closes();
    expect(eventLoopNeeded()).toBe(true);
    socket(2).opens();
    socket(2).closes();
    expect(eventLoopNeeded()).toBe(false);
  });
});
