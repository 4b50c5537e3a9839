import type { Player } from '../player.ts';
import { wholeNumber } from '../random.ts';

/** Items that one tidying up changes: BatchWriteItem takes 25 at most. The mean of 10 is a guess: tune. */
const CHANGES = { min: 1, max: 19 };
const ITEMS = 100;

/** What the character owns, and what such a thing is. */
export async function inventory(player: Player): Promise<void> {
  const owned = await player.get('/characters/:id/inventory', { ids: [player.characterId], query: 'limit=25', pick: 'items.0.itemId' });
  if (typeof owned.picked === 'string') await player.get('/items/:itemId', { ids: [owned.picked] });
}

/** Many things put in order at once: a batch write. */
export async function inventoryBatch(player: Player): Promise<void> {
  const count = wholeNumber(player.details, CHANGES.min, CHANGES.max);
  const first = wholeNumber(player.details, 0, ITEMS - 1);
  // Neighbours, so that no item comes twice: BatchWriteItem refuses that.
  const changes = Array.from({ length: count }, (_, i) => ({
    itemId: `item-${String(((first + i) % ITEMS) + 1).padStart(3, '0')}`,
    quantity: wholeNumber(player.details, 1, 99),
  }));
  await player.post('/characters/:id/inventory/batch', { ids: [player.characterId], body: { changes } });
}
