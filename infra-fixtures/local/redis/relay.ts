import { connect, type Socket } from 'node:net';
import { listenTcp, type TcpServer } from './tcp-server.ts';

/** What one connection may have waiting: a server that sends more is held up. */
const WAITING_MAX_BYTES = 4 * 1024 * 1024;

/** Stands before a server of this protocol or any other, and holds up what it answers by `latencyMs`, in order. Requests pass at once. */
export const startRedisRelay = (target: { host: string; port: number }, latencyMs: number): Promise<TcpServer> =>
  listenTcp({ allowHalfOpen: true }, (client, track) => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    track(upstream);
    for (const socket of [client, upstream]) socket.setNoDelay(true);
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream);
    delay(upstream, client, latencyMs);
  });

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
