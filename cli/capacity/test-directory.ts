import * as path from 'node:path';
import type { LoadStep } from '../../analyzers/capacity/load-step.ts';
import { stepsIn } from '../../analyzers/capacity/read-steps.ts';
import { isBad } from '../../analyzers/malformed.ts';
import { PRICE_LISTS, type PriceList } from '../../analyzers/models/cost/index.ts';
import { priceLists } from '../cost/price-lists.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';

/** Where stepped tests live, relative to the working directory. */
export const TESTS = path.join('.loadkit', 'capacity');
export const CAPACITY_FILE = 'capacity.json';

/**
 * The steps of a test, in the order of their users.
 *
 * @param given its directory, its id below `.loadkit/capacity`, or nothing for the latest there
 * @throws UserError 104 when there is none, or its file is no capacity.json of this version
 */
export async function readSteps(host: Host, given: string | undefined): Promise<LoadStep[]> {
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

function parse(file: string, text: string): LoadStep[] {
  const bad = (what: string, hint: string, cause?: unknown) =>
    new UserError(`${file} is no capacity test of this version of loadkit: ${what}`, hint, { cause });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw bad('it is not JSON', 'is it whole? run the test again', cause);
  }
  const steps = stepsIn(document);
  if (isBad(steps)) throw bad(steps.bad, steps.hint);
  return steps;
}
