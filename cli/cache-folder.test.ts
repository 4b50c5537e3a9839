import { expect, test } from 'vitest';
import { testHost } from '../tests/test-host.ts';
import { cacheFolder } from './cache-folder.ts';

test.each<[string, NodeJS.Platform, Record<string, string>, string | null]>([
  ['XDG_CACHE_HOME', 'linux', { XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/loadkit'],
  ['XDG_CACHE_HOME on a Mac too', 'darwin', { XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/loadkit'],
  ["Linux's own, as a relative XDG_CACHE_HOME does not count", 'linux', { XDG_CACHE_HOME: 'x', HOME: '/h' }, '/h/.cache/loadkit'],
  ["macOS's own", 'darwin', { HOME: '/h' }, '/h/Library/Caches/loadkit'],
  ["Windows's own", 'win32', { LOCALAPPDATA: '/l', HOME: '/h' }, '/l/loadkit/Cache'],
  ['none without a home', 'linux', { HOME: '' }, null],
])('is %s', async (_, platform, env, folder) => {
  expect(cacheFolder(await testHost({ platform, env }))).toBe(folder);
});
