import * as path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  type Alarms,
  type FoundArtifacts,
  type Inventory,
  isMissing,
  isNotAsked,
  type Missing,
  type NotAsked,
  type PlatformArtifact,
  SCHEMA_VERSION,
  type Traces,
} from '../../analyzers/contract.ts';
import { isBad } from '../../analyzers/malformed.ts';
import { type TelemetryFile, telemetryFileOf } from '../../analyzers/telemetry-file.ts';
import type { Host } from '../host.ts';
import { exists, FILES, writeAtomic } from '../store.ts';
import { documentIn } from '../telemetry-file.ts';
import { readTracesFile, writeTraces } from '../traces/traces-file.ts';

/** What AWS said of the platform, as a run directory keeps it: inventory.json, platform.json.gz, alarms.json. One that is missing keeps its reason. */
export interface PlatformFiles {
  inventory: Inventory | Missing;
  platform: TelemetryFile | Missing;
  alarms: Alarms | Missing | NotAsked;
  /** Those that are missing leave no file, and leave a file that is there: the inventory's gaps say why. */
  traces?: Traces | Missing;
}
export type FoundPlatform = Pick<FoundArtifacts, PlatformArtifact>;

/** Each that is given, whole or not at all. */
export async function writePlatform(host: Host, directory: string, files: Partial<PlatformFiles>): Promise<void> {
  const { inventory, platform, alarms, traces } = files;
  const write = (name: string, content: string | Uint8Array): Promise<void> => writeAtomic(host, path.join(directory, name), content);
  if (platform !== undefined) await write(FILES.platform, await promisify(gzip)(textOf(platform)));
  if (alarms !== undefined) await write(FILES.alarms, textOf(alarms));
  if (traces !== undefined && !isMissing(traces)) await writeTraces(path.join(directory, FILES.traces), traces);
  // The last, for it says that the others are there.
  if (inventory !== undefined) await write(FILES.inventory, textOf(inventory));
}

const textOf = (content: object): string => `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...content })}\n`;

/** @param absent what it is where there is no such file */
export async function readPlatform(host: Host, directory: string, absent: Missing | NotAsked): Promise<FoundPlatform> {
  const read = async <T>(name: string, parse: (document: unknown) => T | Missing): Promise<T | Missing | NotAsked> => {
    const file = path.join(directory, name);
    if (!(await exists(host, file))) return absent;
    try {
      const document = await documentIn(await host.fs.readFile(file));
      if (isNotAsked(document)) return { notAsked: String(document.notAsked) };
      return isMissing(document) ? { missing: String(document.missing) } : parse(document);
    } catch (cause) {
      return { missing: `${name} is damaged: ${(cause as Error).message}` };
    }
  };
  const inventory = await read(FILES.inventory, inventoryOf);
  return {
    inventory,
    platform: await read(FILES.platform, platformOf),
    alarms: await read(FILES.alarms, alarmsOf),
    traces: await readRunTraces(host, directory, inventory),
  };
}

async function readRunTraces(
  host: Host,
  directory: string,
  inventory: Inventory | Missing | NotAsked,
): Promise<Traces | Missing | NotAsked> {
  const file = path.join(directory, FILES.traces);
  const known = isMissing(inventory) || isNotAsked(inventory) ? null : inventory;
  if (await exists(host, file)) return readTracesFile(file, known?.resources).catch((cause: Error) => ({ missing: cause.message }));
  if (isMissing(inventory) || isNotAsked(inventory)) return inventory;
  const why = inventory.gaps.find(({ source }) => source === 'xray' || source === 'logs');
  return why === undefined ? { notAsked: 'no traces were asked for' } : { missing: `there are no traces: ${why.reason}. ${why.next}` };
}

const platformOf = (document: unknown): TelemetryFile | Missing => {
  const read = telemetryFileOf(document);
  return isBad(read) ? { missing: `${FILES.platform} is no telemetry file: ${read.bad}` } : read;
};

/** Ours to begin with, so that its outline is enough: its lists, and the texts by which the entries of each are told. */
const isOurs = (document: unknown, lists: Readonly<Record<string, readonly string[]>>): boolean => {
  const content = Object(document) as Record<string, unknown>;
  const isEntry = (entry: unknown, texts: readonly string[]): boolean => texts.every((text) => typeof Object(entry)[text] === 'string');
  return (
    content['schemaVersion'] === SCHEMA_VERSION &&
    Object.entries(lists).every(([list, texts]) => {
      const entries = content[list];
      return Array.isArray(entries) && entries.every((entry) => isEntry(entry, texts));
    })
  );
};

const inventoryOf = (document: unknown): Inventory | Missing =>
  isOurs(document, { resources: ['node', 'kind'], edges: ['from', 'to'], gaps: ['source', 'reason', 'next'] })
    ? (document as Inventory)
    : { missing: `${FILES.inventory} is no inventory of this version` };

const alarmsOf = (document: unknown): Alarms | Missing =>
  isOurs(document, { alarms: ['name', 'state'] }) ? (document as Alarms) : { missing: `${FILES.alarms} holds no alarms of this version` };
