import type { Socket } from 'node:net';
import { KeyValueStore, RespError } from './key-value-store.ts';
import { RespStatistics } from './resp-info.ts';
import { listenTcp, type TcpServer } from './tcp-server.ts';

/**
 * A small Redis for machines without one: RESP2, and exactly the commands that the game and its client use. One connection's commands are answered in
 * order; BLMOVE holds up its own connection and no other. Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export type RespServer = TcpServer;

export interface RespServerOptions {
  /** Upper bound of keys and values in bytes, as `maxmemory` with `volatile-lru`. */
  memoryMaxBytes: number;
  /** As `maxclients`: those who come later are told so and let go. */
  clientsMax?: number;
}

/** Redis's own default: https://redis.io/docs/latest/develop/reference/clients/ */
const CLIENTS_MAX = 10_000;

type Reply = string | number | null | readonly (string | readonly string[])[] | { ok: string };
const OK = { ok: 'OK' };
const NIL = '$-1\r\n';

/** Of a connection that waits for an element of a list: looks again. */
type Waiter = () => void;

/** A request that is longer than this is no request of the game's. */
const REQUEST_MAX_BYTES = 1024 * 1024;
/** Commands that one connection may have waiting behind a BLMOVE. The game's has none. */
const WAITING_MAX = 1000;

/** What the connections of one server share. */
interface Shared {
  store: KeyValueStore;
  waiters: Set<Waiter>;
  statistics: RespStatistics;
  /** The answer to INFO. */
  info(): string;
}

/** Listens on a free port of 127.0.0.1. */
export const startRespServer = async ({ memoryMaxBytes, clientsMax = CLIENTS_MAX }: RespServerOptions): Promise<RespServer> => {
  const store = new KeyValueStore(memoryMaxBytes);
  const statistics = new RespStatistics();
  const clients = new Set<Socket>();
  const info = (): string => statistics.info(store, { clients: clients.size, clientsMax, memoryMaxBytes });
  const shared: Shared = { store, waiters: new Set(), statistics, info };
  return listenTcp({}, (socket) => {
    socket.on('close', () => clients.delete(socket));
    if (clients.size >= clientsMax) {
      statistics.connectionsRejected++;
      socket.on('error', () => socket.destroy());
      socket.resume().end('-ERR max number of clients reached\r\n');
      return;
    }
    statistics.connectionsReceived++;
    clients.add(socket);
    serve(socket, shared);
  });
};

const serve = (socket: Socket, shared: Shared): void => {
  const { store, waiters, statistics } = shared;
  const parser = new RequestParser();
  const waiting: string[][] = [];
  let blocked = false;
  let abandon = (): void => undefined;
  socket.setNoDelay(true);

  const reply = (text: string): void => {
    statistics.bytesOut += Buffer.byteLength(text);
    socket.write(text);
  };
  /** Answers at once when there is an element (or the move is a mistake), else when one comes or the time is up (0: never). */
  const moveWhenThere = ([source = '', destination = '', from = '', to = '', timeoutS = '']: readonly string[]): void => {
    const move = (): string => encodeResult(() => store.move(source, destination, from, to));
    const first = move();
    if (first !== NIL) {
      reply(first);
      return;
    }
    const settle = (text: string): void => {
      abandon();
      blocked = false;
      reply(text);
      drain();
    };
    const timer = Number(timeoutS) > 0 ? setTimeout(() => settle(NIL), Number(timeoutS) * 1000) : undefined;
    const wake = (): void => {
      const moved = move();
      if (moved !== NIL) settle(moved);
    };
    abandon = () => {
      clearTimeout(timer);
      waiters.delete(wake);
    };
    waiters.add(wake);
    blocked = true;
  };
  const drain = (): void => {
    while (!blocked) {
      const request = waiting.shift();
      if (request === undefined) return;
      const [name = '', ...args] = request;
      const command = name.toUpperCase();
      const startedMs = performance.now();
      if (command === 'BLMOVE') moveWhenThere(args);
      else reply(encodeResult(() => run(shared, command, args)));
      if (COMMANDS.has(command)) statistics.ran(command, (performance.now() - startedMs) * 1000);
      for (const wake of waiters) wake();
    }
  };

  socket.on('data', (chunk: Buffer) => {
    statistics.bytesIn += chunk.length;
    try {
      waiting.push(...parser.push(chunk));
      drain();
      if (waiting.length > WAITING_MAX) throw new Error('too many commands behind one that blocks');
    } catch (error) {
      socket.end(`-ERR Protocol error: ${(error as Error).message}\r\n`);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => abandon());
};

const COMMANDS: ReadonlySet<string> = new Set(
  'PING INFO CLIENT GET SET DEL SCAN EXISTS SADD SREM SMEMBERS HSET HDEL HGETALL LPUSH LREM LMOVE BLMOVE'.split(' '),
);

/** Every command but BLMOVE, in capitals: what it answers. @throws RespError for what the client did wrong */
const run = ({ store, info }: Shared, command: string, args: readonly string[]): Reply => {
  const [key = '', ...rest] = args;
  switch (command) {
    case 'PING':
      return { ok: 'PONG' };
    case 'INFO':
      return info();
    case 'CLIENT':
      return OK;
    case 'GET':
      return store.get(key);
    case 'SET':
      store.set(key, rest[0] ?? '', expiryMs(rest.slice(1)));
      return OK;
    case 'DEL':
      return store.delete(args);
    case 'SCAN':
      return ['0', store.keysBeginningWith(scannedPrefix(rest))];
    case 'EXISTS':
      return store.exists(args);
    case 'SADD':
      return store.addMembers(key, rest);
    case 'SREM':
      return store.removeMembers(key, rest);
    case 'SMEMBERS':
      return store.members(key);
    case 'HSET':
      return store.setFields(key, rest);
    case 'HDEL':
      return store.deleteFields(key, rest);
    case 'HGETALL':
      return store.fields(key);
    case 'LPUSH':
      return store.pushLeft(key, rest);
    case 'LREM':
      return store.removeElements(key, Number(rest[0]), rest[1] ?? '');
    case 'LMOVE':
      return store.move(key, rest[0] ?? '', rest[1] ?? '', rest[2] ?? '');
    default:
      throw new RespError(`ERR unknown command '${command.slice(0, 40)}'`);
  }
};

/** Of `MATCH prefix* COUNT n`, which is all that is asked of SCAN here; the answer is always whole. */
const scannedPrefix = (options: readonly string[]): string => {
  const pattern = /^([^*?[\]\\]*)\*$/.exec(options[0]?.toUpperCase() === 'MATCH' ? (options[1] ?? '') : '');
  if (pattern === null) throw new RespError('ERR syntax error');
  return pattern[1] ?? '';
};

const expiryMs = (options: readonly string[]): number | null => {
  if (options.length === 0) return null;
  const [unit = '', amount = ''] = options;
  const seconds = Number(amount);
  if (options.length !== 2 || unit.toUpperCase() !== 'EX' || !Number.isInteger(seconds) || seconds < 1)
    throw new RespError('ERR syntax error');
  return seconds * 1000;
};

const encodeResult = (command: () => Reply): string => {
  try {
    return encode(command());
  } catch (error) {
    if (error instanceof RespError) return `-${error.message}\r\n`;
    throw error;
  }
};

const encode = (reply: Reply): string => {
  if (reply === null) return NIL;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if ('ok' in reply) return `+${reply.ok}\r\n`;
  return `*${reply.length}\r\n${reply.map((part) => encode(part)).join('')}`;
};

/** Requests are arrays of bulk strings: `*<n>\r\n` and n times `$<bytes>\r\n<bytes>\r\n`. */
class RequestParser {
  #buffer: Buffer = Buffer.alloc(0);

  /** The requests that are complete with this chunk. @throws Error when the bytes are no request, or an endless one */
  push(chunk: Buffer): string[][] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const requests: string[][] = [];
    for (let request = this.#next(); request !== null; request = this.#next()) requests.push(request);
    if (this.#buffer.length > REQUEST_MAX_BYTES) throw new Error('request is too long');
    return requests;
  }

  #next(): string[] | null {
    const head = this.#line(0, '*');
    if (head === null) return null;
    const parts: string[] = [];
    let at = head.end;
    for (let part = 0; part < head.value; part++) {
      const size = this.#line(at, '$');
      if (size === null || this.#buffer.length < size.end + size.value + 2) return null;
      parts.push(this.#buffer.toString('utf8', size.end, size.end + size.value));
      at = size.end + size.value + 2;
    }
    this.#buffer = this.#buffer.subarray(at);
    return parts;
  }

  /** The number of a line that has to begin with `prefix`; null while its end is missing. */
  #line(at: number, prefix: '*' | '$'): { value: number; end: number } | null {
    if (at >= this.#buffer.length) return null;
    if (this.#buffer[at] !== prefix.charCodeAt(0)) throw new Error(`expected '${prefix}'`);
    const end = this.#buffer.indexOf('\r\n', at);
    if (end === -1) return null;
    const value = Number(this.#buffer.toString('latin1', at + 1, end));
    if (!Number.isInteger(value) || value < 0 || value > REQUEST_MAX_BYTES) throw new Error('invalid length');
    return { value, end: end + 2 };
  }
}
