import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Stack, startStack } from './stack.ts';

/** The whole of API.md against the whole stack: once with the machine's redis-server, where there is one, and always with the built-in one. */

const hasRedis = ((): boolean => {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

const stacks = [
  { cache: 'built-in RESP server', env: { PATH: '/nowhere' }, skip: false },
  { cache: 'redis-server', env: { PATH: process.env['PATH'] }, skip: !hasRedis },
];

interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

for (const { cache, env, skip } of stacks) {
  describe.skipIf(skip)(`the stack with ${cache}`, () => {
    let stack: Stack;
    let folder: string;
    let token = '';
    let userId = '';
    let characterId = '';

    const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> => {
      const response = await fetch(stack.http + path, {
        method,
        headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), headers: response.headers };
    };

    const register = async (email: string): Promise<Answer> =>
      call('POST', '/auth/register', { email, password: 'correct horse', name: 'Ada' });

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'loadkit-stack-'));
      stack = await startStack({ env, logFile: join(folder, 'stack.log') });
      const ada = await register('ada@example.com');
      token = ada.body['token'] as string;
      userId = ada.body['userId'] as string;
      const created = await call('POST', '/characters', { name: 'Cogsworth', class: 'tinkerer' });
      characterId = created.body['characterId'] as string;
    });

    afterAll(async () => {
      await stack?.stop();
      // Whatever the tests asked for: nothing of it may have been a defect of the game.
      const log = await readFile(join(folder, 'stack.log'), 'utf8');
      await rm(folder, { recursive: true });
      expect(log).toBe('');
    });

    it('says what it is made of', () => {
      expect(stack.notes[0]).toBe('database: dynalite in memory');
      expect(stack.notes[1]).toContain(cache);
    });

    it('health', async () => {
      const { status, body } = await call('GET', '/health', undefined, { authorization: '' });
      expect(status).toBe(200);
      expect(body).toEqual({ status: 'ok', checks: { database: 'ok', cache: 'ok', engine: 'ok' } });
    });

    it('registers an email once, signs in and refreshes', async () => {
      expect((await register('ada@example.com')).status).toBe(409);
      expect((await register('no email')).status).toBe(400);
      expect((await call('POST', '/auth/sign-in', { email: 'ada@example.com', password: 'wrong horse' })).status).toBe(401);
      expect((await call('POST', '/auth/sign-in', { email: 'nobody@example.com', password: 'correct horse' })).status).toBe(401);
      const { status, body } = await call('POST', '/auth/sign-in', { email: ' ADA@example.com', password: 'correct horse' });
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(['expiresInS', 'refreshToken', 'token', 'userId']);
      expect(body['userId']).toBe(userId);
      const refreshed = await call('POST', '/auth/refresh', { refreshToken: body['refreshToken'] });
      expect(refreshed.status).toBe(200);
      expect(Object.keys(refreshed.body).sort()).toEqual(['expiresInS', 'token']);
      expect((await call('POST', '/auth/refresh', { refreshToken: body['token'] })).status).toBe(401);
    });

    it('asks for a valid token', async () => {
      expect((await call('GET', '/characters', undefined, { authorization: '' })).status).toBe(401);
      expect((await call('GET', '/characters', undefined, { authorization: 'Bearer nonsense' })).status).toBe(401);
    });

    it('creates, lists, reads and renames characters', async () => {
      expect((await call('POST', '/characters', { name: 'X', class: 'dragon' })).status).toBe(400);
      const character = (await call('GET', `/characters/${characterId}`)).body;
      expect(character).toMatchObject({
        characterId,
        userId,
        name: 'Cogsworth',
        class: 'tinkerer',
        level: 1,
        experience: 0,
        activity: 'idle',
      });
      expect(Object.keys(character)).toHaveLength(10);
      expect((await call('GET', '/characters')).body['characters']).toEqual([character]);
      const renamed = await call('PATCH', `/characters/${characterId}`, { name: 'Cog' });
      expect(renamed.body).toEqual({ ...character, name: 'Cog' });
      expect((await call('GET', `/characters/${characterId}`)).body['name']).toBe('Cog');
    });

    it("refuses somebody else's character and one that isn't there", async () => {
      for (const [method, rest, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'Mine' }],
        ['PUT', '/activity', { activity: 'combat' }],
        ['POST', '/tasks', { kind: 'combat' }],
        ['POST', '/offline-progress', undefined],
        ['GET', '/inventory', undefined],
      ] as const) {
        expect((await call(method, `/characters/character-001${rest}`, body)).status, `${method} ${rest}`).toBe(403);
        expect((await call(method, `/characters/nobody${rest}`, body)).status, `${method} ${rest}`).toBe(404);
      }
    });

    it('switches the activity', async () => {
      const switched = await call('PUT', `/characters/${characterId}/activity`, { activity: 'harvesting' });
      expect(switched.body).toMatchObject({ activity: 'harvesting', previous: 'idle' });
      const { body } = await call('GET', `/characters/${characterId}/activity`);
      expect(body).toEqual({ activity: 'harvesting', since: switched.body['since'] });
      expect((await call('PUT', `/characters/${characterId}/activity`, { activity: 'sleeping' })).status).toBe(400);
    });

    it('lets the engine work a task', async () => {
      const before = (await call('GET', `/characters/${characterId}`)).body;
      const queued = await call('POST', `/characters/${characterId}/tasks`, { kind: 'combat' });
      expect(queued.status).toBe(202);
      expect(queued.body).toMatchObject({ status: 'queued' });
      const path = `/characters/${characterId}/tasks/${String(queued.body['taskId'])}`;
      await expect.poll(async () => (await call('GET', path)).body, { timeout: 5000 }).toMatchObject({ status: 'done', kind: 'combat' });
      const task = (await call('GET', path)).body as {
        startedAt: number;
        finishedAt: number;
        enqueuedAt: number;
        result: { experience: number };
      };
      expect(task.finishedAt - task.startedAt).toBeGreaterThanOrEqual(95);
      expect(task.startedAt).toBeGreaterThanOrEqual(task.enqueuedAt);
      const after = (await call('GET', `/characters/${characterId}`)).body;
      expect(after['experience']).toBe((before['experience'] as number) + task.result.experience);
      expect((await call('GET', `/characters/${characterId}/tasks/nothing`)).status).toBe(404);
    });

    it('pays offline progress', async () => {
      const { status, body } = await call('POST', `/characters/${characterId}/offline-progress`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        elapsedS: expect.any(Number),
        gained: { experience: expect.any(Number), gold: expect.any(Number), items: [] },
      });
    });

    it('writes the inventory in batches and pages through it', async () => {
      const changes = Array.from({ length: 25 }, (_, index) => ({ itemId: `item-${String(index + 1).padStart(3, '0')}`, quantity: index }));
      expect((await call('POST', `/characters/${characterId}/inventory/batch`, { changes })).body).toEqual({ written: 25 });
      const first = (await call('GET', `/characters/${characterId}/inventory?limit=10`)).body;
      expect(first).toEqual({ items: changes.slice(0, 10), cursor: 'item-010' });
      const second = (await call('GET', `/characters/${characterId}/inventory?limit=100&cursor=${String(first['cursor'])}`)).body;
      expect(second['items']).toHaveLength(15);
      expect(second['cursor']).toBeUndefined();
      for (const bad of [
        [],
        [...changes, { itemId: 'item-099', quantity: 1 }],
        [{ itemId: 'item-001', quantity: -1 }],
        [{ itemId: 'sword', quantity: 1 }],
      ]) {
        expect((await call('POST', `/characters/${characterId}/inventory/batch`, { changes: bad })).status).toBe(400);
      }
      expect((await call('GET', `/characters/${characterId}/inventory?limit=none`)).status).toBe(400);
    });

    it('shows item definitions', async () => {
      const items = (await call('GET', '/items')).body['items'] as Record<string, unknown>[];
      expect(items.map((item) => item['itemId'])).toEqual(
        Array.from({ length: 100 }, (_, index) => `item-${String(index + 1).padStart(3, '0')}`),
      );
      expect((await call('GET', '/items/item-042')).body).toEqual(items[41]);
      expect(Object.keys(items[0] ?? {}).sort()).toEqual(['basePrice', 'itemId', 'kind', 'name']);
      expect((await call('GET', '/items/item-101')).status).toBe(404);
    });

    it('lists open auctions, soonest to end first, page by page, each once', async () => {
      const seen: { auctionId: string; expiresAt: number }[] = [];
      let cursor: string | undefined;
      do {
        const { body } = await call(
          'GET',
          `/market/auctions?limit=50${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        seen.push(...(body['auctions'] as typeof seen));
        cursor = body['cursor'] as string | undefined;
      } while (cursor !== undefined && seen.length < 1000);
      expect(new Set(seen.map((auction) => auction.auctionId)).size).toBe(500);
      expect(seen).toHaveLength(500);
      expect(seen.map((auction) => auction.expiresAt)).toEqual(seen.map((auction) => auction.expiresAt).sort((a, b) => a - b));
      expect((await call('GET', '/market/auctions?cursor=nonsense')).status).toBe(400);
    });

    it('sells, lists by price, and sells once', async () => {
      const offer = { characterId, itemId: 'item-100', quantity: 2, price: 1 };
      const sold = await call('POST', '/market/auctions', offer);
      expect(sold.status).toBe(201);
      const auction = sold.body;
      const { characterId: sellerId, ...terms } = offer;
      expect(auction).toMatchObject({ ...terms, sellerId, status: 'open' });
      expect((await call('GET', `/market/auctions/${String(auction['auctionId'])}`)).body).toEqual(auction);
      const listed = (await call('GET', '/market/items/item-100/auctions?limit=3')).body['auctions'] as { price: number }[];
      expect(listed[0]).toEqual(auction);
      expect(listed.map(({ price }) => price)).toEqual(listed.map(({ price }) => price).sort((a, b) => a - b));
      const cheap = (await call('GET', '/market/items/item-100/auctions?maxPrice=1')).body['auctions'];
      expect(cheap).toEqual([auction]);
      const path = `/market/auctions/${String(auction['auctionId'])}/purchase`;
      const bids = await Promise.all([1, 2, 3, 4].map(() => call('POST', path, { characterId })));
      expect(bids.map((bid) => bid.status).sort()).toEqual([200, 409, 409, 409]);
      expect(bids.find((bid) => bid.status === 200)?.body).toEqual({ ...auction, status: 'sold', buyerId: characterId });
      expect((await call('GET', '/market/items/item-100/auctions?maxPrice=1')).body['auctions']).toEqual([]);
      expect((await call('POST', '/market/auctions/nothing/purchase', { characterId })).status).toBe(404);
      expect((await call('POST', '/market/auctions', { ...offer, price: 0 })).status).toBe(400);
      expect((await call('POST', '/market/auctions', { ...offer, characterId: 'character-001' })).status).toBe(403);
      expect((await call('GET', '/market/auctions/nothing')).status).toBe(404);
    });

    it('keeps guilds and their members', async () => {
      const guilds = (await call('GET', '/guilds')).body['guilds'] as { guildId: string }[];
      expect(guilds.map((guild) => guild.guildId)).toEqual(
        Array.from({ length: 20 }, (_, index) => `guild-${String(index + 1).padStart(2, '0')}`),
      );
      const founded = await call('POST', '/guilds', { name: 'The Rivets', characterId });
      expect(founded.status).toBe(201);
      expect(founded.body).toMatchObject({ name: 'The Rivets', founderId: characterId, memberCount: 1 });
      expect((await call('GET', `/guilds/${String(founded.body['guildId'])}`)).body).toEqual({ ...founded.body, members: [characterId] });
      expect((await call('POST', '/guilds/guild-07/members', { characterId })).status).toBe(201);
      expect((await call('POST', '/guilds/guild-07/members', { characterId })).status).toBe(200);
      const joined = (await call('GET', '/guilds/guild-07')).body;
      expect(joined['memberCount']).toBe(2);
      expect(joined['members']).toEqual(expect.arrayContaining([characterId, 'character-007']));
      expect((await call('DELETE', `/guilds/guild-07/members/${characterId}`)).status).toBe(204);
      expect((await call('GET', '/guilds/guild-07')).body).toMatchObject({ memberCount: 1, members: ['character-007'] });
      expect((await call('DELETE', `/guilds/guild-07/members/${characterId}`)).status).toBe(404);
      expect((await call('GET', '/guilds/nothing')).status).toBe(404);
      expect((await call('POST', '/guilds/nothing/members', { characterId })).status).toBe(404);
    });

    it('ranks by level and by last activity', async () => {
      const { entries } = (await call('GET', '/leaderboards/level?limit=30')).body as {
        entries: { rank: number; level: number; experience: number }[];
      };
      expect(entries.map((entry) => entry.rank)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      expect(entries.map((entry) => entry.experience)).toEqual(entries.map((entry) => entry.experience).sort((a, b) => b - a));
      const active = (await call('GET', '/leaderboards/active?limit=5')).body['entries'] as { characterId: string; lastActiveAt: number }[];
      expect(active).toHaveLength(5);
      expect(active[0]?.characterId).toBe(characterId);
    });

    it('answers as API Gateway does where there is no route, and refuses what is no body', async () => {
      const lost = await call('GET', '/nowhere');
      expect([lost.status, lost.body]).toEqual([403, { message: 'Missing Authentication Token' }]);
      const broken = await fetch(`${stack.http}/auth/sign-in`, { method: 'POST', body: '{' });
      expect([broken.status, await broken.json()]).toEqual([400, { error: 'the body is not valid JSON' }]);
      const long = await fetch(`${stack.http}/auth/sign-in`, { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
      expect(long.status).toBe(413);
    });

    it('keeps the root of a trace', async () => {
      const root = 'Root=1-67891233-abcdef012345678912345678';
      const { headers } = await call('GET', '/health', undefined, { 'x-amzn-trace-id': root });
      expect(headers.get('x-amzn-trace-id')).toBe(root);
      expect((await call('GET', '/health')).headers.get('x-amzn-trace-id')).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    });

    describe('chat', () => {
      const open: WebSocket[] = [];

      /** A connection with the frames it has got; `next` waits for the next one. */
      const connect = async (as: string) => {
        const socket = new WebSocket(`${stack.ws}?token=${as}`);
        open.push(socket);
        const frames: Record<string, unknown>[] = [];
        const waiting: ((frame: Record<string, unknown>) => void)[] = [];
        socket.on('message', (data) => {
          const frame = JSON.parse(String(data)) as Record<string, unknown>;
          const next = waiting.shift();
          if (next === undefined) frames.push(frame);
          else next(frame);
        });
        await once(socket, 'open');
        const next = (): Promise<Record<string, unknown>> =>
          frames.length > 0 ? Promise.resolve(frames.shift() ?? {}) : new Promise((resolve) => void waiting.push(resolve));
        return { socket, next, send: (frame: object) => socket.send(JSON.stringify(frame)) };
      };

      afterAll(() => {
        for (const socket of open) socket.terminate();
      });

      it('refuses a bad token at the handshake', async () => {
        const socket = new WebSocket(`${stack.ws}?token=nonsense`);
        const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
        expect(response.statusCode).toBe(401);
        socket.on('error', () => undefined);
        socket.terminate();
      });

      it('joins, talks, shows presence and leaves', async () => {
        const bobsAccount = (await register('bob@example.com')).body as { token: string; userId: string };
        const ada = await connect(token);
        const bob = await connect(bobsAccount.token);
        ada.send({ action: 'join', channel: 'guild:7' });
        expect(await ada.next()).toEqual({ type: 'joined', channel: 'guild:7', members: [userId] });
        bob.send({ action: 'join', channel: 'guild:7' });
        const joined = await bob.next();
        expect((joined['members'] as string[]).sort()).toEqual([userId, bobsAccount.userId].sort());
        expect(await ada.next()).toEqual({
          type: 'presence',
          channel: 'guild:7',
          userId: bobsAccount.userId,
          online: true,
          at: expect.any(Number),
        });

        bob.send({ action: 'send', channel: 'guild:7', text: 'steam ahead', clientMessageId: 'm1', sentAt: 12.5 });
        const heard = await Promise.all([ada.next(), bob.next()]);
        const message = {
          type: 'message',
          channel: 'guild:7',
          messageId: expect.any(String),
          clientMessageId: 'm1',
          from: bobsAccount.userId,
          text: 'steam ahead',
          sentAt: 12.5,
          at: expect.any(Number),
        };
        expect(heard).toEqual([message, message]);

        ada.send({ action: 'presence', channel: 'guild:7' });
        expect(((await ada.next())['members'] as string[]).sort()).toEqual([userId, bobsAccount.userId].sort());
        ada.send({ action: 'ping', sentAt: 99 });
        expect(await ada.next()).toEqual({ type: 'pong', sentAt: 99 });

        bob.send({ action: 'leave', channel: 'guild:7' });
        expect(await ada.next()).toMatchObject({ type: 'presence', userId: bobsAccount.userId, online: false });
        bob.send({ action: 'send', channel: 'guild:7', text: 'still here?', clientMessageId: 'm2', sentAt: 1 });
        expect(await bob.next()).toEqual({ type: 'error', error: 'join the channel first' });

        bob.send({ action: 'join', channel: 'guild:7' });
        expect(await bob.next()).toMatchObject({ type: 'joined' });
        expect(await ada.next()).toMatchObject({ type: 'presence', online: true });
        bob.socket.close();
        expect(await ada.next()).toMatchObject({ type: 'presence', userId: bobsAccount.userId, online: false });
      });

      it('answers anything else with an error', async () => {
        const ada = await connect(token);
        for (const frame of [
          { action: 'dance' },
          { action: 'join' },
          { action: 'join', channel: 'a b' },
          { action: 'ping', sentAt: {} },
          [],
        ]) {
          ada.send(frame);
          expect(await ada.next()).toMatchObject({ type: 'error', error: expect.any(String) });
        }
      });

      it('closes on a message that is too long', async () => {
        const ada = await connect(token);
        ada.socket.send('x'.repeat(128 * 1024 + 1));
        expect((await once(ada.socket, 'close'))[0]).toBe(1009);
      });

      it('lets nobody post to a connection without credentials, and says when one is gone', async () => {
        const url = `${stack.ws.replace('ws:', 'http:')}/@connections/nobody`;
        expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(403);
        const authorization = 'AWS4-HMAC-SHA256 Credential=local';
        expect((await fetch(url, { method: 'POST', body: 'x', headers: { authorization } })).status).toBe(410);
      });
    });
  });
}
