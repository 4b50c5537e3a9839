import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { isMissing, isNotAsked } from '../../analyzers/contract.ts';
import { judge } from '../../analyzers/judge.ts';
import { PRICE_LISTS } from '../../analyzers/models/cost/index.ts';
import { syntheticRun } from '../../tests/artifacts.ts';
import { loadkit } from '../../tests/loadkit.ts';
import { ELSEWHERE, type MadeProduct, OTHERS, OURS } from '../../tests/offers.ts';
import { withPlatform } from '../../tests/platform.ts';
import { startPricing } from '../../tests/pricing.ts';
import { startTestTelemetry } from '../../tests/telemetry.ts';
import { type TestHost, testHost } from '../../tests/test-host.ts';
import { priceLists } from '../cost/price-lists.ts';
import type { Host } from '../host.ts';
import { writePlatform } from '../platform/files.ts';
import { FILES, writePlan } from '../store.ts';
import { costCommand } from './cost.ts';

const [shipped = expect.fail()] = PRICE_LISTS;
const ALL: readonly MadeProduct[] = [...OTHERS, ...OURS, ...ELSEWHERE];
/** Noon in UTC, so that the day is the same wherever the test runs. */
const now = () => Date.UTC(2026, 10, 26, 12);

const hostOf = (more: Partial<Host> = {}): Promise<TestHost> => testHost({ now, ...more });
const cost = (host: Host, ...args: string[]) => costCommand(host).parseAsync(args, { from: 'user' });
const fileOf = (host: TestHost, region: string): string => path.join(host.folder, 'home', '.cache', 'loadkit', 'prices', `${region}.json`);
const read = async (file: string) => JSON.parse(await fs.readFile(file, 'utf8'));
const keep = async (file: string, content: string): Promise<void> => {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, content);
};

describe('loadkit cost prices --refresh', () => {
  it('writes the list of a region, of the very form of the one that ships but for the discounts, of which AWS answered none', async () => {
    const { calls } = await startPricing(ALL);
    const host = await hostOf();
    await cost(host, 'prices', '--refresh', '--region', 'us-east-1');
    const list = await read(fileOf(host, 'us-east-1'));
    const { discounts: _, ...form } = shipped;
    expect(list).toEqual({ ...form, priceDate: '2026-11-26', sources: expect.any(Array) });
    expect(Object.keys(list)).toEqual(Object.keys(form));
    expect(host.written).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^us-east-1 +2026-11-26 +refreshed +50 prices +\/.*\n$/),
    });
    expect(calls.map(({ ServiceCode }) => ServiceCode)).toEqual([
      'AWSLambda',
      'AmazonDynamoDB',
      'AmazonECS',
      'AmazonApiGateway',
      'AWSELB',
      'AmazonElastiCache',
    ]);
    expect(await fs.readdir(path.dirname(fileOf(host, 'us-east-1')))).toEqual(['us-east-1.json']);
  });

  it('follows the pages to their end', async () => {
    const { calls, url } = await startPricing(ALL, { pageMax: 2 });
    const host = await hostOf({ env: { AWS_ENDPOINT_URL_PRICING: url } });
    await cost(host, 'prices', '--refresh', '--region', 'us-east-1', '--json');
    const { list, leftOut } = JSON.parse(host.written.stdout);
    expect(leftOut).toEqual([]);
    expect(list).toMatchObject({ region: 'us-east-1', priceDate: '2026-11-26', origin: 'refreshed', used: true, prices: 50 });
    expect(list.sources.at(-1)).toBe(`GetProducts of AmazonElastiCache, regionCode us-east-1, version 20261121182130: ${url}`);
    expect(calls.filter(({ NextToken }) => NextToken !== undefined).length).toBeGreaterThan(10);
  });

  it('names on stderr what is left out, writes the rest, and ends with 80', async () => {
    const missing = OURS.filter(({ attributes }) => attributes['usagetype'] !== 'USE1-ApiGatewayHttpRequest');
    await startPricing(missing);
    const host = await hostOf();
    await cost(host, 'prices', '--refresh', '--region', 'us-east-1');
    expect(host.written).toMatchObject({
      exitCode: 80,
      stderr: expect.stringContaining("left out: apigateway.http.requests: it is not in AWS's answer\n"),
    });
    const { prices } = await read(fileOf(host, 'us-east-1'));
    expect(Object.keys(prices)).toHaveLength(49);
    expect(prices).not.toHaveProperty(['apigateway.http.requests']);
  });

  it('leaves the discounts that ship beside a list that has none, or others', async () => {
    const host = await hostOf();
    const { discounts, ...older } = shipped;
    await keep(fileOf(host, 'us-east-1'), JSON.stringify(older));
    expect((await priceLists(host, 'us-east-1'))[0]).toEqual(shipped);
    const reserved = { price: 0.148, priceDate: '2026-11-26', source: 'AWS' };
    const node = 'elasticache.node.cache.r7g.large';
    await keep(fileOf(host, 'us-east-1'), JSON.stringify({ ...older, discounts: { oneYear: { [node]: reserved } } }));
    expect((await priceLists(host, 'us-east-1'))[0]?.discounts).toEqual({
      ...discounts,
      oneYear: { ...discounts?.oneYear, [node]: reserved },
    });
    await keep(fileOf(host, 'eu-west-1'), JSON.stringify({ ...older, region: 'eu-west-1' }));
    expect((await priceLists(host, 'eu-west-1'))[0]).toEqual({ ...older, region: 'eu-west-1' });
  });

  it('tries again when AWS throttles', async () => {
    const { calls } = await startPricing(ALL, {
      instead: (_call, _page, count) => (count === 2 ? { error: 'ThrottlingException', message: 'Rate exceeded' } : undefined),
    });
    const host = await hostOf();
    await cost(host, 'prices', '--refresh', '--region', 'eu-central-1');
    expect(calls).toHaveLength(7);
    expect((await read(fileOf(host, 'eu-central-1'))).prices['lambda.requests']).toEqual(shipped.prices['lambda.requests']);
  });

  it.each<[string, Parameters<typeof startPricing>[1], RegExp, string]>([
    [
      'access is denied',
      { instead: () => ({ error: 'AccessDeniedException', message: 'User: arn:… is not authorized to perform: pricing:GetProducts' }) },
      /^could not read the prices of us-east-1; nothing was written: pricing:GetProducts: access is denied$/,
      'IAM action pricing:GetProducts',
    ],
    [
      'a token comes again',
      { instead: ({ ServiceCode }, page) => (ServiceCode === 'AmazonECS' ? { ...page, NextToken: 'again' } : undefined) },
      /: pricing:GetProducts: the pages lead in a circle/,
      'try again later',
    ],
    [
      'a token has expired',
      {
        pageMax: 2,
        instead: ({ NextToken }) => (NextToken ? { error: 'ExpiredNextTokenException', message: 'The token expired' } : undefined),
      },
      /: pricing:GetProducts: AWS refused the request \(The token expired\)$/,
      'try again later',
    ],
    [
      'the key is unknown',
      { instead: () => ({ error: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' }) },
      /: pricing:GetProducts: there are no valid credentials/,
      'AWS_PROFILE',
    ],
    [
      'nothing of the region is there',
      { instead: (_call, page) => ({ ...page, PriceList: [] }) },
      /^AWS's price list has no price of us-east-1 that is understood; nothing was written$/,
      "is the region's name right?",
    ],
  ])('keeps the list of before when %s', async (_what, trouble, message, hint) => {
    await startPricing(ALL, trouble);
    const host = await hostOf();
    const before = JSON.stringify({ ...shipped, priceDate: '2026-01-01' });
    await keep(fileOf(host, 'us-east-1'), before);
    await expect(cost(host, 'prices', '--refresh', '--region', 'us-east-1')).rejects.toMatchObject({
      ...{ name: 'UserError', exitCode: 104, message: expect.stringMatching(message), hint: expect.stringContaining(hint) },
    });
    expect(await fs.readFile(fileOf(host, 'us-east-1'), 'utf8')).toBe(before);
  });

  it('ends with 105 on Ctrl-C', async () => {
    const host = await hostOf();
    await startPricing(ALL, {
      instead: () => {
        host.interrupt();
        return undefined;
      },
    });
    await expect(cost(host, 'prices', '--refresh', '--region', 'us-east-1')).rejects.toMatchObject({ exitCode: 105 });
    await expect(fs.access(fileOf(host, 'us-east-1'))).rejects.toThrow('ENOENT');
  });

  it('says which endpoint it was where that has no prices', async () => {
    const { endpoint } = await startTestTelemetry();
    await startPricing(ALL);
    vi.stubEnv('AWS_ENDPOINT_URL_PRICING', endpoint);
    const host = await hostOf({ env: { AWS_ENDPOINT_URL_PRICING: endpoint } });
    await expect(cost(host, 'prices', '--refresh', '--region', 'us-east-1')).rejects.toMatchObject({
      message: expect.stringContaining('this endpoint does not know the operation'),
      hint: expect.stringContaining(endpoint),
    });
  });

  it('takes the region of k6.config.json, then that of the AWS configuration', async () => {
    const { calls } = await startPricing(ALL);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const host = await hostOf();
    await cost(host, 'prices', '--refresh');
    await keep(path.join(host.folder, 'k6.config.json'), JSON.stringify({ ext: { loadkit: { aws: { region: 'eu-central-1' } } } }));
    await cost(host, 'prices', '--refresh');
    expect([...new Set(calls.map(({ Filters }) => Filters[0]?.Value))]).toEqual(['us-east-1', 'eu-central-1']);
  });

  it.each(['../../secret', 'US-EAST-1', 'frankfurt'])('refuses %s for a region before it asks', async (region) => {
    const { calls } = await startPricing(ALL);
    await expect(cost(await hostOf(), 'prices', '--refresh', '--region', region)).rejects.toMatchObject({
      exitCode: 104,
      message: `${region} is no region of AWS`,
    });
    expect(calls).toEqual([]);
  });

  it('needs a home directory', async () => {
    const host = await hostOf({ env: { HOME: '' } });
    await expect(cost(host, 'prices', '--refresh', '--region', 'us-east-1')).rejects.toMatchObject({
      exitCode: 104,
      hint: expect.stringContaining('XDG_CACHE_HOME'),
    });
  });

  it('ends with 104 and no stack without credentials', async () => {
    const nowhere = '/nonexistent';
    const env = {
      ...{ HOME: nowhere, AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere, AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' },
    };
    const { code, stdout, stderr } = await loadkit(['cost', 'prices', '--refresh', '--region', 'eu-west-1', '--json'], { env });
    expect(code).toBe(104);
    expect(stderr).toMatch(
      /^.*\nloadkit: could not read the prices of eu-west-1; nothing was written: pricing:GetProducts: there are no valid credentials .*\n {2}hint: .*\n$/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ error: { exitCode: 104 } });
  });
});

describe('loadkit cost prices', () => {
  it('shows the list that ships, and that a list read anew takes its place', async () => {
    const host = await hostOf();
    await cost(host, 'prices', '--json');
    const before = JSON.parse(host.written.stdout);
    expect(before).toEqual({
      schemaVersion: 1,
      lists: [
        {
          region: 'us-east-1',
          currency: 'USD',
          priceDate: shipped.priceDate,
          origin: 'shipped',
          used: true,
          prices: 50,
          sources: shipped.sources,
          file: expect.any(String),
        },
      ],
    });
    expect(await read(before.lists[0].file)).toEqual(shipped);

    await keep(fileOf(host, 'us-east-1'), JSON.stringify({ ...shipped, priceDate: '2026-11-26' }));
    await keep(fileOf(host, 'eu-central-1'), JSON.stringify({ ...shipped, region: 'eu-central-1' }));
    host.written.stdout = '';
    await cost(host, 'prices');
    expect(host.written.stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['eu-central-1', shipped.priceDate, 'refreshed'],
      ['us-east-1', shipped.priceDate, 'shipped, not used'],
      ['us-east-1', '2026-11-26', 'refreshed'],
      [''],
    ]);
  });

  it('says how to get the list of a region that has none', async () => {
    const host = await hostOf();
    await cost(host, 'prices', '--region', 'ap-south-1');
    expect(host.written).toMatchObject({
      stdout: '',
      stderr: 'no prices of ap-south-1: `loadkit cost prices --refresh --region ap-south-1` reads them from AWS\n',
    });
  });
});

describe('loadkit cost', () => {
  it('prices a run by the list that was read anew', async () => {
    const host = await hostOf();
    const run = withPlatform(syntheticRun({ durationS: 120, users: 800 }));
    const { plan, inventory, platform } = run;
    if (isNotAsked(platform) || isMissing(platform) || isNotAsked(inventory) || isMissing(inventory)) expect.fail();
    await writePlan(host, host.folder, plan);
    await writePlatform(host, host.folder, { inventory, platform, alarms: { schemaVersion: 1, alarms: [] } });
    await fs.writeFile(path.join(host.folder, FILES.reportJson), JSON.stringify(judge(run)));
    await keep(fileOf(host, inventory.region), JSON.stringify({ ...shipped, region: inventory.region, priceDate: '2026-11-26' }));
    await cost(host, host.folder, '--json');
    const { run: used, month } = JSON.parse(host.written.stdout);
    expect([used.priceDate, month.priceDate]).toEqual(['2026-11-26', '2026-11-26']);
    expect(month.total).toBeGreaterThan(0);
  });
});

describe('loadkit cost estimate', () => {
  const estimate = async (host: TestHost, region: string, ...more: string[]) => {
    await keep(
      path.join(host.folder, 'usage.json'),
      JSON.stringify({ region, lambda: [{ requests: 1e6, avgDurationMs: 1, memoryMb: 128 }] }),
    );
    await cost(host, 'estimate', 'usage.json', ...more);
  };

  it('prices by the list that was read anew, and says of when it is', async () => {
    const host = await hostOf();
    const prices = { 'lambda.requests': { unit: 'requests', tiers: [{ upTo: null, price: 1 }] } };
    await keep(fileOf(host, 'us-east-1'), JSON.stringify({ ...shipped, priceDate: '2026-11-26', prices }));
    await estimate(host, 'us-east-1', '--json');
    expect(JSON.parse(host.written.stdout)).toMatchObject({ priceDate: '2026-11-26', total: 1e6, unpriced: ['Lambda: duration, x86_64'] });
  });

  it('points to the command where a region has no list', async () => {
    const host = await hostOf();
    await estimate(host, 'eu-north-1');
    expect(host.written.stdout).toContain(
      '(no prices of eu-north-1: `loadkit cost prices --refresh --region eu-north-1` reads them from AWS)',
    );
    expect(host.written.exitCode).toBe(80);
  });

  it('needs no home directory', async () => {
    const host = await hostOf({ env: { HOME: '' } });
    await estimate(host, 'us-east-1');
    expect(host.written.exitCode).toBe(0);
  });

  it.each([
    ['a torn one', '{"region":', 'is not JSON'],
    ['another document', '{}', 'is none: sources is not a list'],
    ["another region's", JSON.stringify({ ...shipped, region: 'eu-west-1' }), 'is of eu-west-1'],
  ])('names a damaged list (%s) and ends with 104; reading it anew mends that', async (_damage, content, what) => {
    const host = await hostOf();
    const file = fileOf(host, 'us-east-1');
    await keep(file, content);
    const error = {
      exitCode: 104,
      message: `the price list ${file} ${what}`,
      hint: expect.stringContaining('loadkit cost prices --refresh --region us-east-1'),
    };
    await expect(estimate(host, 'us-east-1')).rejects.toMatchObject(error);
    await expect(cost(host, 'prices')).rejects.toMatchObject(error);
    await estimate(host, 'eu-north-1');

    await startPricing(ALL);
    await cost(host, 'prices', '--refresh', '--region', 'us-east-1');
    await estimate(host, 'us-east-1');
    expect(host.written.stdout).toContain('list prices of us-east-1, 2026-11-26');
  });
});
