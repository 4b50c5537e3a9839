import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import { conformingTo, errorsOf } from './aws-model.ts';
import { serve } from './loadkit.ts';
import { entryOf, type MadeProduct } from './offers.ts';

/** A call of GetProducts as it came. */
export interface PricingCall {
  ServiceCode: string;
  Filters: { Type: string; Field: string; Value: string }[];
  FormatVersion?: string;
  MaxResults?: number;
  NextToken?: string;
}

interface Page {
  FormatVersion: string;
  PriceList: string[];
  NextToken?: string;
}

/** What is answered in place of a page: a page of another kind, an error by its name (the model's), or nothing for the page that it would be. */
type Instead = (call: PricingCall, page: Page, count: number) => Page | { error: string; message: string } | undefined;

/** The most that AWS gives at a time. */
const ENTRIES_MAX = 100;

/**
 * Stands where AWS's price list would: GetProducts in AWS JSON 1.1, over those products, filtered and paged as AWS does. The SDK's environment leads to it
 * until the test ends. What it answers is held against AWS's service model.
 */
export async function startPricing(
  products: readonly MadeProduct[],
  { instead = () => undefined, pageMax = ENTRIES_MAX }: { instead?: Instead; pageMax?: number } = {},
): Promise<{ url: string; calls: PricingCall[] }> {
  const calls: PricingCall[] = [];
  const { url } = await serve(async (request, response) => {
    const call = JSON.parse(await bodyOf(request)) as PricingCall;
    calls.push(call);
    const wrong = wrongWith(request, call);
    const page = pageOf(products, call, pageMax);
    const answer = wrong ?? instead(call, page, calls.length) ?? page;
    if ('error' in answer) return refuse(response, answer);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(conformingTo('pricing', 'GetProducts', answer)));
  });
  const environment = { AWS_ENDPOINT_URL_PRICING: url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { url, calls };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** AWS would not understand it. */
function wrongWith({ method, headers }: IncomingMessage, call: PricingCall): { error: string; message: string } | undefined {
  const isCall = method === 'POST' && headers['x-amz-target'] === 'AWSPriceListService.GetProducts';
  const isSigned = /^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/[a-z0-9-]+\/pricing\//.test(String(headers.authorization));
  const isSound = call.Filters.every(({ Type }) => Type === 'TERM_MATCH') && (call.MaxResults ?? 1) <= ENTRIES_MAX;
  if (isCall && isSigned && isSound && call.ServiceCode !== '') return undefined;
  return { error: 'InvalidParameterException', message: `not understood: ${method} ${headers['x-amz-target']} ${JSON.stringify(call)}` };
}

function pageOf(
  products: readonly MadeProduct[],
  { ServiceCode, Filters, MaxResults = ENTRIES_MAX, NextToken }: PricingCall,
  pageMax: number,
): Page {
  const found = products
    .map((product, i) => ({ ...product, sku: `SKU${i}` }))
    .filter(({ service, attributes }) => service === ServiceCode && Filters.every(({ Field, Value }) => attributes[Field] === Value));
  const from = NextToken === undefined ? 0 : Number(NextToken.replace('from-', ''));
  const to = from + Math.min(pageMax, MaxResults);
  return {
    FormatVersion: 'aws_v1',
    PriceList: found.slice(from, to).map(({ sku, ...product }) => entryOf(product, sku)),
    ...(to < found.length ? { NextToken: `from-${to}` } : {}),
  };
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
function refuse(response: ServerResponse, { error, message }: { error: string; message: string }): void {
  // Who isn't known is told so by all services alike, and not by the model.
  if (!['UnrecognizedClientException', ...errorsOf('pricing', 'GetProducts')].includes(error))
    throw new Error(`GetProducts has no error ${error}`);
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ __type: error, Message: message }));
}
