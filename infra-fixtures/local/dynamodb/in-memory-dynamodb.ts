import { createRequire } from 'node:module';
import db, { type DynaliteStore } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { serveDynamoDb } from './http.ts';
import { itemBytes, readUnits, writeUnits } from './item.ts';
import { type DynamoDbAnswer, type DynamoDbStore, errorAnswer, type OnWrite } from './store.ts';

/**
 * dynalite in memory. Its operations are called directly rather than through its HTTP server, so that what stands in front of it costs no second request; and two of
 * its functions are replaced, because it knows neither that an index costs write units nor that text is counted in bytes.
 */

/** https://github.com/architect/dynalite#readme ; what is not in the list is an unknown operation, as for dynalite. */
const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'ListTagsOfResource',
  'UpdateItem',
  'UpdateTable',
] as const;

type Action = (store: DynaliteStore, data: object, done: (error: unknown, result?: Record<string, unknown>) => void) => void;
interface Operation {
  act: Action;
  types: object;
  custom: unknown;
}

const require = createRequire(import.meta.url);
const operations = new Map<string, Operation>(
  OPERATIONS.map((name) => {
    const file = name.charAt(0).toLowerCase() + name.slice(1);
    const { types, custom } = require(`dynalite/validations/${file}.js`) as Pick<Operation, 'types' | 'custom'>;
    return [name, { act: require(`dynalite/actions/${file}.js`) as Action, types, custom }];
  }),
);

/** The store that one request is given: dynalite's own, and who is to hear of its writes. dynalite hands it on to where the writes are done. */
interface ObservedStore extends DynaliteStore {
  onWrite?: OnWrite;
}

const { updateIndexes } = db;
db.updateIndexes = (store: ObservedStore, table, before, after, done) => {
  const refused = store.onWrite?.(table.TableName, before ?? null, after ?? null) ?? null;
  if (refused === null) updateIndexes(store, table, before, after, done);
  else done({ statusCode: refused.status, body: refused.body });
};

/** Of the table alone: what a write takes from indexes is worked out by those who listen to it. */
db.addConsumedCapacity = ({ TableName, ReturnConsumedCapacity, ConsistentRead }, isRead, item, other) => {
  if (ReturnConsumedCapacity === undefined || ReturnConsumedCapacity === 'NONE') return undefined;
  const bytes = Math.max(item == null ? 0 : itemBytes(item), other == null ? 0 : itemBytes(other));
  const CapacityUnits = isRead ? readUnits(bytes, ConsistentRead === true) : writeUnits(bytes);
  return { TableName, CapacityUnits, ...(ReturnConsumedCapacity === 'INDEXES' && { Table: { CapacityUnits } }) };
};

export type InMemoryDynamoDb = DynamoDbStore;

/** Listens on a free port of 127.0.0.1 too, for those who are not to be metered. */
export const startInMemoryDynamoDb = async (): Promise<InMemoryDynamoDb> => {
  const store = db.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const call: DynamoDbStore['call'] = ({ operation, input }, onWrite) => perform(store, operation, input, onWrite);
  const { endpoint, stop } = await serveDynamoDb(call);
  return { endpoint, call, tellsWrites: true, stop };
};

const perform = (store: DynaliteStore, name: string, input: object, onWrite: OnWrite | undefined): Promise<DynamoDbAnswer> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      const { statusCode, body } = error as { statusCode?: number; body?: Record<string, unknown> };
      if (statusCode === undefined || body === undefined) reject(error);
      else resolve({ status: statusCode, body });
    };
    const operation = operations.get(name);
    if (operation === undefined) return resolve(errorAnswer('UnknownOperationException', `unknown operation ${name}`));
    try {
      const data = validations.checkTypes(input, operation.types);
      validations.checkValidations(data, operation.types, operation.custom, store);
      const observed: ObservedStore = onWrite === undefined ? store : Object.assign(Object.create(store) as DynaliteStore, { onWrite });
      operation.act(observed, data, (error, result) => (error ? fail(error) : resolve({ status: 200, body: result ?? {} })));
    } catch (error) {
      fail(error);
    }
  });
