import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBad } from '../../analyzers/malformed.ts';
import { PRICE_LISTS, type PriceList, priceListOf } from '../../analyzers/models/cost/index.ts';
import { cacheFolder } from '../cache-folder.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';

/** A price list and where it lies. */
export interface KnownList {
  list: PriceList;
  /** With loadkit, or read anew from AWS by `loadkit cost prices --refresh`. */
  origin: 'shipped' | 'refreshed';
  /** Absolute. */
  file: string;
  /** Whether it is the one that prices its region. */
  used: boolean;
}

/** Also what keeps a region's name from leading out of the folder. */
export const isRegion = (text: string): boolean => /^[a-z]+(-[a-z]+)+-\d+$/.test(text);

/** How to get the prices of a region. */
const refreshCommand = (region: string): string => `loadkit cost prices --refresh --region ${region}`;

/** What is said where there are none. */
export const noPrices = (region: string): string =>
  `no prices of ${region}${isRegion(region) ? `: \`${refreshCommand(region)}\` reads them from AWS` : ''}`;

/** Beside k6, in the user's cache: what ships is the package's, and a list that is lost can be read again. Null without a home directory. */
export function pricesFolder(host: Host): string | null {
  const folder = cacheFolder(host);
  return folder === null ? null : path.join(folder, 'prices');
}

export const pricesFile = (folder: string, region: string): string => path.join(folder, `${region}.json`);

/**
 * The lists to price a region by: the one that was read anew, before those that ship.
 *
 * @throws UserError 104 when the one that was read anew is damaged
 */
export async function priceLists(host: Host, region: string): Promise<readonly PriceList[]> {
  const refreshed = await refreshedList(host, region);
  return refreshed === null ? PRICE_LISTS : [refreshed, ...PRICE_LISTS];
}

/** @throws UserError 104 when there is one and it is damaged */
async function refreshedList(host: Host, region: string): Promise<PriceList | null> {
  const folder = pricesFolder(host);
  if (folder === null || !isRegion(region)) return null;
  const file = pricesFile(folder, region);
  const bad = (what: string, cause?: unknown) =>
    new UserError(`the price list ${file} ${what}`, `read it anew with \`${refreshCommand(region)}\`, or remove it`, { cause });
  let document: unknown;
  try {
    document = JSON.parse(await host.fs.readFile(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw bad(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  const list = priceListOf(document);
  if (isBad(list)) throw bad(`is none: ${list.bad}`);
  if (list.region !== region) throw bad(`is of ${list.region}`);
  return withShippedDiscounts(list);
}

/** AWS answers with few of them, or none, and a list of before there were any has none. */
function withShippedDiscounts(list: PriceList): PriceList {
  const shipped = PRICE_LISTS.find(({ region }) => region === list.region)?.discounts;
  if (shipped === undefined) return list;
  return {
    ...list,
    discounts: { spot: { ...shipped.spot, ...list.discounts?.spot }, oneYear: { ...shipped.oneYear, ...list.discounts?.oneYear } },
  };
}

/**
 * All lists, by region.
 *
 * @throws UserError 104 when one is damaged
 */
export async function knownLists(host: Host): Promise<KnownList[]> {
  const folder = pricesFolder(host);
  const regions = folder === null ? [] : await regionsIn(host, folder);
  const refreshed = await Promise.all(
    regions.map(async (region): Promise<KnownList[]> => {
      const list = await refreshedList(host, region);
      return list === null || folder === null ? [] : [{ list, origin: 'refreshed', file: pricesFile(folder, region), used: true }];
    }),
  );
  const shipped = PRICE_LISTS.map(
    (list): KnownList => ({ list, origin: 'shipped', file: shippedFile(list), used: !regions.includes(list.region) }),
  );
  return [...shipped, ...refreshed.flat()].toSorted((a, b) => a.list.region.localeCompare(b.list.region));
}

const regionsIn = async (host: Host, folder: string): Promise<string[]> => {
  try {
    const names = await host.fs.readdir(folder);
    return names.flatMap((name) => (path.extname(name) === '.json' ? path.basename(name, '.json') : [])).filter(isRegion);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError(`cannot read the price lists in ${folder}`, 'remove what is in the way, or set XDG_CACHE_HOME', { cause });
  }
};

/** The same way from the source as from the compiled program. */
const shippedFile = ({ region }: PriceList): string =>
  fileURLToPath(new URL(`../../analyzers/models/cost/${region}.json`, import.meta.url));
