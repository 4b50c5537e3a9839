import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Auction, type AuctionItem, expiresKeyOf, firstExpiresKey, openShards, publicAuction } from './auctions.ts';
import { amend, type Kept, keep } from './cache.ts';
import { database, tableName } from './database.ts';

/** The lists of the market. */

export interface AuctionPage {
  auctions: Auction[];
  cursor?: string;
}

/** What a page holds, unless it is asked for otherwise. */
export const PAGE = { fallback: 20, max: 50 };

/** Where everybody begins. It is kept as long as a page can be, so that there is one to change with the market. */
export const firstOpenAuctions = (): Kept => keep('auctions', ['open'], () => openAuctions(PAGE.max, undefined));

/** A new auction is the last to expire: it is on the first page only where that is all there is. */
export const offered = (): Promise<void> => amendFirst((page) => (page.cursor === undefined ? null : page));

/** Off the page; once there is less on it than most ask for, it is loaded anew. */
export const sold = (auctionId: string): Promise<void> =>
  amendFirst((page) => {
    const auctions = page.auctions.filter((auction) => auction.auctionId !== auctionId);
    return auctions.length < PAGE.fallback && page.cursor !== undefined ? null : { ...page, auctions };
  });

const amendFirst = (change: (page: AuctionPage) => AuctionPage | null): Promise<void> =>
  amend(firstOpenAuctions(), (json) => {
    const changed = change(JSON.parse(json) as AuctionPage);
    return changed === null ? null : JSON.stringify(changed);
  });

/** Its first `limit` that are open still. */
export const headOf = ({ auctions, cursor }: AuctionPage, limit: number): AuctionPage => {
  const now = Date.now();
  const open = auctions.filter(({ expiresAt }) => expiresAt > now);
  const page = open.slice(0, limit);
  const last = page.at(-1);
  if (open.length > limit && last !== undefined) return { auctions: page, cursor: expiresKeyOf(last) };
  return { auctions: page, ...(cursor !== undefined && { cursor }) };
};

/** The first `limit` of each shard hold the first `limit` of them all. The cursor is the last key in that order, the same in every shard. */
export const openAuctions = async (limit: number, cursor: string | undefined): Promise<AuctionPage> => {
  const open = firstExpiresKey(Date.now());
  // What has ended since the cursor was handed out is skipped.
  const after = cursor !== undefined && cursor > open ? cursor : open;
  const pages = await Promise.all(openShards.map((shard) => openShardPage(shard, after, limit)));
  const merged = pages.flat().sort((a, b) => (a.expiresKey < b.expiresKey ? -1 : 1));
  const page = merged.slice(0, limit);
  const last = page.at(-1);
  return { auctions: page.map(publicAuction), ...(merged.length > limit && last !== undefined && { cursor: last.expiresKey }) };
};

type OpenAuctionItem = AuctionItem & { expiresKey: string };

const openShardPage = async (shard: string, after: string, limit: number): Promise<OpenAuctionItem[]> => {
  const { Items = [] } = await database().send(
    new QueryCommand({
      TableName: tableName('auctions'),
      IndexName: 'status-expires-index',
      KeyConditionExpression: 'openShard = :shard AND expiresKey > :after',
      ExpressionAttributeValues: { ':shard': shard, ':after': after },
      // One more than asked for, so that the last page is known to be the last.
      Limit: limit + 1,
    }),
  );
  return Items as OpenAuctionItem[];
};

/** Expired auctions stay in the index until the database clears them away; so many pages are read past them, no more. */
const PAGES_MAX = 3;

/** Open auctions of an item up to a price, cheapest first, by the index that is made for it. */
export const offersByPrice = async (itemId: string, maxPrice: number, limit: number): Promise<Auction[]> => {
  const auctions: Auction[] = [];
  let from: Record<string, unknown> | undefined;
  for (let page = 0; page < PAGES_MAX && auctions.length < limit; page++) {
    const { Items = [], LastEvaluatedKey } = await database().send(
      new QueryCommand({
        TableName: tableName('auctions'),
        IndexName: 'itemId-price-index',
        KeyConditionExpression: 'openItemId = :item AND price <= :max',
        FilterExpression: 'expiresAt > :now',
        ExpressionAttributeValues: { ':item': itemId, ':max': maxPrice, ':now': Date.now() },
        Limit: limit,
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    auctions.push(...(Items as AuctionItem[]).map(publicAuction));
    from = LastEvaluatedKey;
    if (from === undefined) break;
  }
  return auctions.slice(0, limit);
};

/** A page of a scan has 1 MB, some thousand auctions: a market that is larger than this is cut. Guess: tune. */
const SCAN_PAGES_MAX = 50;

/** The same without the index: the mistake of a bad release. Every auction is read, and most are thrown away. */
export const offersByScan = async (itemId: string, maxPrice: number, limit: number): Promise<Auction[]> => {
  const found: Auction[] = [];
  let from: Record<string, unknown> | undefined;
  for (let page = 0; page < SCAN_PAGES_MAX; page++) {
    const { Items = [], LastEvaluatedKey } = await database().send(
      new ScanCommand({
        TableName: tableName('auctions'),
        FilterExpression: '#status = :open AND itemId = :item AND price <= :max AND expiresAt > :now',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':open': 'open', ':item': itemId, ':max': maxPrice, ':now': Date.now() },
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    found.push(...(Items as AuctionItem[]).map(publicAuction));
    from = LastEvaluatedKey;
    if (from === undefined) break;
  }
  return found.sort((a, b) => a.price - b.price).slice(0, limit);
};
