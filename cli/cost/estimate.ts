import { isBad } from '../../analyzers/malformed.ts';
import { type CostEstimate, estimateCost, usageOf } from '../../analyzers/models/cost/index.ts';
import { money } from '../../reports/format.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { readInput } from '../input-file.ts';
import { noPrices, priceLists } from './price-lists.ts';

/** @throws UserError 104 when the file can't be read, is no usage document or has amounts too large to price, or the region's refreshed price list is damaged */
export async function estimateFile(host: Host, given: string): Promise<CostEstimate> {
  const text = await readInput(host, given);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${given} is not JSON`, 'is it the right file, and whole?', { cause });
  }
  const usage = usageOf(document);
  if (isBad(usage)) throw new UserError(`${given} is no usage document: ${usage.bad}`, usage.hint);
  const estimate = estimateCost(usage, await priceLists(host, usage.region));
  const unbounded = unboundedIn(estimate);
  if (unbounded !== null)
    throw new UserError(
      `${given} has amounts that are too large to price: ${unbounded}`,
      'amounts are those of a month, each in the unit that its name says',
    );
  return estimate;
}

/** Amounts that are finite may have a product or a sum that is not. */
function unboundedIn({ lines, total }: CostEstimate): string | null {
  const line = lines.find(({ quantity, cost }) => !Number.isFinite(quantity) || !Number.isFinite(cost ?? 0));
  if (line !== undefined) return `${line.service}: ${line.what}`;
  return Number.isFinite(total ?? 0) ? null : 'all together';
}

/** What has no price is missing from the sum: the answer is not whole. */
export const exitCodeOf = ({ unpriced }: CostEstimate): ExitCode => (unpriced.length > 0 ? EXIT.inconclusive : EXIT.pass);

export function renderEstimate({ currency, region, priceDate, lines, total, unpriced }: CostEstimate): string {
  const rows = lines.map(({ service, what, quantity, unit, unitPrice, cost }) => [
    `${service}: ${what}`,
    `${quantity.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit}`,
    unitPrice === null ? 'unpriced' : `× ${unitPrice.toLocaleString('en', { maximumSignificantDigits: 10 })}`,
    cost === null ? '' : money(cost),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const sum = total === null ? 'nothing of it has a price here' : `${unpriced.length > 0 ? 'at least ' : ''}${money(total)} ${currency}`;
  const prices = priceDate === null ? noPrices(region) : `list prices of ${region}, ${priceDate}, without free tier`;
  return [...text, `total: ${sum} (${prices})`, ...unpriced.map((what) => `unpriced: ${what}`), ''].join('\n');
}
