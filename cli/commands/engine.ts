import { Command } from 'commander';
import type { K6 } from '../engines/k6/k6.ts';
import type { Host } from '../host.ts';

/** `loadkit engine install|path`: get k6 before it is needed, and tell where it is. */
export function engineCommand(host: Host): Command {
  const engine = new Command('engine').description('install k6, the load generator, or tell where it is');
  engine
    .command('install')
    .description('find k6, or install it into the cache if there is none')
    .option('--json', 'print one JSON document on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      const [{ findK6 }, { k6Progress }] = await Promise.all([import('../engines/k6/find.ts'), import('../engines/k6/progress.ts')]);
      const k6 = await findK6(host, { onProgress: k6Progress(host) });
      if (json) return print(host, k6);
      const { VERIFIED_BY } = await import('../engines/k6/k6.ts');
      host.stderr.write(`k6 ${k6.version} (${k6.from}; ${VERIFIED_BY[k6.verifiedBy]}): ${k6.path}\n`);
    });
  engine
    .command('path')
    .description('print the path of the k6 that runs would use; install nothing')
    .option('--json', 'print one JSON document on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      const [{ locateK6, notInstalled }, { k6Progress }] = await Promise.all([
        import('../engines/k6/find.ts'),
        import('../engines/k6/progress.ts'),
      ]);
      const k6 = await locateK6(host, k6Progress(host));
      if (k6 === null) throw notInstalled();
      if (json) return print(host, k6);
      host.stdout.write(`${k6.path}\n`);
    });
  return engine;
}

function print(host: Host, { path, version, from, sha256, verifiedBy }: K6): void {
  host.stdout.write(`${JSON.stringify({ schemaVersion: 1, path, version, from, sha256, verifiedBy }, null, 2)}\n`);
}
