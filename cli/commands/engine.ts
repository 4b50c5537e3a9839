import { Command } from 'commander';
import type { K6, OnProgress } from '../engines/k6/k6.ts';
import type { Host } from '../host.ts';

/** `loadkit engine install|path`: get k6 before it is needed, and tell where it is. What does the work is loaded when it is asked for. */
export function engineCommand(host: Host): Command {
  const engine = new Command('engine').description('install k6, the load generator, or tell where it is');
  engine
    .command('install')
    .description('find k6, or install it into the cache if there is none')
    .option('--json', 'print one JSON document on stdout')
    .action((options: { json?: boolean }) => install(host, options.json ?? false));
  engine
    .command('path')
    .description('print the path of the k6 that a run would use; install nothing')
    .option('--json', 'print one JSON document on stdout')
    .action((options: { json?: boolean }) => path(host, options.json ?? false));
  return engine;
}

async function install(host: Host, json: boolean): Promise<void> {
  const { findK6 } = await import('../engines/k6/find.ts');
  const k6 = await withProgress(host, (onProgress) => findK6(host, { onProgress }));
  if (json) return print(host, k6);
  const { VERIFIED_BY } = await import('../engines/k6/k6.ts');
  host.stderr.write(`k6 ${k6.version} (${k6.from}; ${VERIFIED_BY[k6.verifiedBy]}): ${k6.path}\n`);
}

async function path(host: Host, json: boolean): Promise<void> {
  const { locateK6, notInstalled } = await import('../engines/k6/find.ts');
  const k6 = await withProgress(host, (onProgress) => locateK6(host, onProgress));
  if (k6 === null) throw notInstalled();
  if (json) return print(host, k6);
  host.stdout.write(`${k6.path}\n`);
}

async function withProgress<T>(host: Host, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const [{ Progress }, { tellOn }] = await Promise.all([import('../progress.ts'), import('../engines/k6/k6.ts')]);
  const progress = new Progress(host.stderr, host.now);
  try {
    return await work(tellOn(progress));
  } finally {
    progress.clear();
  }
}

function print(host: Host, { path, version, from, sha256, verifiedBy }: K6): void {
  host.stdout.write(`${JSON.stringify({ schemaVersion: 1, path, version, from, sha256, verifiedBy }, null, 2)}\n`);
}
