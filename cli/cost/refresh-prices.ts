import * as path from 'node:path';
import { PRICE_LISTS, type PriceList } from '../../analyzers/models/cost/index.ts';
import { awsClients, pricingRegionOf } from '../../analyzers/sources/clients.ts';
import { getProducts } from '../../analyzers/sources/prices/get-products.ts';
import { OFFERS } from '../../analyzers/sources/prices/offers.ts';
import { type Answer, type LeftOut, priceListFrom } from '../../analyzers/sources/prices/price-list-from.ts';
import { isTrouble, type Trouble } from '../../analyzers/sources/trouble.ts';
import { loadConfig } from '../config.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { Progress } from '../progress.ts';
import { writeAtomic } from '../store.ts';
import { isRegion, type KnownList, priceLists, pricesFile, pricesFolder } from './price-lists.ts';

export interface Refreshed extends KnownList {
  leftOut: LeftOut[];
}

/**
 * Reads a region's prices from AWS's price list, and keeps them where `cost` looks first. Whole or not at all: a service that could not be read ends it,
 * and the list of before stays.
 *
 * @throws UserError 104 when the region is none, AWS can't be asked, or has no price there; 105 on Ctrl-C
 */
export async function refreshPrices(host: Host, given: string | undefined): Promise<Refreshed> {
  const folder = pricesFolder(host);
  if (folder === null) throw new UserError('there is no home directory to keep prices in', 'set XDG_CACHE_HOME to a directory');
  const region = await regionOf(host, given);
  const answers = await askAll(host, region);
  const { list, leftOut } = priceListFrom(answers, {
    region,
    day: new Date(host.now()).toISOString().slice(0, 10),
    endpoint: endpointOf(host, region),
    before: await keysBefore(host, region),
  });
  if (Object.keys(list.prices).length === 0)
    throw new UserError(
      `AWS's price list has no price of ${region} that is understood; nothing was written`,
      "is the region's name right? China's regions have a price list of their own, which is not read",
    );
  const file = pricesFile(folder, region);
  await keep(host, file, list);
  return { list, origin: 'refreshed', file, used: true, leftOut };
}

async function regionOf(host: Host, given: string | undefined): Promise<string> {
  const region = given ?? (await loadConfig(host, undefined)).aws?.region ?? (await regionOfSdk(host));
  if (region === null)
    throw new UserError('it is not said of which region the prices are to be', 'add --region, such as --region eu-central-1');
  if (!isRegion(region)) throw new UserError(`${region} is no region of AWS`, 'such as --region eu-central-1');
  return region;
}

/** By AWS_REGION, or the profile's. */
async function regionOfSdk(host: Host): Promise<string | null> {
  const clients = awsClients({}, host.now);
  const region = await clients.region().catch(() => null);
  clients.destroy();
  return region;
}

async function askAll(host: Host, region: string): Promise<Answer[]> {
  const progress = new Progress(host.stderr, host.now);
  const stopping = new AbortController();
  const stopListening = host.onInterrupt(() => stopping.abort());
  const clients = awsClients({ region }, host.now);
  try {
    const answers: Answer[] = [];
    // One after another: what keeps one from being read would keep the others, too.
    for (const offer of OFFERS) {
      progress.show(`AWS Price List: ${offer.service} in ${region}`);
      const answer = await getProducts(clients, offer, { region, signal: stopping.signal });
      if (isTrouble(answer)) throw failed(host, region, answer);
      answers.push(answer);
    }
    return answers;
  } finally {
    progress.clear();
    stopListening();
    clients.destroy();
  }
}

function failed(host: Host, region: string, { kind, reason }: Trouble): UserError {
  if (kind === 'interrupted')
    return new UserError('interrupted while prices were read', 'nothing was written', { exitCode: EXIT.interrupted });
  return new UserError(`could not read the prices of ${region}; nothing was written: ${reason}`, hintFor(kind, endpointOf(host, region)));
}

function hintFor(kind: Trouble['kind'], endpoint: string): string {
  switch (kind) {
    case 'denied':
      return 'allow the IAM action pricing:GetProducts, on every resource (it knows no others), to the role or user that loadkit runs as';
    case 'expired':
      return 'renew the credentials: `aws sso login`, or a new session token';
    case 'credentials':
      return 'run `aws configure` or `aws sso login`, or set AWS_PROFILE; any account may read list prices';
    case 'clock':
      return "set this machine's clock (NTP)";
    case 'network':
    case 'unsupported':
      return `prices are asked of ${endpoint}: is that within reach, and AWS's? (AWS_ENDPOINT_URL_PRICING names another)`;
    default:
      return 'try again later';
  }
}

/** As the SDK finds it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
const endpointOf = ({ env }: Host, region: string): string =>
  env['AWS_ENDPOINT_URL_PRICING'] || env['AWS_ENDPOINT_URL'] || `https://api.pricing.${pricingRegionOf(region)}.amazonaws.com`;

/** A list that is damaged is no reason not to read it anew. */
async function keysBefore(host: Host, region: string): Promise<string[]> {
  const lists = await priceLists(host, region).catch(() => PRICE_LISTS);
  return Object.keys(lists.find((list) => list.region === region)?.prices ?? {});
}

async function keep(host: Host, file: string, list: PriceList): Promise<void> {
  try {
    await host.fs.mkdir(path.dirname(file), { recursive: true });
    await writeAtomic(host, file, `${JSON.stringify(list, null, 2)}\n`);
  } catch (cause) {
    throw new UserError(`cannot write ${file}: ${(cause as Error).message}`, 'XDG_CACHE_HOME names another place', { cause });
  }
}

/** What is left out makes the list less than whole. */
export const exitCodeOf = ({ leftOut }: Pick<Refreshed, 'leftOut'>): ExitCode => (leftOut.length > 0 ? EXIT.inconclusive : EXIT.pass);

export const renderLeftOut = (leftOut: readonly LeftOut[]): string => leftOut.map(({ key, why }) => `left out: ${key}: ${why}\n`).join('');
