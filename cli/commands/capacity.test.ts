import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TestHost, testHost } from '../../tests/test-host.ts';
import { program } from '../program.ts';

async function fitting(csv: string | null, ...more: string[]): Promise<TestHost> {
  const host = await testHost();
  if (csv !== null) await fs.writeFile(path.join(host.folder, 'points.csv'), csv);
  await program(host).parseAsync(['capacity', 'fit', 'points.csv', ...more], { from: 'user' });
  return host;
}

const SPEC = 'users,throughput\n1,64.9\n18,995.9\n36,1652.4\n72,1853.2\n108,1828.9\n144,1775.0\n216,1702.2\n';

describe('loadkit capacity fit', () => {
  it('--json prints the coefficients, the peak and its interval', async () => {
    const { written } = await fitting(SPEC, '--json');
    expect(JSON.parse(written.stdout)).toMatchObject({
      schemaVersion: 1,
      model: 'usl',
      verdict: 'estimated',
      coefficients: {
        sigma: { value: expect.closeTo(0.02773, 5), se: expect.closeTo(0.00912, 5), ci95: [expect.any(Number), expect.any(Number)] },
      },
      peak: { users: expect.closeTo(96.5, 1), throughput: expect.closeTo(1883.9, 1), ci95: [expect.any(Number), expect.any(Number)] },
      knee: { users: expect.closeTo(20.93, 2), ci95: [expect.any(Number), expect.any(Number)] },
      ...{ reason: null, kneeReason: null, testedUsersMax: 216 },
    });
    expect(written).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('says it for a reader without --json', async () => {
    const { written } = await fitting(SPEC);
    expect(written.stdout).toMatch(
      /^peak: 1,884 requests\/s \([\d.]+ to [\d.]+\) at 96\.5 users \([\d.]+ to [\d.]+\); tested up to 216\nknee: 20\.9 users \([\d.]+ to [\d.]+\)\n/,
    );
    expect(written.stdout).toContain('σ, contention: 0.02773, standard error 0.009122');
  });

  it('takes columns in any order and case, a byte order mark, blank lines and latencies', async () => {
    const { written } = await fitting('\uFEFFThroughput, LatencyMs ,users\n10,5,10\n20,5,20\n\n30,5,30\n40,5,40\n', '--json');
    expect(JSON.parse(written.stdout).reason).toContain('below the knee');
    expect(written.exitCode).toBe(80);
  });

  it.each([
    ['users,throughput\n1,1\n2,\n3,3\n4,4\n', 'Point 2 has no number'],
    ['users,throughput\n1,1\n2,two\n3,3\n4,4\n', 'Point 2 has no number'],
    ['users,throughput\n1,1\n2,0x2\n3,3\n4,4\n', 'Point 2 has no number'],
    ['users,throughput\n1,1\n', 'There is 1 load'],
    ['users,throughput\n-1,1\n2,2\n3,3\n4,4\n', 'Point 1 has -1 users'],
    ['users,throughput\n1,1e300\n2,2\n3,3\n4,4\n', 'no more than 1000000000000 are taken for measured'],
    ['users,throughput,latencyMs\n1,1,100\n2,2,soon\n3,3,100\n4,4,100\n', 'Point 2 has no number of 0 ms or more for its latency'],
    ['users,throughput,latencyMs\n1,1,\n2,2,100\n3,3,-5\n4,4,100\n', 'Point 3 has no number of 0 ms or more for its latency'],
    ['users,throughput\n1,1\n2,2\n3,3\n4,4\n', 'Test with `loadkit capacity SCENARIO --users 1..8 --steps 8`.'],
    ['users,throughput\n1e5,1\n2e5,2\n3e5,3\n4e5,4\n', 'No test of this command goes beyond 100,000 users.'],
    [
      'users,throughput,latencyMs\n1,1,100\n2,30,100\n3,3,100\n4,4,100\n',
      "2 users who each wait 100 ms make 20 requests/s at most, not 30 (Little's law)",
    ],
  ])('refuses a curve with a reason and 80: %j', async (csv, reason) => {
    const { written } = await fitting(csv, '--json');
    expect(JSON.parse(written.stdout)).toMatchObject({
      verdict: 'inconclusive',
      coefficients: null,
      peak: null,
      reason: expect.stringContaining(reason),
    });
    expect(written.exitCode).toBe(80);
  });

  it.each([
    [null, 'cannot read points.csv'],
    ['', 'points.csv has no rows'],
    ['users,rate\n1,1\n', 'points.csv has no column throughput, but users, rate'],
    ['users,throughput\n1,1\n2\n', 'points.csv is not CSV'],
    ['users,Users,throughput\n1,2,1\n', 'points.csv has two columns users'],
  ])('ends with 104 and a hint for %j', async (csv, message) => {
    await expect(fitting(csv)).rejects.toMatchObject({
      name: 'UserError',
      exitCode: 104,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });
});
