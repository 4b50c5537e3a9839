import * as path from 'node:path';
import { type Plan, SCHEMA_VERSION } from '../analyzers/contract.ts';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';

/** Where runs live, relative to the working directory. A contract. */
const RUNS = path.join('.loadkit', 'runs');

/** The files of a run directory. Names are a contract; all but the logs are written to a temporary name, then renamed. */
export const FILES = {
  plan: 'plan.json',
  client: 'client.json.gz',
  /** The client's series as they came, second by second, until they are compacted into `client`. What `kill -9` leaves behind. */
  journal: 'client.journal.ndjson',
  engineLog: 'engine.log',
  /** What AWS said of the platform; each may hold only the reason why it is missing. Not there: nobody asked. */
  inventory: 'inventory.json',
  platform: 'platform.json.gz',
  alarms: 'alarms.json',
  traces: 'traces.json.gz',
  reportJson: 'report.json',
  reportHtml: 'report.html',
  junit: 'junit.xml',
  summary: 'summary.md',
} as const;

/** `20261124T093000Z-mixed-1000`: sorts by time, and is a file name everywhere. */
export function runIdOf(startMs: number, scenario: string, load: Plan['load']): string {
  const time = new Date(startMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  const size = load.model === 'closed' ? `${load.usersMax}` : `r${Number(load.ratePerS.toFixed(2))}`;
  return `${time}-${scenario.replace(/[^\w.-]+/g, '_').slice(0, 60)}-${size}`;
}

/**
 * Makes the directory of a new run: `out` when given, else one named after the run. Never writes into one that holds something.
 *
 * @throws UserError 104 when it can't be made or isn't empty
 */
export async function createRunDirectory(host: Host, runId: string, out: string | undefined): Promise<string> {
  const base = path.resolve(host.cwd, out ?? path.join(RUNS, runId));
  for (let n = 1; n < 100; n += 1) {
    const directory = out === undefined && n > 1 ? `${base}-${n}` : base;
    try {
      await host.fs.mkdir(path.dirname(directory), { recursive: true });
      await host.fs.mkdir(directory);
      return directory;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new UserError(`cannot make the run directory ${directory}: ${(cause as Error).message}`, 'choose another with --out', {
          cause,
        });
      }
      if (out === undefined) continue;
      const content = await host.fs.readdir(directory).catch(() => ['not a directory']);
      if (content.length === 0) return directory;
      throw new UserError(`${directory} is not empty`, 'a run never overwrites another: choose a new directory with --out', { cause });
    }
  }
  throw new UserError(`cannot find a free name for ${base}`, 'choose a directory with --out');
}

export const exists = (host: Host, file: string): Promise<boolean> =>
  host.fs.access(file).then(
    () => true,
    () => false,
  );

/** Writes a file whole or not at all. */
export async function writeAtomic(host: Host, file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await host.fs.writeFile(temporary, content);
    await host.fs.rename(temporary, file);
  } catch (error) {
    await host.fs.rm(temporary, { force: true });
    throw error;
  }
}

export const writePlan = (host: Host, directory: string, plan: Plan): Promise<void> =>
  writeAtomic(host, path.join(directory, FILES.plan), `${JSON.stringify(plan, null, 2)}\n`);

/**
 * @param run a directory, the id of a run below `.loadkit/runs`, or nothing for the latest there
 * @throws UserError 104 when there is none
 */
export async function findRun(host: Host, run: string | undefined): Promise<string> {
  const runs = path.resolve(host.cwd, RUNS);
  const candidates = run === undefined ? [await latest(host, runs)] : [path.resolve(host.cwd, run), path.join(runs, run)];
  for (const candidate of candidates) {
    if (candidate !== null && (await hasPlan(host, candidate))) return candidate;
  }
  throw new UserError(
    run === undefined ? 'there is no run yet' : `there is no run ${run}`,
    `a run is a directory with a ${FILES.plan} in it; \`loadkit list\` shows those below ${RUNS}`,
  );
}

/** Ids of the runs below `.loadkit/runs`, newest first. */
export async function listRuns(host: Host): Promise<string[]> {
  const entries = await host.fs.readdir(path.resolve(host.cwd, RUNS), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .reverse();
}

const hasPlan = (host: Host, directory: string): Promise<boolean> => exists(host, path.join(directory, FILES.plan));

/** The newest that has a plan: a run that could not begin leaves an empty directory. */
async function latest(host: Host, runs: string): Promise<string | null> {
  for (const id of await listRuns(host)) {
    const directory = path.join(runs, id);
    if (await hasPlan(host, directory)) return directory;
  }
  return null;
}

/** @throws UserError 104 when the plan is not loadkit's, or of a newer kind */
export async function readPlan(host: Host, directory: string): Promise<Plan> {
  const file = path.join(directory, FILES.plan);
  const bad = (what: string, cause?: unknown) =>
    new UserError(`${file} ${what}`, 'was the run directory made by this version of loadkit?', { cause });
  let plan: Partial<Plan>;
  try {
    plan = Object(JSON.parse(await host.fs.readFile(file, 'utf8'))) as Partial<Plan>;
  } catch (cause) {
    throw bad('cannot be read', cause);
  }
  if (plan.schemaVersion !== SCHEMA_VERSION) throw bad(`has schemaVersion ${String(plan.schemaVersion)}, not ${SCHEMA_VERSION}`);
  const lists = [plan.stages, plan.limits].every(Array.isArray);
  const objects = [plan.load, plan.target, plan.engine, plan.versions, plan.machine].every(
    (part) => typeof part === 'object' && part !== null,
  );
  if (typeof plan.runId !== 'string' || !lists || !objects) throw bad('is not a plan');
  return plan as Plan;
}
