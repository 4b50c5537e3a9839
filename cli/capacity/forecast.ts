import { DAY_S, type Growth, growthOf, type HistoryPoint, MONTH_S, parseGrowth, reachedAt } from '../../analyzers/models/forecast.ts';
import { figure } from '../../analyzers/words.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { numberIn, readCsv } from '../input-file.ts';
import { readCapacity } from './test-directory.ts';

export interface Forecast {
  growth: Growth | null;
  /** Why there is no growth to go by. */
  reason: string | null;
  todayUsers: number | null;
  limits: ReachedLimit[];
}

interface ReachedLimit {
  what: string;
  users: number;
  /** Days as `2027-03-01`; null for never. */
  date: string | null;
  /** Null without an interval of the growth. */
  dateCi95: [earliest: string | null, latest: string | null] | null;
}

interface Options {
  today?: number | undefined;
  growth?: string | undefined;
  history?: string | undefined;
}

const COLUMNS = 'the first line names the columns: date,users';

/** @throws UserError 104 for growth or a history that can't be read, or no test */
export async function forecastOf(host: Host, test: string | undefined, options: Options): Promise<Forecast> {
  const { growth, todayUsers } = await growthFor(host, options);
  const { sustainable, resources } = await readCapacity(host, test);
  if ('reason' in growth) return { growth: null, reason: growth.reason, todayUsers, limits: [] };
  const limits = [
    ...(sustainable === null ? [] : [{ what: 'the largest load that is known to hold', users: sustainable.users }]),
    ...resources.flatMap(({ node, resource, at }) =>
      at === null || at.users === null ? [] : [{ what: `${node} ${resource}`, users: at.users }],
    ),
  ];
  const dateOf = (users: number, perMonth: number): string | null => {
    const atS = reachedAt({ nowS: host.now() / 1000, users: todayUsers, perMonth }, users);
    // Beyond this it is no forecast, and JavaScript has no date for much more.
    return atS - host.now() / 1000 > CENTURY_S ? null : new Date(atS * 1000).toISOString().slice(0, 10);
  };
  return {
    growth,
    reason: null,
    todayUsers,
    limits: limits
      .toSorted((a, b) => a.users - b.users)
      .map(({ what, users }) => ({
        ...{ what, users, date: dateOf(users, growth.perMonth) },
        dateCi95: growth.ci95 === null ? null : [dateOf(users, growth.ci95[1]), dateOf(users, growth.ci95[0])],
      })),
  };
}

const CENTURY_S = 100 * 365.25 * 86_400;

async function growthFor(
  host: Host,
  { today, growth, history }: Options,
): Promise<{ growth: Growth | { reason: string }; todayUsers: number }> {
  if (history !== undefined) {
    const points = await readHistory(host, history);
    const last = points.toSorted((a, b) => a.timeS - b.timeS).at(-1);
    const sinceS = host.now() / 1000 - (last?.timeS ?? Number.NaN);
    if (sinceS < -DAY_S) throw new UserError(`${history} has days that are yet to come`, 'a history is of what was');
    const measured = growthOf(points);
    if (today === undefined && !('reason' in measured) && sinceS > MONTH_S)
      throw new UserError(`${history} ends more than a month ago`, 'say how many users there are today: --today 200');
    return { growth: measured, todayUsers: today ?? last?.users ?? 0 };
  }
  if (growth === undefined) throw new UserError('nothing says how fast it grows', 'give --growth 8%/month, or --history players.csv');
  if (today === undefined) throw new UserError('nothing says how many users there are today', 'give --today 200');
  const perMonth = parseGrowth(growth);
  if (perMonth === null)
    throw new UserError(`--growth ${growth} is no growth`, 'write a percentage by its time, such as 8%/month, 2%/week or 50%/year');
  return { growth: { perMonth, ci95: null }, todayUsers: today };
}

async function readHistory(host: Host, given: string): Promise<HistoryPoint[]> {
  const rows = await readCsv(host, given, ['date', 'users'], COLUMNS);
  // Date.parse takes much more, as it likes.
  const timeS = (date: string): number => (/^\d{4}-\d\d-\d\d/.test(date) ? Date.parse(date) / 1000 : Number.NaN);
  return rows.map(({ date = '', users }) => ({ timeS: timeS(date), users: numberIn(users) }));
}

export const exitCodeOf = ({ limits }: Forecast): ExitCode => (limits.length === 0 ? EXIT.inconclusive : EXIT.pass);

export function renderForecast({ growth, reason, todayUsers, limits }: Forecast): string {
  if (growth === null) return `inconclusive: ${reason}\n`;
  const rate = (share: number): string => `${figure(100 * share)} %`;
  const range = growth.ci95 === null ? '' : ` (${rate(growth.ci95[0])} to ${rate(growth.ci95[1])})`;
  const lines = [`${figure(todayUsers ?? 0)} users today, growing by ${rate(growth.perMonth)} a month${range}`];
  for (const { what, users, date, dateCi95 } of limits) {
    const between = dateCi95 === null ? '' : ` (${dateCi95[0] ?? 'never'} to ${dateCi95[1] ?? 'never'})`;
    lines.push(`${date ?? 'never'}${between}: ${figure(users)} users, ${what}`);
  }
  if (limits.length === 0) lines.push('the test knows no limit');
  return `${lines.join('\n')}\n`;
}
