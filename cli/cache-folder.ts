import * as path from 'node:path';
import type { Host } from './host.ts';

/**
 * Where loadkit keeps what it fetches: `$XDG_CACHE_HOME/loadkit`, else the platform's own place for caches; null without a home directory.
 * A relative XDG_CACHE_HOME is ignored, as its specification asks: https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function cacheFolder({ env, platform }: Pick<Host, 'env' | 'platform'>): string | null {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'loadkit');
  if (platform === 'win32' && env['LOCALAPPDATA']) return path.join(env['LOCALAPPDATA'], 'loadkit', 'Cache');
  const home = env['HOME'] || env['USERPROFILE'];
  if (!home) return null;
  return platform === 'darwin' ? path.join(home, 'Library', 'Caches', 'loadkit') : path.join(home, '.cache', 'loadkit');
}
