import { strings } from '../picked.ts';
import type { Player } from '../player.ts';
import { oneOf, wholeNumber } from '../random.ts';

/** Auctions on a page: what fits on a screen. */
const PAGE = 10;
/** Guess: tune. As many sell as buy, so that the market neither empties nor grows over a long run. */
const BUYS = 0.2;
const SELLS = 0.2;

/** Items of the game have the ids `item-001` to `item-100`. */
export const anItem = (player: Player): string => `item-${String(wholeNumber(player.details, 1, 100)).padStart(3, '0')}`;

/** Auctions that end soon, and a look at one; some buy it, some offer something of their own. */
export async function market(player: Player): Promise<void> {
  const listed = await player.get('/market/auctions', { query: `limit=${PAGE}`, pick: 'auctions.#.auctionId' });
  const auctionId = oneOf(player.details, strings(listed.picked));
  if (auctionId !== undefined) {
    if (!(await player.get('/market/auctions/:id', { ids: [auctionId] })).ok) return;
    if (player.details() < BUYS) await buy(player, auctionId);
  }
  if (player.details() < SELLS) await sell(player);
}

/** Somebody else may have been faster: 409 is an answer. */
async function buy(player: Player, auctionId: string): Promise<void> {
  await player.post('/market/auctions/:id/purchase', { ids: [auctionId], body: { characterId: player.characterId }, expect: 409 });
}

async function sell(player: Player): Promise<void> {
  const body = {
    characterId: player.characterId,
    itemId: anItem(player),
    quantity: wholeNumber(player.details, 1, 5),
    price: wholeNumber(player.details, 10, 1000),
  };
  await player.post('/market/auctions', { body });
}

/** Searches of both indexes: what ends soon, page after page, and the cheapest offers of one item. */
export async function marketSearch(player: Player): Promise<void> {
  const query = `limit=${2 * PAGE}`;
  const first = await player.get('/market/auctions', { query, pick: 'cursor' });
  if (!first.ok) return;
  if (typeof first.picked === 'string') {
    await player.get('/market/auctions', { query: `${query}&cursor=${encodeURIComponent(first.picked)}` });
  }
  const ceiling = wholeNumber(player.details, 50, 1000);
  await player.get('/market/items/:itemId/auctions', { ids: [anItem(player)], query: `maxPrice=${ceiling}&${query}` });
}
