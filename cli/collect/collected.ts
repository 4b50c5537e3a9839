import * as path from 'node:path';
import type { FoundArtifacts } from '../../analyzers/contract.ts';
import type { Host } from '../host.ts';
import { exists, FILES } from '../store.ts';
import { readClient, writeClient } from './client-file.ts';
import { compact } from './compact.ts';

interface Found extends Pick<FoundArtifacts, 'client' | 'generator'> {
  /** Why `client.json.gz` could not be written; null where it was, or did not have to be. */
  unwritten: string | null;
}

/**
 * The client's series: compacted from the journal when the run left one, else as they were compacted before.
 *
 * @throws UserError 104 when the compacted file is damaged
 */
export async function findCollected(host: Host, directory: string): Promise<Found> {
  const journal = path.join(directory, FILES.journal);
  const file = path.join(directory, FILES.client);
  if (await exists(host, journal)) {
    const compacted = await compact(journal);
    const unwritten = await writeClient(file, compacted).then(
      () => null,
      (error: Error) => `${FILES.client}: ${error.message}`,
    );
    // The journal goes only once what it says is safe, and only when nobody may still be writing it.
    if (unwritten === null && compacted.client.complete) await host.fs.rm(journal, { force: true });
    return { ...compacted, unwritten };
  }
  if (await exists(host, file)) return { ...(await readClient(file)), unwritten: null };
  const missing = `there is neither ${FILES.client} nor ${FILES.journal} in the run directory: the engine never sent anything`;
  return { client: { missing }, generator: { missing }, unwritten: null };
}
