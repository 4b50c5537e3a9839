import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TestHost, testHost } from '../../tests/test-host.ts';
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
    [{ region: 'us-east-1', lambda: [{}] }, 'usage.json is no usage document: lambda[0].requests is undefined'],
  ])('ends with 104 and a hint for %j', async (document, message) => {
    await expect(estimate(document)).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });
});
