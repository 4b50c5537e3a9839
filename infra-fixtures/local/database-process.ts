import { environment } from '../game/environment.ts';
import { runChild } from './child.ts';
import { externalDynamoDb } from './dynamodb/external-dynamodb.ts';
import { startDynamoDbFront } from './dynamodb/front.ts';
import { startInMemoryDynamoDb } from './dynamodb/in-memory-dynamodb.ts';
import { createWorld, deleteTables } from './dynamodb/tables.ts';
import { startTimeToLive } from './dynamodb/time-to-live.ts';
import { readSettings } from './settings.ts';
import { startPlatform } from './telemetry/platform.ts';

/**
 * The database's process: dynalite in memory, or a DynamoDB endpoint that is there already (AWS_ENDPOINT_URL_DYNAMODB), behind a front that limits and meters
 * it. Tells the front's endpoint as soon as it listens (`listening`), and is ready when tables and seed are in place.
 */
await runChild(async (send) => {
  const external = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const settings = readSettings(process.env);
  const platform = startPlatform(process.env['TELEMETRY_ENDPOINT']);
  const store = external === undefined ? await startInMemoryDynamoDb() : externalDynamoDb(external);
  const front = await startDynamoDbFront({
    store,
    names: environment().tables,
    settings: settings.tables,
    platform,
    periodS: settings.telemetry.periodS,
  });
  // The seed and the time to live go behind the front: AWS throttles and counts neither, and the game has no part in them.
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = store.endpoint;
  send({ type: 'listening', endpoint: front.endpoint });
  await createWorld(Date.now(), settings.tables);
  const stopTimeToLive = startTimeToLive(front.expired);
  return {
    stop: async () => {
      stopTimeToLive();
      await front.stop();
      if (external !== undefined) await deleteTables();
      await store.stop();
      await platform.stop();
    },
  };
});
