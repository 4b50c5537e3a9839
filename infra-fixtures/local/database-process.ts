import { runChild } from './child.ts';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from './in-memory-dynamodb.ts';
import { createWorld, deleteTables } from './tables.ts';
import { startTimeToLive } from './time-to-live.ts';

/**
 * The database's process: dynalite in memory, or a DynamoDB endpoint that is there already (AWS_ENDPOINT_URL_DYNAMODB). Tells the endpoint as soon as it
 * listens (`listening`), and is ready when tables and seed are in place.
 */

// dynalite throws when a client goes away in the middle of a request, as a function that crashes does. That must not take the database with it.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET') return;
  process.stderr.write(`${error.stack ?? String(error)}\n`);
  process.exit(1);
});

const useExternal = (endpoint: string): InMemoryDynamoDb => ({ endpoint, stop: deleteTables });

await runChild(async (send) => {
  const external = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const { endpoint, stop } = external === undefined ? await startInMemoryDynamoDb() : useExternal(external);
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
