import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Auction, type AuctionItem, openAuction, publicAuction } from '../auctions.ts';
import { cachedJson } from '../cache.ts';
import { requireOwn } from '../characters.ts';
import { database, isConditionFailure, tableName } from '../database.ts';
import { environment } from '../environment.ts';
import { notFound, Refusal } from '../errors.ts';
import { addItem } from '../gains.ts';
import { integer, queryInteger, text } from '../input.ts';
import {
  type AuctionPage,
  firstOpenAuctions,
  headOf,
  offered,
  offersByPrice,
  offersByScan,
  openAuctions,
  PAGE,
  sold,
} from '../market-lists.ts';
import { withMarketLock } from '../market-lock.ts';
import { count } from '../metrics.ts';
import { bodyOf, pathParameter, type RestContext, restHandler } from '../rest.ts';
import { isItemId } from '../rules.ts';

const PRICE = { min: 1, max: 1_000_000_000 };
const QUANTITY = { min: 1, max: 1_000_000 };

const list = async (c: RestContext): Promise<Response> => {
  const limit = queryInteger(c.req.query('limit'), 'limit', PAGE);
  if (environment().mistakes.marketSearches === 'counted') await countSearch();
  const cursor = c.req.query('cursor');
  if (cursor !== undefined && !/^\d{15}#[\w-]{1,64}$/.test(cursor)) throw new Refusal(400, 'cursor is none of ours');
  const first = async (): Promise<AuctionPage> => headOf(JSON.parse(await cachedJson(...firstOpenAuctions())) as AuctionPage, limit);
  const page = await (cursor === undefined ? first() : openAuctions(limit, cursor));
  return c.json(environment().mistakes.marketReads === 'n-plus-one' ? await lookedAtOneByOne(page) : page);
};

/** The mistake of a bad release: a counter is one item, and one item is one partition, however large the table. */
const countSearch = async (): Promise<void> => {
  await database().send(
    new UpdateCommand({
      TableName: tableName('auctions'),
      Key: { auctionId: 'searches' },
      UpdateExpression: 'ADD searches :one',
      ExpressionAttributeValues: { ':one': 1 },
    }),
  );
};

/** The mistake of a bad release: a page that is there already is looked at once more, auction by auction. */
const lookedAtOneByOne = async ({ auctions, ...rest }: AuctionPage): Promise<AuctionPage> => {
  const seen: Auction[] = [];
  for (const { auctionId, sellerId } of auctions) {
    const { Item } = await database().send(new GetCommand({ TableName: tableName('auctions'), Key: { auctionId } }));
    const seller = await database().send(new GetCommand({ TableName: tableName('characters'), Key: { characterId: sellerId } }));
    if (Item !== undefined && seller.Item !== undefined) seen.push(publicAuction(Item as AuctionItem));
  }
  return { auctions: seen, ...rest };
};

const listOfItem = async (c: RestContext): Promise<Response> => {
  const itemId = pathParameter(c, 'itemId');
  if (!isItemId(itemId)) throw notFound('item');
  const limit = queryInteger(c.req.query('limit'), 'limit', PAGE);
  const maxPrice = queryInteger(c.req.query('maxPrice'), 'maxPrice', { fallback: PRICE.max, max: PRICE.max });
  const find = environment().mistakes.auctionsByItem === 'scan' ? offersByScan : offersByPrice;
  return c.json({ auctions: await find(itemId, maxPrice, limit) });
};

const sell = async (c: RestContext): Promise<Response> => {
  const body = bodyOf(c);
  const sellerId = text(body, 'characterId', { max: 64 });
  const itemId = text(body, 'itemId', { max: 64 });
  if (!isItemId(itemId)) throw new Refusal(400, 'itemId has to be an item that exists');
  const quantity = integer(body, 'quantity', QUANTITY);
  const price = integer(body, 'price', PRICE);
  await requireOwn(sellerId, c.get('player').userId);
  const now = Date.now();
  const expiresAt = now + environment().auctionDurationS * 1000;
  const auction = openAuction({ auctionId: randomUUID(), sellerId, itemId, quantity, price, createdAt: now, expiresAt });
  await withMarketLock(() => database().send(new PutCommand({ TableName: tableName('auctions'), Item: auction })));
  await offered();
  count('AuctionsOpened');
  return c.json(publicAuction(auction), 201);
};

const read = async (c: RestContext): Promise<Response> => {
  const { Item } = await database().send(new GetCommand({ TableName: tableName('auctions'), Key: { auctionId: pathParameter(c, 'id') } }));
  if (Item === undefined) throw notFound('auction');
  return c.json(publicAuction(Item as AuctionItem));
};

const purchase = async (c: RestContext): Promise<Response> => {
  const auctionId = pathParameter(c, 'id');
  const buyerId = text(bodyOf(c), 'characterId', { max: 64 });
  await requireOwn(buyerId, c.get('player').userId);
  const auction = await withMarketLock(() => close(auctionId, buyerId));
  await sold(auctionId);
  await settle(auction, buyerId);
  count('AuctionsSold');
  return c.json(auction);
};

/** The one write that decides who gets it. Removing the index keys takes the auction out of both lists. */
const close = async (auctionId: string, buyerId: string): Promise<Auction> => {
  const now = Date.now();
  try {
    const { Attributes } = await database().send(
      new UpdateCommand({
        TableName: tableName('auctions'),
        Key: { auctionId },
        UpdateExpression: 'SET #status = :sold, buyerId = :buyer, goneAtS = :goneAtS REMOVE openShard, expiresKey, openItemId',
        ConditionExpression: '#status = :open AND expiresAt > :now',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':sold': 'sold',
          ':open': 'open',
          ':buyer': buyerId,
          ':now': now,
          ':goneAtS': Math.ceil(now / 1000) + environment().soldKeptS,
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return publicAuction(Attributes as AuctionItem);
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const { Item } = await database().send(new GetCommand({ TableName: tableName('auctions'), Key: { auctionId } }));
    throw Item === undefined ? notFound('auction') : new Refusal(409, 'the auction is gone');
  }
};

/** Books the sale and moves goods and gold. The ledger has all that is needed to repair a sale of which a later write failed; buyers have credit. */
const settle = async (auction: Auction, buyerId: string): Promise<void> => {
  const sale = { auctionId: auction.auctionId, itemId: auction.itemId, quantity: auction.quantity, at: Date.now() };
  // The side is part of the key: who buys from themselves is on both.
  const book = (characterId: string, side: 'bought' | 'sold', gold: number): Promise<unknown> => {
    const Item = { characterId, transactionId: `${auction.auctionId}#${side}`, ...sale, gold };
    return database().send(new PutCommand({ TableName: tableName('transactions'), Item }));
  };
  await Promise.all([book(buyerId, 'bought', -auction.price), book(auction.sellerId, 'sold', auction.price)]);
  await Promise.all([
    addItem(buyerId, auction.itemId, auction.quantity),
    addGold(buyerId, -auction.price),
    addGold(auction.sellerId, auction.price),
  ]);
};

const addGold = async (characterId: string, gold: number): Promise<void> => {
  try {
    await database().send(
      new UpdateCommand({
        TableName: tableName('characters'),
        Key: { characterId },
        UpdateExpression: 'ADD gold :gold',
        ConditionExpression: 'attribute_exists(characterId)',
        ExpressionAttributeValues: { ':gold': gold },
      }),
    );
  } catch (error) {
    // A seller who has left the game is owed nothing; without the condition the update would make half a character of them.
    if (!isConditionFailure(error)) throw error;
  }
};

export const handler = restHandler('marketplace', {
  'GET /market/auctions': list,
  'GET /market/items/{itemId}/auctions': listOfItem,
  'POST /market/auctions': sell,
  'GET /market/auctions/{id}': read,
  'POST /market/auctions/{id}/purchase': purchase,
});
