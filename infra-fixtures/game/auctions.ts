import { pick } from './rules.ts';

/** What players see of an auction. */
export interface Auction {
  auctionId: string;
  /** The selling character. */
  sellerId: string;
  itemId: string;
  quantity: number;
  price: number;
  status: 'open' | 'sold' | 'expired';
  createdAt: number;
  expiresAt: number;
  buyerId?: string;
}

/** As stored: with the keys of both indexes while it is open, and the second after which the database may clear it away. */
export interface AuctionItem extends Auction {
  openShard?: string;
  expiresKey?: string;
  openItemId?: string;
  goneAtS: number;
}

/** All open auctions in one item collection would be one hot partition, so they are spread; every list reads all shards. Guess: tune. */
const SHARDS = 4;
export const openShards: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => `open#${shard}`);
const openShardOf = (auctionId: string): string => `open#${pick(auctionId, SHARDS)}`;

/** Epoch milliseconds as text that sorts like the number. */
const sortable = (epochMs: number): string => String(epochMs).padStart(15, '0');

/** Sorts before every auction that expires after `epochMs`. */
export const firstExpiresKey = (epochMs: number): string => `${sortable(epochMs)}#~`;

/** Unique, so that a page can begin after any auction. */
export const expiresKeyOf = ({ expiresAt, auctionId }: Pick<Auction, 'expiresAt' | 'auctionId'>): string =>
  `${sortable(expiresAt)}#${auctionId}`;

/** A new auction with its index keys. */
export const openAuction = (auction: Omit<Auction, 'status' | 'buyerId'>): AuctionItem & { expiresKey: string } => ({
  ...auction,
  status: 'open',
  openShard: openShardOf(auction.auctionId),
  expiresKey: expiresKeyOf(auction),
  openItemId: auction.itemId,
  goneAtS: Math.ceil(auction.expiresAt / 1000),
});

/** Without what is the database's own business. */
export const publicAuction = ({
  openShard: _shard,
  expiresKey: _key,
  openItemId: _item,
  goneAtS: _gone,
  ...auction
}: AuctionItem): Auction => auction;
