import { UserError } from '../../errors.ts';

/** Options of `k6 run`, by long and short name, that would break what loadkit relies on or promises, and what to do instead. */
const REFUSED: readonly (readonly [options: readonly string[], instead: string])[] = [
  [
    ['vus', 'u', 'duration', 'd', 'iterations', 'i', 'stage', 's'],
    "it replaces the script's own scenarios: use --users or --rate, and --duration, before the --",
  ],
  [['config', 'c'], 'use --config before the --'],
  [['env', 'e'], 'use -e before the --, so that the script is asked for its plan with the same variables'],
  [
    [
      'summary-export',
      'summary-trend-stats',
      'summary-mode',
      'no-summary',
      'no-thresholds',
      'new-machine-readable-summary',
      ...['system-tags', 'log-format', 'quiet', 'q', 'no-color', 'type', 't', 'include-system-env-vars'],
    ],
    'the report needs k6 to be set as it is',
  ],
  [['log-output', 'console-output'], 'what the script says is in engine.log, without its secrets'],
  [['paused', 'p', 'linger', 'l', 'address', 'a', 'profiling-enabled'], 'loadkit runs k6 from its start to its end, and nobody else does'],
  [['blacklist-ip'], "write blacklistIPs in the script's options: loadkit adds its own"],
  [['no-usage-report'], 'loadkit sends none'],
  [['help', 'h'], 'ask k6 itself: k6 run --help'],
];

/** Short options without a value: further ones may follow in the same argument (`-vu5`). https://pkg.go.dev/github.com/spf13/pflag */
const SWITCHES = new Set(['h', 'l', 'p', 'q', 'v', 'w']);

/** @throws UserError 104 when one of the arguments is no matter of the user's */
export function checkPassThrough(args: readonly string[]): void {
  for (const arg of args) {
    for (const name of optionsIn(arg)) {
      const refused = REFUSED.find(([options]) => options.includes(name));
      if (refused) throw new UserError(`the k6 option ${name.length > 1 ? '--' : '-'}${name} cannot be passed through`, refused[1]);
    }
  }
}

/** Names of the options in one argument; none where it is a value. */
function optionsIn(arg: string): string[] {
  if (arg.startsWith('--')) return [arg.slice(2).split('=')[0] ?? ''];
  if (!arg.startsWith('-')) return [];
  const letters = [...arg.slice(1)];
  const last = letters.findIndex((letter) => !SWITCHES.has(letter));
  return last < 0 ? letters : letters.slice(0, last + 1);
}
