import * as path from 'node:path';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';
import { packageRoot } from './package.ts';

export interface Script {
  /** Name in the run's id and report. */
  name: string;
  path: string;
  shipped: boolean;
}

/** The scenarios that ship: every script in `scenarios/` itself (what they share is in `scenarios/lib`). */
export async function shippedScenarios(host: Host): Promise<Script[]> {
  const folder = path.join(packageRoot(), 'scenarios');
  const files = await host.fs.readdir(folder);
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
    .sort()
    .map((file) => ({ name: path.basename(file, '.ts'), path: path.join(folder, file), shipped: true }));
}

/**
 * @param given a shipped scenario's name, or the path of a k6 script (.ts, .js) or archive (.tar)
 * @throws UserError 104 when it is neither
 */
export async function findScript(host: Host, given: string): Promise<Script> {
  const shipped = await shippedScenarios(host);
  const known = shipped.find((script) => script.name === given);
  if (known) return known;
  const file = path.resolve(host.cwd, given);
  const stat = await host.fs.stat(file).catch(() => null);
  if (!stat?.isFile()) {
    throw new UserError(
      `there is no scenario or script ${given}`,
      `the scenarios are ${shipped.map((script) => script.name).join(', ')}; a script of your own is given by its path, such as ./my-test.ts`,
    );
  }
  return { name: path.basename(file).replace(/\.[^.]+$/, ''), path: file, shipped: false };
}
