import { sleep } from 'k6';
import { setTimeout } from 'k6/timers';

/**
 * Waiting, and asking over HTTP, in a VU that may have a socket open.
 *
 * k6 runs a VU's code on one event loop. Blocking calls (`sleep`, `http.request`) are the cheapest, but while one lasts no message of a socket
 * is handled. So a player blocks as long as no socket is open, and takes timers and promises while one is; `await` covers both. State here is
 * per VU: each has its own copy of every module.
 */
let sockets = 0;
let until = Number.POSITIVE_INFINITY;
let closeAll: (() => void)[] = [];

/** True while a socket needs the event loop. */
export const eventLoopNeeded = (): boolean => sockets > 0;

/**
 * Keeps the event loop turning for a socket.
 *
 * @param close called when the VU's time is up: the socket should close
 * @returns to be called once when the socket is closed
 */
export function keepEventLoop(close: () => void): () => void {
  sockets += 1;
  closeAll.push(close);
  return () => {
    sockets -= 1;
    closeAll = closeAll.filter((other) => other !== close);
  };
}

/**
 * Starts afresh, at the start of an iteration: k6 throws away what an interrupted one had open.
 *
 * @param untilMs epoch milliseconds at which k6 will stop this VU: sockets are closed then, since k6 logs a warning for every timer it cuts off
 */
export function startWaiting(untilMs: number): void {
  sockets = 0;
  closeAll = [];
  until = untilMs;
}

/** Waits so many seconds; sockets get their messages meanwhile. */
export function wait(seconds: number): Promise<void> | void {
  if (seconds <= 0) return;
  if (sockets === 0) return sleep(seconds);
  const leftS = (until - Date.now()) / 1000;
  if (seconds < leftS) return timer(seconds);
  return waitPast(leftS, seconds);
}

async function waitPast(leftS: number, seconds: number): Promise<void> {
  if (leftS > 0) await timer(leftS);
  for (const close of closeAll) close();
  sleep(seconds - Math.max(0, leftS));
}

const timer = (seconds: number): Promise<void> => new Promise((done) => void setTimeout(done, seconds * 1000));
