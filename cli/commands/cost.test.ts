import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlatformRun } from '../../tests/platform.ts';
import { withLimits, withSeries } from '../../tests/platform.ts';
import { judgedRun, sizedRun } from '../../tests/right-sizing.ts';
import { type TestHost, testHost } from '../../tests/test-host.ts';
import { writePlatform } from '../platform/files.ts';
import { writeAtomic, writePlan } from '../store.ts';
import { costCommand } from './cost.ts';

async function estimate(document: unknown, ...more: string[]): Promise<TestHost> {
  const host = await testHost();
  if (document !== null)
    await fs.writeFile(path.join(host.folder, 'usage.json'), typeof document === 'string' ? document : JSON.stringify(document));
  await costCommand(host).parseAsync(['estimate', 'usage.json', ...more], { from: 'user' });
  return host;
}

const USAGE = {
  region: 'us-east-1',
  lambda: [{ requests: 3e6, avgDurationMs: 120, memoryMb: 1536, arch: 'x86_64' }],
  elasticache: [{ nodeType: 'cache.t3.micro', nodes: 1, hours: 730 }],
};

describe('loadkit cost estimate', () => {
  it('--json prints the lines and their sum', async () => {
    const { written } = await estimate(USAGE, '--json');
    const document = JSON.parse(written.stdout);
    expect(document).toMatchObject({ schemaVersion: 1, currency: 'USD', region: 'us-east-1', priceDate: expect.any(String), unpriced: [] });
    expect(document.total).toBeCloseTo(0.6 + 9.000018 + 12.41, 6);
    expect(written).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('says it for a reader without --json', async () => {
    const { written } = await estimate(USAGE);
    expect(written.stdout).toMatch(/^Lambda: requests +3,000,000 requests +× 0\.0000002 +0\.60\n/);
    expect(written.stdout).toContain('total: 22.01 USD (list prices of us-east-1, ');
  });

  it('says what has no price, and ends with 80', async () => {
    const { written } = await estimate({ ...USAGE, elasticache: [{ nodeType: 'cache.x9.huge', nodes: 1, hours: 1 }] });
    expect(written.stdout).toContain('total: at least 9.60 USD');
    expect(written.stdout).toContain('unpriced: ElastiCache: cache.x9.huge');
    expect(written.exitCode).toBe(80);
  });

  it.each([
    [null, 'cannot read usage.json'],
    ['{', 'usage.json is not JSON'],
    [{ region: 'us-east-1', lambda: [{}] }, 'usage.json is no usage document: lambda[0] has no requests'],
    ['{"region": "us-east-1", "restApi": [{"requests": 1e999}]}', 'restApi[0].requests is Infinity'],
    [
      { region: 'us-east-1', lambda: [{ requests: 1e300, avgDurationMs: 1e9, memoryMb: 128 }] },
      'usage.json has amounts that are too large to price: Lambda: duration, x86_64',
    ],
    [{ region: 'nowhere', restApi: [{ requests: 1e308 }, { requests: 1e308 }] }, 'too large to price: API Gateway: REST API requests'],
  ])('ends with 104 and a hint for %j', async (document, message) => {
    await expect(estimate(document)).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });
});

/** Leaves it as a run directory of that name. */
async function leave(host: TestHost, name: string, run: PlatformRun, change: Partial<PlatformRun['plan']> = {}): Promise<void> {
  const directory = path.join(host.folder, name);
  await fs.mkdir(directory);
  const { platform, inventory, alarms } = run;
  await writePlan(host, directory, { ...run.plan, runId: name, ...change });
  await writePlatform(host, directory, { platform, inventory, alarms });
  await writeAtomic(host, path.join(directory, 'report.json'), JSON.stringify(judgedRun(run).report));
}

const cost = async (host: TestHost, ...given: string[]): Promise<TestHost['written']> => {
  await costCommand(host).parseAsync(given, { from: 'user' });
  return host.written;
};
const slower = withSeries(
  withLimits(sizedRun(), 'lambda:character', { memoryMb: 256 }),
  'lambda:character',
  'Duration',
  'Average',
  (requests) => (requests === 0 ? null : 24),
);

describe('loadkit cost <run>', () => {
  it('--json has the right-sizing beside the prices', async () => {
    const host = await testHost();
    await leave(host, 'first', sizedRun());
    const document = JSON.parse((await cost(host, 'first', '--json')).stdout);
    expect(document).toMatchObject({
      schemaVersion: 1,
      runId: 'first',
      month: { currency: 'USD' },
      rightSizing: { strategy: 'cost', memorySizes: [] },
    });
    const { recommendations, withheld } = document.rightSizing;
    expect(recommendations.map(({ node }: { node: string }) => node)).toContain('fargate:engine');
    for (const each of recommendations) {
      expect(each).toMatchObject({ risk: { level: expect.any(String), why: expect.any(String) }, why: expect.any(String) });
      expect(each.effects.map(({ target }: { target: string }) => target)).toEqual(sizedRun().plan.limits.map(({ id }) => id));
    }
    for (const each of withheld) expect(each).toMatchObject({ reason: expect.any(String), settledBy: expect.any(String) });
  });

  it('says it for a reader, and a reason that several share once', async () => {
    const host = await testHost();
    await leave(host, 'first', sizedRun());
    const { stdout } = await cost(host, 'first');
    expect(stdout).toMatch(
      /fargate:engine, tasks: 2 × 1 vCPU and 4 GB → 2 × 0\.5 vCPU and 2 GB\n +saves 42\.53 USD a month; risk medium: /,
    );
    expect(stdout).toContain('latency-avg worse, at worst 30.9 of 500');
    expect(stdout.match(/Metrics of 28 days or more/g)).toHaveLength(1);
  });

  it.each(['null', '{}', '{"window":{},"plan":{},"targets":[]}'])('ends with 104 and a hint where the report is %s', async (report) => {
    const host = await testHost();
    await leave(host, 'first', sizedRun());
    await writeAtomic(host, path.join(host.folder, 'first', 'report.json'), report);
    await expect(cost(host, 'first')).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining('report.json is no report of this version'),
      hint: expect.stringContaining('loadkit analyze'),
    });
  });

  it('--with compares the memory of functions across runs of one load', async () => {
    const host = await testHost();
    await leave(host, 'first', sizedRun());
    await leave(host, 'second', slower);
    const { rightSizing } = JSON.parse((await cost(host, 'first', '--with', 'second', '--json')).stdout);
    expect(rightSizing.memorySizes).toMatchObject([{ node: 'lambda:character', chosen: { cost: 256, speed: 512, balanced: 256 } }]);
    expect(rightSizing.recommendations).toContainEqual(expect.objectContaining({ node: 'lambda:character', from: '512 MB', to: '256 MB' }));
    const fast = await testHost();
    await leave(fast, 'first', sizedRun());
    await leave(fast, 'second', slower);
    const { stdout } = await cost(fast, 'second', '--with', 'first', '--strategy', 'speed');
    expect(stdout).toContain('lambda:character, memory: 256 MB → 512 MB');
    expect(stdout).toContain(
      'memory of lambda:character: 256 MB takes 24 ms, 512 MB takes 18 ms; cost 256 MB, speed 512 MB, balanced 256 MB',
    );
  });

  it.each([
    ['the run itself', {}, 'first', 'is the run itself'],
    [
      'another load',
      { scenario: 'real-time' },
      'second',
      "second can't be compared: it is real-time with 800 users, not mixed with 800 users",
    ],
  ])('ends with 104 where --with is %s', async (_, change, other, message) => {
    const host = await testHost();
    await leave(host, 'first', sizedRun());
    await leave(host, 'second', slower, change);
    await expect(cost(host, 'first', '--with', other)).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });
});
