import type { Host } from '../host.ts';
import { type KnownList, knownLists } from './price-lists.ts';

/**
 * @param region only those of this one
 * @throws UserError 104 when a list is damaged
 */
export async function listPrices(host: Host, region: string | undefined): Promise<KnownList[]> {
  const lists = await knownLists(host);
  return lists.filter(({ list }) => region === undefined || list.region === region);
}

/** As `--json` prints it; a contract. */
export const documentOf = ({ list: { region, currency, priceDate, sources, prices }, origin, used, file }: KnownList) => ({
  ...{ region, currency, priceDate, origin, used, prices: Object.keys(prices).length, sources, file },
});

export function renderLists(lists: readonly KnownList[]): string {
  const rows = lists.map(({ list, origin, used, file }) => [
    list.region,
    list.priceDate,
    `${origin}${used ? '' : ', not used'}`,
    `${Object.keys(list.prices).length} prices`,
    file,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}\n`).join('');
}
