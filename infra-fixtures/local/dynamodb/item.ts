/** Items as they travel, and what DynamoDB counts them as. Source of all sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */

/** A value in the wire format: one key, the type; binary is base64 text. */
export interface WireValue {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: boolean;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: WireValue[];
  M?: WireItem;
}
export interface WireItem {
  [attribute: string]: WireValue;
}

/** Overhead of a list or a map, and of each of its elements. */
const DOCUMENT_BYTES = 3;
const ELEMENT_BYTES = 1;

/** Bytes of an item: the names of its attributes and their values, in UTF-8. */
export const itemBytes = (item: WireItem): number => {
  let bytes = 0;
  for (const name in item) bytes += Buffer.byteLength(name) + valueBytes(item[name] ?? {});
  return bytes;
};

const valueBytes = (value: WireValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.M !== undefined) return DOCUMENT_BYTES + Object.keys(value.M).length * ELEMENT_BYTES + itemBytes(value.M);
  if (value.L !== undefined) return DOCUMENT_BYTES + sum(value.L, (element) => ELEMENT_BYTES + valueBytes(element));
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.SS !== undefined) return sum(value.SS, (text) => Buffer.byteLength(text));
  if (value.NS !== undefined) return sum(value.NS, numberBytes);
  if (value.BS !== undefined) return sum(value.BS, (text) => Buffer.byteLength(text, 'base64'));
  return 1; // null and the booleans
};

/** A byte for two significant digits, and one more; zeros at either end don't count, a sign does. */
const numberBytes = (text: string): number => {
  const mantissa = text.replace(/e.*$/i, '');
  const digits = mantissa.replace(/[-+.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (mantissa.startsWith('-') ? 1 : 0);
};

const sum = <T>(values: readonly T[], of: (value: T) => number): number => values.reduce((total, value) => total + of(value), 0);

/** A read unit is one strongly consistent read of up to 4 KB, or two eventually consistent ones; what isn't there costs as much as the smallest item. */
export const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;
/** An eventually consistent read takes half. */
export const EVENTUAL = 0.5;

export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : EVENTUAL);

export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));

/** Names a partition key value within its table or index. */
export const partitionOf = (value: WireValue | undefined): string | null =>
  value === undefined ? null : value.S !== undefined ? value.S : (value.N ?? value.B ?? null);
