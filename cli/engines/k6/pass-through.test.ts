import { describe, expect, it } from 'vitest';
import { checkPassThrough } from './pass-through.ts';

describe('arguments after --', () => {
  it.each([
    ...['-u5', '-u=5', '-vu5', '-wd9s', '--vus=5', '--duration', '-i', '-s'],
    ...['-c', '--config=x', '-vcx', '-e', '-eVUS=9', '--env=VUS=9'],
    ...['-p', '-l', '-vqa', '--address', '--linger=true', '--no-usage-report=false', '--console-output=x', '-t', '-h', '--no-summary'],
  ])('%s is refused', (arg) => expect(() => checkPassThrough(['--rps', '5', arg])).toThrow(/^the k6 option -/));

  it.each([
    [['--out', 'json=x.json']],
    [['-o', 'json=du.json']],
    [['-ojson=du.json', '-v', '-w']],
    [['--insecure-skip-tls-verify', '--rps', '5', '--user-agent', 'us', '--tag', 'a=b', '--features', 'x']],
  ])('%j goes to k6', (args) => expect(() => checkPassThrough(args)).not.toThrow());
});
