import { crc32, gzipSync } from 'node:zlib';
import { Header } from 'tar';

/** An entry as a test wants it, sound or not: names and links go into the archive as they are. */
export interface ArchiveEntry {
  name: string;
  data?: string;
  /** Makes it a symbolic link that leads there. */
  link?: string;
}

const TAR_BLOCK_BYTES = 512;

/** A gzipped tar. Written block by block, since a library would refuse to write what the tests need. */
export function tarGz(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, data = '', link }) => {
    const body = Buffer.from(data);
    const type = link !== undefined ? 'SymbolicLink' : name.endsWith('/') ? 'Directory' : 'File';
    const header = new Header({ path: name, mode: 0o755, size: body.length, type, ...(link === undefined ? {} : { linkpath: link }) });
    header.encode();
    const padding = Buffer.alloc((TAR_BLOCK_BYTES - (body.length % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
    return [header.block as Buffer, body, padding];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * TAR_BLOCK_BYTES)]));
}

const MODE_FILE = 0o100755;
const MODE_LINK = 0o120777;

/** A zip whose entries are stored as they are. Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
export function zip(entries: readonly ArchiveEntry[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, data = '', link } of entries) {
    const body = Buffer.from(link ?? data);
    const common = zipCommon(Buffer.from(name), body);
    local.push(Buffer.from('PK\x03\x04'), common, Buffer.from(name), body);
    central.push(
      Buffer.from('PK\x01\x02'),
      // Made by version 3.0 on Unix, so that the mode counts.
      uint16(0x031e),
      common,
      uint16(0),
      uint16(0),
      uint16(0),
      uint32((link === undefined ? MODE_FILE : MODE_LINK) * 0x10000),
      uint32(offset),
      Buffer.from(name),
    );
    offset += 4 + common.length + Buffer.byteLength(name) + body.length;
  }
  const directory = Buffer.concat(central);
  const end = [uint16(0), uint16(0), uint16(entries.length), uint16(entries.length), uint32(directory.length), uint32(offset), uint16(0)];
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06'), ...end]);
}

/** What a local header and a central one share: versions, no flags, stored, no time, checksum, sizes, lengths of name and extra field. */
const zipCommon = (name: Buffer, body: Buffer): Buffer =>
  Buffer.concat([
    uint16(20),
    uint16(0),
    uint16(0),
    uint16(0),
    uint16(0x21),
    uint32(crc32(body)),
    uint32(body.length),
    uint32(body.length),
    uint16(name.length),
    uint16(0),
  ]);

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
