import { findK6 } from '../cli/engines/k6/find.ts';
import { realHost } from '../cli/host.ts';

/** Before any test: the same k6 that a user's first run would find or build, for all that need a real one. */
export async function setup(): Promise<void> {
  const host = realHost();
  const { path } = await findK6(host, { onProgress: (text) => host.stderr.write(`\r${text}`) });
  process.env['LOADKIT_K6'] = path;
}
