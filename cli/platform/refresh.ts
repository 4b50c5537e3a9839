import * as path from 'node:path';
import { loadConfig } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';
import { Progress } from '../progress.ts';
import { exists, FILES, readPlan } from '../store.ts';
import { awsAsk } from './ask.ts';
import { gatherInto, type OwnFiles, takeInto } from './gather.ts';

/**
 * Brings a run's platform data up to date before it is judged again: from files, from AWS when that is asked for, or when the run was to ask AWS
 * and has no answer yet. In all other cases nobody is asked, and what is on disk holds.
 *
 * @throws UserError 104 when there is nobody to ask, or a file is not what it should be
 */
export async function refresh(
  host: Host,
  directory: string,
  { asked, files, config }: { asked: boolean; files: OwnFiles; config: string | undefined },
): Promise<void> {
  const progress = new Progress(host.stderr, host.now);
  if (files.platform !== undefined || files.traces !== undefined) return takeInto(host, files, { directory, progress });
  const plan = await readPlan(host, directory);
  const unanswered = plan.aws !== undefined && !plan.target.embedded && !(await exists(host, path.join(directory, FILES.inventory)));
  if (!asked && !unanswered) return;
  if (plan.target.embedded) {
    throw new UserError(
      'the embedded stack of this run is gone, and its telemetry with it',
      'leave out --aws: what the stack said at the end of the run is in the run directory',
    );
  }
  const ask = awsAsk(host, await loadConfig(host, config), { asked: true, plan });
  if (ask === null) return;
  try {
    await gatherInto(host, ask, { directory, plan, onStop: host.onInterrupt, progress });
  } finally {
    progress.clear();
  }
}
