import { sayTest } from '../../analyzers/capacity/next-test.ts';
import { fitUsl, type LoadPoint, type UslFit } from '../../analyzers/models/scalability/index.ts';
import { figure } from '../../analyzers/words.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { numberIn, readCsv } from '../input-file.ts';

const COLUMNS = 'the first line names the columns: users,throughput and, where you have it, latencyMs';

/**
 * Reads points of load and fits the law.
 *
 * @throws UserError 104 when the file can't be read, is no CSV, or has not the columns; values that make no curve are the fit's to refuse
 */
export async function fitFile(host: Host, given: string): Promise<UslFit> {
  const rows = await readCsv(host, given, ['users', 'throughput'], COLUMNS);
  const points = rows.map(pointOf);
  const tested = points.map(({ users }) => ({ scenario: 'SCENARIO', users }));
  const fit = fitUsl(points, (loads) => sayTest(tested, loads));
  const i = points.findIndex((point) => whyNoLatency(point) !== null);
  // What is wrong with users and throughput comes first: without them a latency can't be judged.
  if (i === -1 || !points.every(isLoad)) return fit;
  const reason = `Point ${i + 1} ${whyNoLatency(points[i] as LatencyPoint)}`;
  return { ...fit, verdict: 'inconclusive', coefficients: null, peak: null, limit: null, reason, knee: null, kneeReason: reason };
}

const isLoad = ({ users, throughput }: LoadPoint): boolean => users >= 1 && throughput >= 0;

function whyNoLatency({ users, throughput, latencyMs }: LatencyPoint): string | null {
  if (latencyMs === null) return null;
  if (!(latencyMs >= 0 && Number.isFinite(latencyMs)))
    return 'has no number of 0 ms or more for its latency: leave out what was not measured.';
  if (throughput * (latencyMs / 1000) <= users * (1 + ROUNDING)) return null;
  return `can't be: ${users} users who each wait ${latencyMs} ms make ${figure((1000 * users) / latencyMs)} requests/s at most, not ${throughput} (Little's law). Are the columns in requests per second and milliseconds?`;
}

/** Figures in tables are rounded. Guess: tune. */
const ROUNDING = 0.02;

interface LatencyPoint extends LoadPoint {
  /** Null where it was not given. */
  latencyMs: number | null;
}

/** What is no number is NaN, which is named by its row. */
const pointOf = (row: Record<string, string>): LatencyPoint => ({
  users: numberIn(row['users']),
  throughput: numberIn(row['throughput']),
  latencyMs: row['latencyms'] === undefined || row['latencyms'] === '' ? null : numberIn(row['latencyms']),
});

/** To have refused is no failure, but no answer either. */
export const exitCodeOf = ({ verdict }: UslFit): ExitCode => (verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.pass);

export function renderFit({ coefficients, peak, knee, kneeReason, limit, reason, testedUsersMax }: UslFit): string {
  const lines = [
    peak === null
      ? `inconclusive: ${reason}`
      : `peak: ${figure(peak.throughput)} requests/s (${interval(peak.throughputCi95)}) at ${figure(peak.users)} users (${interval(peak.ci95)}); tested up to ${figure(testedUsersMax ?? 0)}`,
  ];
  if (knee !== null) lines.push(`knee: ${figure(knee.users)} users (${interval(knee.ci95)})`);
  else if (kneeReason !== reason) lines.push(`knee: not known. ${kneeReason}`);
  if (limit !== null) lines.push(`limit: ${figure(limit)} requests/s, however many users`);
  for (const [name, what] of NAMES) {
    const coefficient = coefficients?.[name];
    if (coefficient !== undefined)
      lines.push(`${what}: ${digits(coefficient.value)}, standard error ${digits(coefficient.se)} (${interval(coefficient.ci95)})`);
  }
  return `${lines.join('\n')}\n`;
}

const NAMES = [
  ['lambda', 'λ, requests/s of one user'],
  ['sigma', 'σ, contention'],
  ['kappa', 'κ, coherency'],
] as const;

const digits = (value: number): string => (value === 0 ? '0' : Number(value.toPrecision(4)).toString());
const interval = ([lo, hi]: readonly [number, number]): string => `${digits(lo)} to ${digits(hi)}`;
