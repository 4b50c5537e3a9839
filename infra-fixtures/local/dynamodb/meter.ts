import { setTimeout as wait } from 'node:timers/promises';
import { type Charge, writeCharges } from './charges.ts';
import { type ConsumedCapacity, chargesOf, consumedCapacity } from './consumed.ts';
import { EVENTUAL, itemBytes, READ_UNIT_BYTES, writeUnits } from './item.ts';
import type { Refusal } from './limits.ts';
import type { DynamoDbMetrics } from './metrics.ts';
import { asItem, type BatchEntry, batchedKeys, batchedWrites, keysRequest, readEstimate, writesRequest, writtenItem } from './requests.ts';
import { type DynamoDbAnswer, type DynamoDbRequest, type DynamoDbStore, errorAnswer, errorCode, type OnWrite } from './store.ts';
import { applyUpdate, type MeteredTable } from './table.ts';
import { throttlingAnswer } from './throttling.ts';

const MEGABYTE = 1024 * 1024;

interface MeterOptions {
  store: DynamoDbStore;
  tables: readonly MeteredTable[];
  metrics: DynamoDbMetrics;
  /** Milliseconds of a clock that doesn't run backwards. */
  now: () => number;
}

/**
 * Stands between clients and the store: asks the limits before anything is done, adds the waits of the settings, and tells what it came to. A request is
 * admitted on the least that it can take and set right once its true size is known. Tables that are not the game's, and operations that
 * move no items, pass as they are; so do transactions and PartiQL, which the game doesn't use.
 */
export class DynamoDbMeter {
  readonly #store: DynamoDbStore;
  readonly #tables: ReadonlyMap<string, MeteredTable>;
  readonly #metrics: DynamoDbMetrics;
  readonly #now: () => number;

  constructor({ store, tables, metrics, now }: MeterOptions) {
    this.#store = store;
    this.#tables = new Map(tables.map((table) => [table.storedAs, table]));
    this.#metrics = metrics;
    this.#now = now;
  }

  async answer(request: DynamoDbRequest): Promise<DynamoDbAnswer> {
    const { operation, input } = request;
    if (operation === 'BatchGetItem') return this.#batchGet(request);
    if (operation === 'BatchWriteItem') return this.#batchWrite(request);
    const table = this.#tables.get(String(input['TableName']));
    if (table === undefined) return this.#passOn(request);
    switch (operation) {
      case 'GetItem':
      case 'Query':
      case 'Scan':
        return this.#read(table, request);
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return this.#write(table, request);
      default:
        return this.#passOn(request, table);
    }
  }

  /** A store that fails is an internal error of DynamoDB's. */
  async #call(request: DynamoDbRequest, onWrite?: OnWrite): Promise<DynamoDbAnswer> {
    try {
      return await this.#store.call(request, onWrite);
    } catch (error) {
      process.stderr.write(`${request.operation} failed: ${String(error)}\n`);
      return errorAnswer('InternalServerError', 'Internal server error', 500);
    }
  }

  async #passOn(request: DynamoDbRequest, table?: MeteredTable): Promise<DynamoDbAnswer> {
    const answer = await this.#call(request);
    if (answer.status >= 400) this.#failed(answer, table, request.operation);
    else if (table !== undefined && request.operation === 'UpdateTable') applyUpdate(table, request.input);
    return answer;
  }

  async #read(table: MeteredTable, request: DynamoDbRequest): Promise<DynamoDbAnswer> {
    const { operation, input } = request;
    const startedMs = this.#now();
    const estimate = readEstimate(table.definition, operation, input);
    const refusals = table.limits.admit([estimate]);
    if (refusals.length > 0) return this.#refuse(table, operation, refusals);
    const answer = await this.#call({ ...request, input: { ...input, ReturnConsumedCapacity: 'INDEXES' } });
    if (answer.status >= 400) {
      table.limits.settle([estimate], []);
      return this.#failed(answer, table, operation);
    }
    const { ConsumedCapacity, ...body } = answer.body;
    const told = chargesOf('Read', (ConsumedCapacity ?? {}) as ConsumedCapacity, [estimate]);
    // A query that finds nothing takes as much as one that finds the smallest item.
    const charges = told.length === 0 ? [estimate] : told;
    table.limits.settle([estimate], charges);
    this.#metrics.consumed(table.name, 'Read', charges);
    if (operation !== 'GetItem') this.#metrics.returned(table.name, operation, Number(body['Count'] ?? 0));
    await this.#pause(table, bytesRead(charges, estimate.units));
    this.#metrics.served(table.name, operation, this.#now() - startedMs);
    return { status: answer.status, body: withCapacity(body, consumedCapacity(table.storedAs, charges, input['ReturnConsumedCapacity'])) };
  }

  async #write(table: MeteredTable, request: DynamoDbRequest): Promise<DynamoDbAnswer> {
    const { operation, input } = request;
    const startedMs = this.#now();
    const whole = writeCharges(table.definition, null, writtenItem(input));
    // A store that tells of its writes is asked again when all is known; for another one the request has to do.
    const estimates = this.#store.tellsWrites ? whole.slice(0, 1).map((charge) => ({ ...charge, units: 1 })) : whole;
    const refusals = table.limits.admit(estimates);
    if (refusals.length > 0) return this.#refuse(table, operation, refusals);
    const written = this.#exactly(table, operation, estimates);
    const { ReturnConsumedCapacity: wanted, ...rest } = input;
    const asked = this.#store.tellsWrites ? rest : { ...rest, ReturnConsumedCapacity: 'INDEXES' };
    const answer = await this.#call({ ...request, input: asked }, written.onWrite);
    if (written.refused()) return answer;
    if (answer.status >= 400) return this.#writeFailed(table, request, estimates, answer);
    const { ConsumedCapacity, ...body } = answer.body;
    const told = chargesOf('Write', (ConsumedCapacity ?? {}) as ConsumedCapacity, estimates);
    const charges = written.charges() ?? (told.length > 0 ? told : estimates);
    if (written.charges() === null) table.limits.settle(estimates, charges);
    this.#metrics.consumed(table.name, 'Write', charges);
    await this.#pause(table, 0);
    this.#metrics.served(table.name, operation, this.#now() - startedMs);
    return { status: answer.status, body: withCapacity(body, consumedCapacity(table.storedAs, charges, wanted)) };
  }

  /** Admits a write anew by what it truly takes, at the moment when that is known. */
  #exactly(table: MeteredTable, operation: string, estimates: readonly Charge[]) {
    let charges: Charge[] | null = null;
    let refused = false;
    const onWrite: OnWrite = (_, before, after) => {
      const exact = writeCharges(table.definition, before, after);
      table.limits.settle(estimates, []);
      const refusals = table.limits.admit(exact);
      refused = refusals.length > 0;
      if (refused) return this.#refuse(table, operation, refusals);
      charges = exact;
      return null;
    };
    return { onWrite, charges: () => charges, refused: () => refused };
  }

  /** A condition that doesn't hold takes write units all the same, by the item that is there. */
  async #writeFailed(
    table: MeteredTable,
    request: DynamoDbRequest,
    estimates: readonly Charge[],
    answer: DynamoDbAnswer,
  ): Promise<DynamoDbAnswer> {
    if (errorCode(answer) !== 'ConditionalCheckFailedException') {
      table.limits.settle(estimates, []);
      return this.#failed(answer, table, request.operation);
    }
    const [first] = estimates;
    const charges = first === undefined ? [] : [{ ...first, units: await this.#existingUnits(table, request) }];
    table.limits.settle(estimates, charges);
    this.#metrics.consumed(table.name, 'Write', charges);
    this.#metrics.conditionFailed(table.name);
    await this.#pause(table, 0);
    return answer;
  }

  async #existingUnits({ definition }: MeteredTable, { input, headers }: DynamoDbRequest): Promise<number> {
    const item = writtenItem(input);
    const keys = [definition.partitionKey.name, ...(definition.sortKey === undefined ? [] : [definition.sortKey.name])];
    const Key = Object.fromEntries(keys.map((name) => [name, item[name]]));
    // An external store would be asked over the network for what is seldom more than one unit.
    if (!this.#store.tellsWrites) return 1;
    const { body } = await this.#call({ operation: 'GetItem', input: { TableName: input['TableName'], Key }, headers });
    return writeUnits(itemBytes(asItem(body['Item'])));
  }

  async #batchGet(request: DynamoDbRequest): Promise<DynamoDbAnswer> {
    const { input } = request;
    const consistent = (table: string): boolean => {
      const wanted = (input['RequestItems'] as Record<string, { ConsistentRead?: boolean }>)[table];
      return wanted?.ConsistentRead === true;
    };
    return this.#batch(request, {
      kind: 'Read',
      entries: batchedKeys(input),
      chargesOf: ({ definition }, { table, entry }) => [
        readEstimate(definition, 'GetItem', { Key: entry, ConsistentRead: consistent(table) }),
      ],
      asRequest: (entries) => keysRequest(input, entries),
      unprocessed: 'UnprocessedKeys',
    });
  }

  #batchWrite(request: DynamoDbRequest): Promise<DynamoDbAnswer> {
    return this.#batch(request, {
      kind: 'Write',
      entries: batchedWrites(request.input),
      chargesOf: ({ definition }, { entry }) => {
        const { PutRequest, DeleteRequest } = asItem(entry) as { PutRequest?: object; DeleteRequest?: object };
        return writeCharges(definition, null, writtenItem({ ...PutRequest, ...DeleteRequest }));
      },
      asRequest: writesRequest,
      unprocessed: 'UnprocessedItems',
    });
  }

  async #batch(request: DynamoDbRequest, batch: Batch): Promise<DynamoDbAnswer> {
    const startedMs = this.#now();
    const { admitted, refused, estimates } = this.#admitEntries(batch);
    const involved = this.#involved(admitted);
    // AWS counts a batch as throttled, and throws, only when nothing of it could be done.
    if (admitted.length === 0 && refused.length > 0) return this.#refuseBatch(request.operation, refused);
    const exact = new Map<string, Charge[]>();
    const onWrite: OnWrite = (name, before, after) => {
      const table = this.#tables.get(name);
      if (table !== undefined) exact.set(name, [...(exact.get(name) ?? []), ...writeCharges(table.definition, before, after)]);
      return null;
    };
    const input = { ...request.input, RequestItems: batch.asRequest(admitted), ReturnConsumedCapacity: 'INDEXES' };
    const answer = await this.#call({ ...request, input }, onWrite);
    if (answer.status >= 400) {
      for (const table of involved) table.limits.settle(estimates.get(table.storedAs) ?? [], []);
      return this.#failed(answer, involved[0], request.operation);
    }
    const { ConsumedCapacity, ...body } = answer.body;
    const consumed: ConsumedCapacity[] = [];
    for (const table of involved) {
      const told = (ConsumedCapacity as ConsumedCapacity[] | undefined)?.find(({ TableName }) => TableName === table.storedAs) ?? {};
      const charges = this.#settleBatch(table, batch.kind, estimates.get(table.storedAs) ?? [], exact.get(table.storedAs), told);
      const shown = consumedCapacity(table.storedAs, charges, request.input['ReturnConsumedCapacity']);
      if (shown !== undefined) consumed.push(shown);
    }
    await this.#pauseFor(Math.max(0, ...involved.map(({ settings }) => settings.latencyMs)));
    for (const table of involved) this.#metrics.served(table.name, request.operation, this.#now() - startedMs);
    const left = batch.asRequest(refused.map(({ entry }) => entry));
    return {
      status: answer.status,
      body: {
        ...body,
        [batch.unprocessed]: mergeUnprocessed(body[batch.unprocessed] as Unprocessed | undefined, left as Unprocessed),
        ...(consumed.length > 0 && { ConsumedCapacity: consumed }),
      },
    };
  }

  #admitEntries({ entries, chargesOf }: Batch) {
    const admitted: BatchEntry[] = [];
    const refused: { table: MeteredTable; entry: BatchEntry; refusals: Refusal[] }[] = [];
    const estimates = new Map<string, Charge[]>();
    for (const entry of entries) {
      const table = this.#tables.get(entry.table);
      const charges = table === undefined ? [] : chargesOf(table, entry);
      const refusals = table?.limits.admit(charges) ?? [];
      if (table === undefined || refusals.length === 0) {
        admitted.push(entry);
        estimates.set(entry.table, [...(estimates.get(entry.table) ?? []), ...charges]);
      } else {
        refused.push({ table, entry, refusals });
        this.#metrics.throttleEvents(table.name, refusals);
      }
    }
    return { admitted, refused, estimates };
  }

  #involved(entries: readonly BatchEntry[]): MeteredTable[] {
    return [...new Set(entries.map(({ table }) => table))].flatMap((name) => this.#tables.get(name) ?? []);
  }

  #refuseBatch(operation: string, refused: readonly { table: MeteredTable; refusals: Refusal[] }[]): DynamoDbAnswer {
    for (const table of new Set(refused.map((each) => each.table))) this.#metrics.throttledRequest(table.name, operation);
    const { table, refusals } = refused[0] as (typeof refused)[number];
    return throttlingAnswer(table.name, refusals, table.limits.provisioned.length > 0);
  }

  /** What a batch read beyond the smallest items is not told by key, so that partitions keep their estimates. */
  #settleBatch(
    table: MeteredTable,
    kind: Charge['kind'],
    estimates: readonly Charge[],
    exact: readonly Charge[] | undefined,
    told: ConsumedCapacity,
  ): readonly Charge[] {
    const toldOf = chargesOf(kind, told, []);
    // Some stores don't tell what a batch took: then the least that it can have taken stands.
    const charges = exact ?? (toldOf.length > 0 ? toldOf : estimates.map((estimate) => ({ ...estimate, partition: null })));
    if (exact === undefined)
      table.limits.settle(
        estimates.map((estimate) => ({ ...estimate, partition: null })),
        charges,
      );
    else table.limits.settle(estimates, exact);
    if (charges.length > 0) this.#metrics.consumed(table.name, kind, charges);
    return charges;
  }

  #refuse(table: MeteredTable, operation: string, refusals: readonly Refusal[]): DynamoDbAnswer {
    this.#metrics.throttleEvents(table.name, refusals);
    this.#metrics.throttledRequest(table.name, operation);
    return throttlingAnswer(table.name, refusals, table.limits.provisioned.length > 0);
  }

  #failed(answer: DynamoDbAnswer, table: MeteredTable | undefined, operation: string): DynamoDbAnswer {
    if (answer.status < 500) this.#metrics.userError();
    else if (table !== undefined) this.#metrics.systemError(table.name, operation);
    return answer;
  }

  async #pause({ settings }: MeteredTable, scannedBytes: number): Promise<void> {
    await this.#pauseFor(settings.latencyMs + (settings.readMsPerMb * scannedBytes) / MEGABYTE);
  }

  async #pauseFor(ms: number): Promise<void> {
    if (ms >= 1) await wait(ms);
  }
}

interface Batch {
  kind: Charge['kind'];
  entries: readonly BatchEntry[];
  chargesOf(table: MeteredTable, entry: BatchEntry): Charge[];
  asRequest(entries: readonly BatchEntry[]): Record<string, object>;
  unprocessed: 'UnprocessedKeys' | 'UnprocessedItems';
}

/** By table: writes are a list, keys have one. */
type Unprocessed = Record<string, unknown[] | { Keys: unknown[] }>;

/** What the store left, for reasons of its own, and what it was never given. */
const mergeUnprocessed = (left: Unprocessed | undefined, refused: Unprocessed): Unprocessed => {
  const merged: Unprocessed = { ...left };
  for (const [table, more] of Object.entries(refused)) {
    const known = merged[table];
    if (known === undefined) merged[table] = more;
    else if (Array.isArray(known)) merged[table] = [...known, ...(more as unknown[])];
    else merged[table] = { ...known, Keys: [...known.Keys, ...(more as { Keys: unknown[] }).Keys] };
  }
  return merged;
};

const withCapacity = (body: Record<string, unknown>, capacity: ConsumedCapacity | undefined): Record<string, unknown> =>
  capacity === undefined ? body : { ...body, ConsumedCapacity: capacity };

/** To the next 4 KB; `smallest` is the charge of the smallest read, which tells consistent reads from others. */
const bytesRead = (charges: readonly Charge[], smallest: number): number =>
  charges.reduce((sum, { units }) => sum + units, 0) * READ_UNIT_BYTES * (smallest === EVENTUAL ? 1 / EVENTUAL : 1);
