import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { cachedJson } from '../cache.ts';
import { requireOwn } from '../characters.ts';
import { BATCH_WRITE_MAX, batchWrite, database, tableName } from '../database.ts';
import { notFound, Refusal } from '../errors.ts';
import { type Fields, integer, queryInteger, text } from '../input.ts';
import { itemCatalogue } from '../item-catalogue.ts';
import { bodyOf, jsonText, pathParameter, type RestContext, restHandler } from '../rest.ts';
import { isItemId } from '../rules.ts';

const PAGE = { fallback: 20, max: 100 };
const QUANTITY = { min: 0, max: 1_000_000 };

interface Item {
  itemId: string;
  name: string;
  kind: string;
  basePrice: number;
}

/** The cursor is the last item's id: readable, and no secret. */
const list = async (c: RestContext): Promise<Response> => {
  const characterId = pathParameter(c, 'id');
  await requireOwn(characterId, c.get('player').userId);
  const limit = queryInteger(c.req.query('limit'), 'limit', PAGE);
  const after = c.req.query('cursor');
  if (after !== undefined && !isItemId(after)) throw new Refusal(400, 'cursor is none of ours');
  const { Items = [], LastEvaluatedKey } = await database().send(
    new QueryCommand({
      TableName: tableName('inventory'),
      KeyConditionExpression: 'characterId = :character',
      ExpressionAttributeValues: { ':character': characterId },
      Limit: limit,
      ...(after !== undefined && { ExclusiveStartKey: { characterId, itemId: after } }),
    }),
  );
  const items = Items.map((item) => ({ itemId: item['itemId'] as string, quantity: item['quantity'] as number }));
  return c.json({ items, ...(LastEvaluatedKey !== undefined && { cursor: LastEvaluatedKey['itemId'] as string }) });
};

const change = async (c: RestContext): Promise<Response> => {
  const changes = changesOf(bodyOf(c));
  const characterId = pathParameter(c, 'id');
  await requireOwn(characterId, c.get('player').userId);
  await batchWrite(
    'inventory',
    changes.map((item) => ({ PutRequest: { Item: { characterId, ...item } } })),
  );
  return c.json({ written: changes.length });
};

const changesOf = (body: Fields): { itemId: string; quantity: number }[] => {
  const { changes } = body;
  if (!Array.isArray(changes) || changes.length < 1 || changes.length > BATCH_WRITE_MAX) {
    throw new Refusal(400, `changes has to be a list of 1 to ${BATCH_WRITE_MAX}`);
  }
  const parsed = changes.map((entry: unknown) => {
    const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Fields;
    const itemId = text(fields, 'itemId', { max: 64 });
    if (!isItemId(itemId)) throw new Refusal(400, 'itemId has to be an item that exists');
    return { itemId, quantity: integer(fields, 'quantity', QUANTITY) };
  });
  // BatchWriteItem refuses the same key twice.
  if (new Set(parsed.map((item) => item.itemId)).size < parsed.length) throw new Refusal(400, 'an item may be changed once');
  return parsed;
};

const catalogue = async (c: RestContext): Promise<Response> => jsonText(c, await cachedJson(...itemCatalogue()));

/** The parsed catalogue of the JSON last seen, so that reading one item does not parse a hundred. */
let parsed: { json: string; items: Map<string, Item> } | undefined;

const definition = async (c: RestContext): Promise<Response> => {
  const json = await cachedJson(...itemCatalogue());
  if (parsed?.json !== json) {
    const { items } = JSON.parse(json) as { items: Item[] };
    parsed = { json, items: new Map(items.map((item) => [item.itemId, item])) };
  }
  const item = parsed.items.get(pathParameter(c, 'itemId'));
  if (item === undefined) throw notFound('item');
  return c.json(item);
};

export const handler = restHandler('inventory', {
  'GET /characters/{id}/inventory': list,
  'POST /characters/{id}/inventory/batch': change,
  'GET /items': catalogue,
  'GET /items/{itemId}': definition,
});
