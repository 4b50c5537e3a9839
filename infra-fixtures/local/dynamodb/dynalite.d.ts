/** The inside of dynalite 4.0.0, which brings no types: what in-memory-dynamodb.ts uses of it. Source: https://github.com/architect/dynalite */

declare module 'dynalite/db/index.js' {
  import type { WireItem } from './item.ts';

  /** Handed from the actions to what they call, and otherwise dynalite's own affair. */
  export interface DynaliteStore {
    getItemDb(table: string): object;
  }
  interface Table {
    TableName: string;
  }
  interface Db {
    create(options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }): DynaliteStore;
    /** Called by the actions that write, when all is checked and before anything is written; what `done` is given is the answer then. */
    updateIndexes(
      store: DynaliteStore,
      table: Table,
      before: WireItem | null | undefined,
      after: WireItem | null | undefined,
      done: (error?: object) => void,
    ): void;
    /** What the answer says of consumed capacity; undefined where the client didn't ask. */
    addConsumedCapacity(
      request: { TableName: string; ReturnConsumedCapacity?: string; ConsistentRead?: boolean },
      isRead: boolean,
      item: WireItem | null | undefined,
      other?: WireItem | null,
    ): object | undefined;
  }
  const db: Db;
  export default db;
}

declare module 'dynalite/validations/index.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';

  interface Validations {
    /** @throws an error with `statusCode` and `body` */
    checkTypes(data: object, types: object): object;
    checkValidations(data: object, types: object, custom: unknown, store: DynaliteStore): void;
  }
  const validations: Validations;
  export default validations;
}
