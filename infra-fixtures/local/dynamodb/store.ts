import type { WireItem } from './item.ts';

/** What keeps the tables: takes an operation of DynamoDB by its name with its input, and gives what goes back to the client. */
export interface DynamoDbStore {
  /** Where it can be reached by HTTP itself, unmetered. */
  endpoint: string;
  /**
   * `onWrite` is called for every item that is about to be written or deleted, when all is checked and nothing done, by a store that knows the item before
   * and after. What it returns instead of null is the answer then, and the item stays as it is; within a batch it has to return null.
   */
  call(request: DynamoDbRequest, onWrite?: OnWrite): Promise<DynamoDbAnswer>;
  /** Whether `onWrite` is called. */
  tellsWrites: boolean;
  stop(): Promise<void>;
}

export interface DynamoDbRequest {
  operation: string;
  input: Record<string, unknown>;
  /** As the client signed them. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface DynamoDbAnswer {
  status: number;
  body: Record<string, unknown>;
}

export type OnWrite = (table: string, before: WireItem | null, after: WireItem | null) => DynamoDbAnswer | null;

/** An answer that is an error, by its shape's name in the service's model. */
export const errorAnswer = (code: string, message: string, status = 400, more: object = {}): DynamoDbAnswer => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message, ...more },
});

/** The shape's name of an error; null for an answer that is none. */
export const errorCode = ({ status, body }: DynamoDbAnswer): string | null =>
  status < 400 ? null : (/[^#]*$/.exec(String(body['__type'] ?? ''))?.[0] ?? '');
