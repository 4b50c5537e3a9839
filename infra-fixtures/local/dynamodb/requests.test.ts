import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tableDefinition } from '../../game/definition.ts';
import { batchedKeys, batchedWrites, keysRequest, queriedPartition, readEstimate, writesRequest } from './requests.ts';

const values = { ':p': { S: 'hot' }, ':s': { S: 'sort' }, ':n': { N: '7' } };
const names = { '#p': 'partition', '#s': 'entry' };
const query = (KeyConditionExpression: string) => ({
  KeyConditionExpression,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
});

it.each([
  ['partition = :p', 'hot'],
  ['#p=:p', 'hot'],
  [':p = #p', 'hot'],
  ['#p = :n', '7'],
  ['#s <= :s AND #p = :p', 'hot'],
  ['entry BETWEEN :s AND :s AND (#p = :p)', 'hot'],
  ['begins_with(#s, :s) and #p = :p', 'hot'],
  ['#s = :s AND #p = :p', 'hot'],
  ['#p >= :p', null],
  ['#s = :s', null],
  ['partitions = :p', null],
  ['', null],
])('finds the partition of %s', (expression, partition) => {
  expect(queriedPartition(query(expression), 'partition')).toBe(partition);
});

it('finds it whatever blanks, order and names there are', () => {
  const blank = fc.constantFrom('', ' ', '  ');
  fc.assert(
    fc.property(
      blank,
      blank,
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom('<', '<=', '=', '>=', '>'),
      (one, other, swapped, last, comparator) => {
        const own = swapped ? `:p${one}=${other}#p` : `#p${one}=${other}:p`;
        const sort = `#s${one}${comparator}${other}:s`;
        expect(queriedPartition(query(last ? `${sort} AND ${own}` : `${own} AND ${sort}`), 'partition')).toBe('hot');
        expect(queriedPartition(query(sort), 'partition')).toBeNull();
      },
    ),
  );
});

it('reads the older conditions, and fails on nothing', () => {
  const KeyConditions = { partition: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'hot' }] } };
  expect(queriedPartition({ KeyConditions }, 'partition')).toBe('hot');
  expect(queriedPartition({ KeyConditions }, 'other')).toBeNull();
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('KeyConditionExpression', 'Key', 'IndexName', 'ConsistentRead'), fc.anything()), (input) => {
      readEstimate(tableDefinition('guilds'), 'Query', input);
      readEstimate(tableDefinition('guilds'), 'GetItem', input);
    }),
  );
});

it('asks of an index by its own key, and half for what may be late', () => {
  const asked = (definition: ReturnType<typeof tableDefinition>, input: object) =>
    readEstimate(definition, 'Query', { ...query('email = :p'), ...input });
  const users = tableDefinition('users');
  expect(asked(users, { IndexName: 'email-index' })).toEqual({ kind: 'Read', index: 'email-index', partition: 'hot', units: 0.5 });
  expect(asked(users, { ConsistentRead: true })).toEqual({ kind: 'Read', index: null, partition: null, units: 1 });
  expect(asked(users, { IndexName: 'toString' })).toMatchObject({ index: 'toString', partition: null }); // the store refuses it
  const Key = { partition: { S: 'g' }, entry: { S: '1' } };
  expect(readEstimate(tableDefinition('guilds'), 'GetItem', { Key })).toMatchObject({ partition: 'g', units: 0.5 });
});

it('takes batches apart and puts them together again', () => {
  const table = fc.constantFrom('guilds', 'items');
  const keys = fc.dictionary(
    table,
    fc.record({ Keys: fc.array(fc.record({ id: fc.record({ S: fc.string() }) }), { minLength: 1 }), ConsistentRead: fc.boolean() }),
  );
  fc.assert(
    fc.property(keys, (RequestItems) => {
      expect(keysRequest({ RequestItems }, batchedKeys({ RequestItems }))).toEqual({ ...RequestItems });
      const writes = Object.fromEntries(Object.entries(RequestItems).map(([name, { Keys }]) => [name, Keys]));
      expect(writesRequest(batchedWrites({ RequestItems: writes }))).toEqual(writes);
    }),
  );
  expect([batchedKeys({}), batchedWrites({ RequestItems: null }), batchedKeys({ RequestItems: { a: null } })]).toEqual([[], [], []]);
});
