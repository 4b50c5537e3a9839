import type { TableName } from '../../game/definition.ts';
import { indexDimensions, operationDimensions, tableDimensions } from '../names.ts';
import type { Dimensions, Platform } from '../telemetry/platform.ts';
import type { Charge } from './charges.ts';
import { unitsByIndex } from './consumed.ts';
import type { Capacity, Refusal } from './limits.ts';

const NAMESPACE = 'AWS/DynamoDB';

/**
 * What DynamoDB tells CloudWatch, in its own words. A metric is told only when there is something to tell: on AWS one without activity has no datapoints.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export class DynamoDbMetrics {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** One observation for each table and index that the request took from. */
  consumed(table: TableName, kind: Charge['kind'], charges: readonly Charge[]): void {
    for (const [index, units] of unitsByIndex(charges)) this.#count(`Consumed${kind}CapacityUnits`, dimensionsOf(table, index), units);
  }

  served(table: TableName, operation: string, latencyMs: number): void {
    this.#platform.metric(NAMESPACE, 'SuccessfulRequestLatency', operationDimensions(table, operation), latencyMs, 'Milliseconds');
  }

  /** Of queries and scans. */
  returned(table: TableName, operation: string, items: number): void {
    this.#count('ReturnedItemCount', operationDimensions(table, operation), items);
  }

  /** Each refused read or write of an item counts, with its index when that was the cause. */
  throttleEvents(table: TableName, refusals: readonly Refusal[]): void {
    for (const { kind, index, limit } of refusals) {
      this.#count(`${kind}ThrottleEvents`, dimensionsOf(table, index));
      this.#count(`${kind}${limit}ThrottleEvents`, dimensionsOf(table, index));
    }
  }

  /** A request of which nothing was done. */
  throttledRequest(table: TableName, operation: string): void {
    this.#count('ThrottledRequests', operationDimensions(table, operation));
  }

  conditionFailed(table: TableName): void {
    this.#count('ConditionalCheckFailedRequests', tableDimensions(table));
  }

  systemError(table: TableName, operation: string): void {
    this.#count('SystemErrors', operationDimensions(table, operation));
  }

  /** Of the whole account in the region; failed conditions and throttling are none. */
  userError(): void {
    this.#count('UserErrors', {});
  }

  provisioned(table: TableName, index: string | null, { readUnits, writeUnits }: Capacity): void {
    this.#count('ProvisionedReadCapacityUnits', dimensionsOf(table, index), readUnits);
    this.#count('ProvisionedWriteCapacityUnits', dimensionsOf(table, index), writeUnits);
  }

  expired(table: TableName, items: number): void {
    this.#count('TimeToLiveDeletedItemCount', tableDimensions(table), items);
  }

  #count(name: string, dimensions: Dimensions, value = 1): void {
    this.#platform.metric(NAMESPACE, name, dimensions, value, 'Count');
  }
}

const dimensionsOf = (table: TableName, index: string | null): Dimensions =>
  index === null ? tableDimensions(table) : indexDimensions(table, index);
