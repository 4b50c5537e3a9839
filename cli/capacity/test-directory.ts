import * as path from 'node:path';
import type { Capacity } from '../../analyzers/capacity/capacity.ts';
import type { LoadStep } from '../../analyzers/capacity/load-step.ts';
import { PRICE_LISTS, type PriceList } from '../../analyzers/models/cost/index.ts';
import { priceLists } from '../cost/price-lists.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';

/** Where stepped tests live, relative to the working directory. */
export const TESTS = path.join('.loadkit', 'capacity');
export const CAPACITY_FILE = 'capacity.json';

/**
 * What a stepped test found.
 *
 * @param given its directory, its id below `.loadkit/capacity`, or nothing for the latest there
 * @throws UserError 104 when there is none, or its file is no capacity.json of this version
 */
export async function readCapacity(host: Host, given: string | undefined): Promise<Capacity> {
  const tests = path.resolve(host.cwd, TESTS);
  const candidates = given === undefined ? await newest(host, tests) : [path.resolve(host.cwd, given), path.join(tests, given)];
  for (const directory of candidates) {
    const file = path.join(directory, CAPACITY_FILE);
    const text = await host.fs.readFile(file, 'utf8').catch(() => null);
    if (text !== null) return parse(file, text);
  }
  throw new UserError(
    given === undefined ? 'there is no capacity test yet' : `there is no capacity test ${given}`,
    'run one: `loadkit capacity mixed --users 50..1000`',
  );
}

/** The lists that price a test's region, those that were read anew first. */
export async function priceListsOf(host: Host, steps: readonly LoadStep[]): Promise<readonly PriceList[]> {
  const region = steps.find(({ usage }) => usage)?.usage?.region;
  return region === undefined ? PRICE_LISTS : priceLists(host, region);
}

const newest = async (host: Host, tests: string): Promise<string[]> =>
  (await host.fs.readdir(tests).catch(() => []))
    .sort()
    .reverse()
    .map((id) => path.join(tests, id));

function parse(file: string, text: string): Capacity {
  const bad = (cause?: unknown) => new UserError(`${file} is no capacity test of this version of loadkit`, 'run the test again', { cause });
  let document: Partial<Capacity> & { schemaVersion?: unknown };
  try {
    document = Object(JSON.parse(text)) as typeof document;
  } catch (cause) {
    throw bad(cause);
  }
  if (document.schemaVersion !== 1 || !Array.isArray(document.steps) || !Array.isArray(document.resources)) throw bad();
  return document as Capacity;
}
