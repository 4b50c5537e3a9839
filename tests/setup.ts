import { findK6 } from '../cli/engines/k6/find.ts';
import { tellOn } from '../cli/engines/k6/k6.ts';
import { realHost } from '../cli/host.ts';
import { Progress } from '../cli/progress.ts';

/** Before any test: the same k6 that a user's first run would find or build, for all that need a real one. */
export async function setup(): Promise<void> {
  const host = realHost();
  const progress = new Progress(host.stderr, host.now);
  const { path } = await findK6(host, { onProgress: tellOn(progress) });
  progress.clear();
  process.env['LOADKIT_K6'] = path;
}
