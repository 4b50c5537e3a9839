import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { runChild } from './child.ts';
import { createWorld, deleteTables } from './tables.ts';
import { startTimeToLive } from './time-to-live.ts';

/**
 * The database's process: dynalite in memory, or a DynamoDB endpoint that is there already (AWS_ENDPOINT_URL_DYNAMODB). Tells the endpoint as soon as it
 * listens (`listening`), and is ready when tables and seed are in place.
 */

/** dynalite must never be the first to close a connection that a client is about to use; the clients' agents let go after a minute at most. */
const KEEP_ALIVE_MS = 120_000;

// dynalite throws when a client goes away in the middle of a request, as a function that crashes does. That must not take the database with it.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET') return;
  process.stderr.write(`${error.stack ?? String(error)}\n`);
  process.exit(1);
});

const startDynalite = async (): Promise<{ endpoint: string; stop(): Promise<void> }> => {
  const server = dynalite({ createTableMs: 0 });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  // In memory: there is nothing to save, and its own close would wait for clients to hang up.
  return { endpoint: `http://127.0.0.1:${port}`, stop: async () => server.closeAllConnections() };
};

const useExternal = (endpoint: string): { endpoint: string; stop(): Promise<void> } => ({ endpoint, stop: deleteTables });

await runChild(async (send) => {
  const external = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const { endpoint, stop } = external === undefined ? await startDynalite() : useExternal(external);
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  send({ type: 'listening', endpoint });
  await createWorld(Date.now());
  const stopTimeToLive = startTimeToLive();
  return {
    stop: async () => {
      stopTimeToLive();
      await stop();
    },
  };
});
