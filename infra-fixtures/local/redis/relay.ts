import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface RedisRelay {
  port: number;
  stop(): Promise<void>;
}

/** What one connection may have waiting: a server that sends more is held up. */
const WAITING_MAX_BYTES = 4 * 1024 * 1024;

/** Stands before a server of this protocol or any other, and holds up what it answers by `latencyMs`, in order. Requests pass at once. */
export const startRedisRelay = async (target: { host: string; port: number }, latencyMs: number): Promise<RedisRelay> => {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream);
    delay(upstream, client, latencyMs);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** Each chunk goes on when its time has come; one timer is set, for the first of them. */
const delay = (from: Socket, to: Socket, latencyMs: number): void => {
  const waiting: { chunk: Buffer | null; dueMs: number }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    const [first] = waiting;
    timer = first === undefined ? undefined : setTimeout(release, Math.max(0, first.dueMs - performance.now()));
  };
  const release = (): void => {
    const nowMs = performance.now();
    // Timers count in whole milliseconds and may come that much early.
    while (waiting[0] !== undefined && waiting[0].dueMs <= nowMs) {
      const chunk = waiting.shift()?.chunk ?? null;
      if (chunk === null) to.end();
      else {
        bytes -= chunk.length;
        to.write(chunk);
      }
    }
    if (bytes < WAITING_MAX_BYTES) from.resume();
    schedule();
  };
  const push = (chunk: Buffer | null): void => {
    waiting.push({ chunk, dueMs: performance.now() + latencyMs });
    bytes += chunk?.length ?? 0;
    if (bytes >= WAITING_MAX_BYTES) from.pause();
    if (timer === undefined) schedule();
  };
  from.on('data', push);
  from.on('end', () => push(null));
  to.on('close', () => {
    clearTimeout(timer);
    waiting.length = 0;
  });
};
