import { type Capacity, capacityOf } from '../../analyzers/capacity/capacity.ts';
import {
  DAY_S,
  GROWTH_MAX,
  type Growth,
  grownUsers,
  growthOf,
  type HistoryPoint,
  HORIZON_S,
  MONTH_S,
  parseGrowth,
  reachedAt,
} from '../../analyzers/models/forecast.ts';
import { figure, plural } from '../../analyzers/words.ts';
import { rangeText } from '../../reports/capacity-text.ts';
import { count } from '../../reports/format.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { numberIn, readCsv } from '../input-file.ts';
import { readSteps } from './test-directory.ts';

export interface Forecast {
  growth: Growth | null;
  /** Why there is no growth to go by. */
  reason: string | null;
  todayUsers: number | null;
  /** No date is later. */
  horizon: string;
  limits: ReachedLimit[];
  /** Limits of which no number of users is known, with the reason. */
  unknown: { what: string; reason: string }[];
}

interface ReachedLimit {
  what: string;
  users: number;
  /** The interval of a resource's users, or the loads that bracket the sustainable one; an end that is not known is null. */
  usersBetween: [lo: number, hi: number | null];
  /** Days as `2027-03-01`; null where it is never reached, or beyond the horizon. */
  date: string | null;
  outcome: 'reached' | 'beyond-horizon' | 'never';
  /** With the ends of the users, and of the growth where it has an interval; null for never, or beyond the horizon. */
  dateBetween: [earliest: string | null, latest: string | null];
}

interface Options {
  today?: number | undefined;
  growth?: string | undefined;
  history?: string | undefined;
}

const COLUMNS = 'the first line names the columns: date,users';

/** @throws UserError 104 for growth or a history that can't be read, or no test */
export async function forecastOf(host: Host, test: string | undefined, options: Options): Promise<Forecast> {
  const { growth, counted } = await growthFor(host, options);
  const capacity = capacityOf(await readSteps(host, test));
  const nowS = host.now() / 1000;
  const horizon = dayOf(nowS + HORIZON_S);
  if ('reason' in growth) return { growth: null, reason: growth.reason, todayUsers: counted.users, horizon, limits: [], unknown: [] };
  const [slowest, fastest] = growth.ci95 ?? [growth.perMonth, growth.perMonth];
  // From when they were counted: what came of them since is known no better than what is to come.
  const reached = (users: number, perMonth: number): Pick<ReachedLimit, 'date' | 'outcome'> => {
    const atS = Math.max(nowS, reachedAt({ nowS: counted.atS, users: counted.users, perMonth }, users));
    if (atS - nowS <= HORIZON_S) return { date: dayOf(atS), outcome: 'reached' };
    return { date: null, outcome: Number.isFinite(atS) ? 'beyond-horizon' : 'never' };
  };
  const { known, unknown } = limitsOf(capacity);
  const limits = known.map(({ what, users, usersBetween }): ReachedLimit => {
    const [lo, hi] = usersBetween;
    const dateBetween: ReachedLimit['dateBetween'] = [reached(lo, fastest).date, hi === null ? null : reached(hi, slowest).date];
    return { what, users, usersBetween, ...reached(users, growth.perMonth), dateBetween };
  });
  const todayUsers = Math.round(grownUsers(counted.users, growth.perMonth, nowS - counted.atS));
  return { growth, reason: null, todayUsers, horizon, limits, unknown };
}

const dayOf = (timeS: number): string => new Date(timeS * 1000).toISOString().slice(0, 10);

/** The fewest users first. */
function limitsOf({ sustainable, boundary, resources }: Capacity): {
  known: Pick<ReachedLimit, 'what' | 'users' | 'usersBetween'>[];
  unknown: Forecast['unknown'];
} {
  const known: Pick<ReachedLimit, 'what' | 'users' | 'usersBetween'>[] = [];
  const unknown: Forecast['unknown'] = [];
  if (sustainable === null) unknown.push({ what: HOLDING, reason: boundary });
  else known.push({ what: HOLDING, users: sustainable.users, usersBetween: sustainable.bracket });
  for (const { node, resource, at, reason } of resources) {
    const what = `${node} ${resource}`;
    if (at !== null && at.users !== null) known.push({ what, users: at.users, usersBetween: at.usersCi95 ?? [at.users, null] });
    else unknown.push({ what, reason: reason ?? 'Nothing says how many users it takes.' });
  }
  return { known: known.sort((a, b) => a.users - b.users), unknown };
}

const HOLDING = 'the largest load that is known to hold';

async function growthFor(
  host: Host,
  { today, growth, history }: Options,
): Promise<{ growth: Growth | { reason: string }; counted: { atS: number; users: number } }> {
  const nowS = host.now() / 1000;
  if (history !== undefined) {
    const points = await readHistory(host, history);
    const last = points.toSorted((a, b) => a.timeS - b.timeS).at(-1);
    const sinceS = nowS - (last?.timeS ?? Number.NaN);
    if (sinceS < -DAY_S) throw new UserError(`${history} has days that are yet to come`, 'a history is of what was');
    const measured = growthOf(points);
    if (today === undefined && !('reason' in measured) && sinceS > MONTH_S)
      throw new UserError(`${history} ends more than a month ago`, 'say how many users there are today: --today 200');
    // A history rarely ends today.
    const counted = today === undefined && last !== undefined ? { atS: last.timeS, users: last.users } : { atS: nowS, users: today ?? 0 };
    return { growth: measured, counted };
  }
  if (growth === undefined) throw new UserError('nothing says how fast it grows', 'give --growth 8%/month, or --history players.csv');
  if (today === undefined) throw new UserError('nothing says how many users there are today', 'give --today 200');
  const perMonth = parseGrowth(growth);
  if (perMonth === null)
    throw new UserError(
      `--growth ${growth} is no growth`,
      'write a percentage above -100 by its time, such as 8%/month, 2%/week or 50%/year',
    );
  if (perMonth > GROWTH_MAX)
    throw new UserError(
      `--growth ${growth} is more than ${figure(100 * GROWTH_MAX)} % a month`,
      'nothing grows like that for long: state what it will settle at',
    );
  return { growth: { perMonth, ci95: null }, counted: { atS: nowS, users: today } };
}

async function readHistory(host: Host, given: string): Promise<HistoryPoint[]> {
  const rows = await readCsv(host, given, ['date', 'users'], COLUMNS);
  // Date.parse takes much more, as it likes.
  const timeS = (date: string): number => (/^\d{4}-\d\d-\d\d/.test(date) ? Date.parse(date) / 1000 : Number.NaN);
  return rows.map(({ date = '', users }) => ({ timeS: timeS(date), users: numberIn(users) }));
}

export const exitCodeOf = ({ limits }: Forecast): ExitCode => (limits.length === 0 ? EXIT.inconclusive : EXIT.pass);

export function renderForecast({ growth, reason, todayUsers, horizon, limits, unknown }: Forecast): string {
  if (growth === null) return `inconclusive: ${reason}\n`;
  const rate = (share: number): string => `${figure(100 * share)} %`;
  const range = growth.ci95 === null ? '' : ` (${rate(growth.ci95[0])} to ${rate(growth.ci95[1])})`;
  const lines = [`${plural(todayUsers ?? 0, 'user')} today, growing by ${rate(growth.perMonth)} a month${range}`];
  const day = (date: string | null, end: number | null): string => date ?? (end === null ? 'not known' : `later than ${horizon}, or never`);
  const when = {
    reached: null,
    never: 'never',
    'beyond-horizon': `later than ${horizon}, and no growth is known to last until then`,
  } as const;
  for (const { what, users, usersBetween, date, outcome, dateBetween } of limits) {
    const between = dateBetween.every((end) => end === null)
      ? ''
      : ` (${dateBetween.map((each, i) => day(each, usersBetween[i] ?? null)).join(' to ')})`;
    lines.push(`${date ?? when[outcome]}${between}: ${plural(Math.round(users), 'user')} (${rangeText(usersBetween, count)}), ${what}`);
  }
  if (limits.length === 0) lines.push('the test knows no limit');
  for (const { what, reason: why } of unknown) lines.push(`not known: ${what}. ${why}`);
  return `${lines.join('\n')}\n`;
}
