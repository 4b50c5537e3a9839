import * as path from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Host } from '../host.ts';
import type { Check } from './check.ts';

const MB = 1_000_000;

/** A run's directory holds a few MB, its engine's log the rest. Guess: tune. */
const RUN_MB_WARN = 500;
const RUN_MB_MIN = 50;

/** k6's archive and what is in it, side by side until one is removed: about 110 MB. */
const CACHE_MB_WARN = 300;

export const disk: Check = {
  id: 'disk',
  question: 'Is there room on disk for runs and for k6?',
  async check(host) {
    const [run, cache] = await Promise.all([freeMb(host, host.cwd), freeMb(host, cacheFolder(host) ?? host.cwd)]);
    const details = { runFolderFreeMb: run, cacheFreeMb: cache };
    const found = `${inGb(run)} free for runs, ${inGb(cache)} for k6`;
    if (run !== null && run < RUN_MB_MIN) {
      return {
        status: 'missing',
        found,
        fix: `free at least ${RUN_MB_WARN} MB in ${host.cwd}, or write runs elsewhere with --out`,
        details,
      };
    }
    if (run === null || run < RUN_MB_WARN || cache === null || cache < CACHE_MB_WARN) {
      return {
        status: 'warn',
        found,
        fix: `free ${RUN_MB_WARN} MB for runs and ${CACHE_MB_WARN} MB for k6 (XDG_CACHE_HOME moves it)`,
        details,
      };
    }
    return { status: 'ok', found, details };
  },
};

/** Millions of bytes that this user may still write at `folder`, or at the nearest directory above it that exists; null when not known. */
async function freeMb(host: Host, folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await host.fs.statfs(folder);
    return Math.floor((bavail * bsize) / MB);
  } catch (error) {
    const parent = path.dirname(folder);
    const goUp = (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder;
    return goUp ? freeMb(host, parent) : null;
  }
}

const inGb = (mb: number | null): string => (mb === null ? 'an unknown amount' : `${(mb / 1000).toFixed(1)} GB`);
