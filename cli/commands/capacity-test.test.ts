import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { capacityOf } from '../../analyzers/capacity/capacity.ts';
import { stepsToTheTable } from '../../tests/load-steps.ts';
import { type TestHost, testHost } from '../../tests/test-host.ts';
import { program } from '../program.ts';

/** Noon in UTC, so that the day is the same wherever the test runs. */
const NOW = Date.UTC(2026, 10, 26, 12);

/** What is said of a stepped test that was made before: of `capacity.json`, without any load. */
async function capacity(files: Readonly<Record<string, string>>, ...args: string[]): Promise<TestHost> {
  const host = await testHost({ now: () => NOW });
  const written = {
    '.loadkit/capacity/20261126T100000Z-mixed-900/capacity.json': JSON.stringify({ schemaVersion: 1, ...capacityOf(stepsToTheTable) }),
    ...files,
  };
  for (const [name, content] of Object.entries(written)) {
    await fs.mkdir(path.dirname(path.join(host.folder, name)), { recursive: true });
    await fs.writeFile(path.join(host.folder, name), content);
  }
  await program(host).parseAsync(['capacity', ...args], { from: 'user' });
  return host;
}

describe('loadkit capacity whatif', () => {
  it('says what is used up first with another limit', async () => {
    const { written } = await capacity({}, 'whatif', '--set', 'dynamodb:guilds.wcu=20', '--json');
    expect(JSON.parse(written.stdout)).toMatchObject({
      schemaVersion: 1,
      before: { node: 'dynamodb:guilds' },
      after: { node: 'fargate:engine' },
    });
    expect(written.exitCode).toBe(0);
    const { written: said } = await capacity({}, 'whatif', '--set', 'dynamodb:guilds.wcu=20');
    expect(said.stdout).toContain('with these settings: fargate:engine cpu (4 tasks) at 400 requests/s (400 to 400), about 1,600 users');
    expect(said.stdout).toMatch(/price as tested: [\d.,]+ USD a month for 900 users, [\d.]+ per 1,000 users and hour\n/);
    expect(said.stdout).toMatch(/at the limit with them: [\d.,]+ USD a month for 1,600 users/);
  });

  it.each([
    [['whatif', '--set', 'guilds=4'], '--set guilds=4 is not NODE.SETTING=NUMBER'],
    [['whatif', '--set', 'dynamodb:items.wcu=4'], 'the test knows no wcu of dynamodb:items'],
    [['whatif', 'nowhere', '--set', 'dynamodb:guilds.wcu=4'], 'there is no capacity test nowhere'],
  ])('ends with 104 and a hint for %j', async (args, message) => {
    await expect(capacity({}, ...args)).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });

  const whole = JSON.parse(JSON.stringify({ schemaVersion: 1, steps: stepsToTheTable }));
  const damaged = (change: (first: Record<string, unknown>) => void): string => {
    const document = structuredClone(whole);
    change(document.steps[0]);
    return JSON.stringify(document);
  };
  it.each([
    ['{', 'it is not JSON'],
    ['null', 'it has no schemaVersion 1'],
    ['{"schemaVersion":1,"steps":7}', 'it has no list of steps'],
    ['{"schemaVersion":1,"steps":[null]}', 'steps[0] is not an object'],
    ['{"schemaVersion":1,"steps":[{}]}', 'steps[0].run is missing, not a text'],
    [damaged((step) => Object.assign(step, { users: '100' })), 'steps[0].users is "100", not a whole number above 0'],
    [damaged((step) => Object.assign(step, { throughput: -1 })), 'steps[0].throughput is -1, not a number of 0 or more, or null'],
    [damaged((step) => Object.assign(step, { latencyMs: [] })), 'steps[0].latencyMs is not an object'],
    [damaged((step) => Object.assign(step, { uses: {} })), 'steps[0].uses is not a list'],
    [
      damaged((step) => Object.assign(step, { uses: [{ node: 'a', resource: 'b', unit: 'c', used: 1, limit: 0 }] })),
      'steps[0].uses[0].limit is 0',
    ],
    [
      damaged((step) => Object.assign(step, { usage: { region: 'us-east-1', lambda: {} } })),
      'steps[0].usage is something else, not a usage document',
    ],
  ])('takes no damaged test: %s', async (text, message) => {
    for (const command of [
      ['whatif', 'test', '--set', 'dynamodb:guilds.wcu=4'],
      ['forecast', 'test', '--today', '5', '--growth', '8%/month'],
    ])
      await expect(capacity({ 'test/capacity.json': text }, ...command)).rejects.toMatchObject({
        name: 'UserError',
        exitCode: 104,
        message: expect.stringContaining(message),
        hint: expect.stringContaining('run the test again'),
      });
  });
});

describe('loadkit capacity forecast', () => {
  it('says when each limit is reached', async () => {
    const { written } = await capacity({}, 'forecast', '--today', '450', '--growth', '8%/month', '--json');
    const { limits, growth } = JSON.parse(written.stdout) as { limits: { what: string; users: number; date: string }[]; growth: object };
    expect(growth).toEqual({ perMonth: 0.08, ci95: null });
    expect(limits.map(({ what }) => what)).toEqual([
      'the largest load that is known to hold',
      'dynamodb:guilds write-capacity',
      'fargate:engine cpu',
    ]);
    // Twice as many in ln 2 / ln 1.08 = 9 months.
    const months = (Date.parse(limits[0]?.date ?? '') - NOW) / (30.4375 * 86_400_000);
    expect(months).toBeGreaterThan(8.9);
    expect(months).toBeLessThan(9.1);
  });

  it('takes growth from a history, with its interval', async () => {
    const rows = Array.from({ length: 60 }, (_, day) => {
      const date = new Date(Date.UTC(2026, 8, 1 + day)).toISOString().slice(0, 10);
      return `${date},${Math.round(400 * 1.08 ** (day / 30.4375) + (day % 3))}`;
    });
    const { written } = await capacity({ 'players.csv': `date,users\n${rows.join('\n')}\n` }, 'forecast', '--history', 'players.csv');
    expect(written.stdout).toMatch(/^50\d users today, growing by [78](\.\d+)? % a month \([78](\.\d+)? % to [89](\.\d+)? %\)\n/);
    // Of loads that all hold nobody knows the end.
    expect(written.stdout).toMatch(/\n\d{4}-\d\d-\d\d \(\d{4}-\d\d-\d\d to not known\): 900 users \(900 or more\)/);
  });

  it('goes on from the end of a history, and says of users that stay that they never come', async () => {
    const days = (last: number, usersAt: (day: number) => number): string =>
      `date,users\n${Array.from({ length: 60 }, (_, i) => {
        const at = NOW - 86_400_000 * (last + i);
        return `${new Date(at).toISOString().slice(0, 10)},${usersAt(-(last + i))}`;
      }).join('\n')}\n`;
    const forecast = async (csv: string) =>
      JSON.parse((await capacity({ 'p.csv': csv }, 'forecast', '--history', 'p.csv', '--json')).written.stdout);
    const grown = (day: number): number => 450 * 1.08 ** (day / 30.4375);
    const [fresh, stale] = [await forecast(days(0, grown)), await forecast(days(28, grown))];
    expect(fresh.todayUsers).toBeCloseTo(450, -1);
    expect(stale.todayUsers).toBeCloseTo(fresh.todayUsers, 0);
    const at = ({ limits }: { limits: { date: string }[] }) => Date.parse(limits[0]?.date ?? '') / 86_400_000;
    expect(Math.abs(at(stale) - at(fresh))).toBeLessThanOrEqual(1);
    // A month that nobody counted is known by the growth's interval, too.
    const noisy = (day: number): number => grown(day) * (1 + 0.1 * Math.sin(day));
    const spanOf = ({ limits }: { limits: { date: string; dateBetween: string[] }[] }): number =>
      (Date.parse(limits[0]?.date ?? '') - Date.parse(limits[0]?.dateBetween[0] ?? '')) / 86_400_000;
    const [guessed, counted] = [
      await forecast(days(28, noisy)),
      JSON.parse(
        (await capacity({ 'p.csv': days(28, noisy) }, 'forecast', '--history', 'p.csv', '--today', '450', '--json')).written.stdout,
      ),
    ];
    expect(guessed.todayUsers).toBe(Math.round(guessed.todayUsers));
    expect(spanOf(guessed)).toBeGreaterThan(1.05 * spanOf(counted));
    const flat = await forecast(days(0, () => 100));
    expect(flat.growth).toEqual({ perMonth: 0, ci95: [0, 0] });
    expect(flat.limits[0].outcome).toBe('never');
  });

  it('takes no history for today that ended long ago, or has not been yet', async () => {
    const from = (year: number) => `date,users\n${[1, 2, 3, 4].map((month) => `${year}-0${month}-01,${90 + 10 * month}`).join('\n')}\n`;
    const forecast = (year: number, ...more: string[]) => capacity({ 'p.csv': from(year) }, 'forecast', '--history', 'p.csv', ...more);
    await expect(forecast(2024)).rejects.toMatchObject({ exitCode: 104, message: 'p.csv ends more than a month ago' });
    await expect(forecast(2190)).rejects.toMatchObject({ exitCode: 104, message: 'p.csv has days that are yet to come' });
    expect((await forecast(2024, '--today', '450')).written.exitCode).toBe(0);
  });

  it('gives a reason and 80 where the history carries no growth, and never where nothing grows', async () => {
    const { written } = await capacity({ 'p.csv': 'date,users\n2026-09-01,100\n2026-09-02,101\n' }, 'forecast', '--history', 'p.csv');
    expect(written).toMatchObject({ exitCode: 80, stdout: expect.stringMatching(/^inconclusive: A history of 2 days/) });
    const shrinking = await capacity({}, 'forecast', '--today', '100', '--growth', '-3%/month');
    expect(shrinking.written.stdout).toContain('never: 900 users');
  });

  it('gives no date beyond five years, and says so', async () => {
    const { written } = await capacity({}, 'forecast', '--today', '100', '--growth', '1%/year', '--json');
    const { horizon, limits } = JSON.parse(written.stdout);
    expect(Date.parse(horizon) - NOW).toBeGreaterThan(4.99 * 365.25 * 86_400_000);
    expect(limits[0]).toMatchObject({ date: null, outcome: 'beyond-horizon', dateBetween: [null, null] });
    const { written: said } = await capacity({}, 'forecast', '--today', '100', '--growth', '1%/year');
    expect(said.stdout).toContain(`later than ${horizon}, and no growth is known to last until then: 900 users (900 or more)`);
  });

  it('names the limits of which it knows no users, with the test that would tell', async () => {
    const far = stepsToTheTable.map((each) => ({ ...each, uses: each.uses.map((use) => ({ ...use, limit: 40 })) }));
    const { written } = await capacity(
      { 'far/capacity.json': JSON.stringify({ schemaVersion: 1, steps: far }) },
      'forecast',
      'far',
      '--today',
      '450',
      '--growth',
      '8%/month',
    );
    expect(written.stdout).toMatch(
      /\nnot known: dynamodb:guilds write-capacity\. .* Test with `loadkit capacity mixed --users 100\.\.9000 --steps 8`\.\n/,
    );
  });

  it.each([
    [['forecast'], 'nothing says how fast it grows'],
    [['forecast', '--growth', '8%/month'], 'nothing says how many users'],
    [['forecast', '--today', '5', '--growth', 'much'], '--growth much is no growth'],
    [['forecast', '--today', '5', '--growth', '-100%/month'], '--growth -100%/month is no growth'],
    [['forecast', '--today', '5', '--growth', 'NaN%/month'], '--growth NaN%/month is no growth'],
    [['forecast', '--today', '5', '--growth', '1000000000%/month'], '--growth 1000000000%/month is more than 1,000 % a month'],
    [['forecast', '--today', '5', '--growth', '10%/day'], '--growth 10%/day is more than 1,000 % a month'],
    [['forecast', '--history', 'nowhere.csv'], 'cannot read nowhere.csv'],
  ])('ends with 104 and a hint for %j', async (args, message) => {
    await expect(capacity({}, ...args)).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });
});
