import { GetProductsCommand } from '@aws-sdk/client-pricing';
import type { AwsClients } from '../clients.ts';
import { everyPage } from '../pages.ts';
import { type Trouble, troubleOf } from '../trouble.ts';
import type { Offer } from './offers.ts';
import type { Answer } from './price-list-from.ts';

/** The only action that reading prices takes. */
const PRICING_ACTION = 'pricing:GetProducts';

/** The most that GetProducts gives: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html */
const PAGE_ENTRIES = 100;

/** All that AWS's price list has of an offer in a region, or why it could not be read whole. Throttles are tried again by the client. */
export async function getProducts(
  clients: Pick<AwsClients, 'pricing'>,
  { service, filters }: Offer,
  { region, signal }: { region: string; signal: AbortSignal },
): Promise<Answer | Trouble> {
  const wanted = Object.entries({ regionCode: region, ...filters });
  const input = {
    ServiceCode: service,
    Filters: wanted.map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value })),
    FormatVersion: 'aws_v1',
    MaxResults: PAGE_ENTRIES,
  };
  try {
    const client = await clients.pricing();
    const { items, short } = await everyPage(PRICING_ACTION, async (token) => {
      const { PriceList, NextToken } = await client.send(new GetProductsCommand({ ...input, NextToken: token }), { abortSignal: signal });
      // The SDK has a type of its own for JSON that comes as text.
      const entries: readonly unknown[] = PriceList ?? [];
      return { items: entries.map(String), next: NextToken };
    });
    // The advice on a listing of the run's doesn't fit.
    return short === null ? { service, entries: items } : { ...short, next: 'Try again later.' };
  } catch (error) {
    return troubleOf(error, PRICING_ACTION);
  }
}
