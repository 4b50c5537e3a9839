import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

export interface InMemoryDynamoDb {
  endpoint: string;
  stop(): Promise<void>;
}

/** dynalite must never be the first to close a connection that a client is about to use; the clients' agents let go after a minute at most. */
const KEEP_ALIVE_MS = 120_000;

/** dynalite on a free port of 127.0.0.1, in memory. */
export const startInMemoryDynamoDb = async (): Promise<InMemoryDynamoDb> => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections(); // clients that keep theirs open would be waited for
      }),
  };
};
