import { readdirSync, readFileSync } from 'node:fs';

/** Looks at processes through /proc, so that no test needs tools that a small machine lacks. Linux only. */
export const HAS_PROC = process.platform === 'linux';

const read = (pid: number | string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
};

/** A zombie has ended; only its parent hasn't asked yet. */
export const isAlive = (pid: number): boolean => !['', 'Z', 'X'].includes(/^\d+ \(.*\) (\S)/s.exec(read(pid, 'stat'))?.[1] ?? '');

/** Ids of processes with these arguments (the program first), newest last. */
export const processesWith = (match: (args: string[]) => boolean): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && match(read(entry, 'cmdline').split('\0').slice(0, -1)))
    .map(Number)
    .sort((a, b) => a - b);

export const parentOf = (pid: number): number => Number(/^\d+ \(.*\) \S (\d+)/s.exec(read(pid, 'stat'))?.[1]);

/** Command lines of processes whose environment holds the text. */
export const commandsWithEnvironment = (text: string): string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && read(entry, 'environ').includes(text))
    .map((pid) => read(pid, 'cmdline').replaceAll('\0', ' '));
