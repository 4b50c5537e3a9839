import * as path from 'node:path';
import type { Host } from '../host.ts';
import { isExecutable, which } from '../which.ts';
import type { Check } from './check.ts';

/** Names on PATH, the most open one first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];

export const chromium: Check = {
  id: 'chromium',
  question: 'Is there a Chromium? (optional: reports are looked at in any browser, and tested in this one)',
  async check(host) {
    const file = await findChromium(host);
    if (file !== null) return { status: 'ok', found: file, details: { path: file } };
    return {
      status: 'warn',
      found: 'none',
      fix: "only loadkit's own tests need it: install Chromium or Chrome (`apt-get install chromium`, `brew install --cask chromium`)",
    };
  },
};

async function findChromium(host: Host): Promise<string | null> {
  for (const name of NAMES) {
    const [file] = await which(host, name);
    if (file !== undefined) return file;
  }
  for (const file of usualPlaces(host)) if (await isExecutable(host, file)) return file;
  return null;
}

/** macOS and Windows install browsers off PATH. */
function usualPlaces({ platform, env }: Host): string[] {
  if (platform === 'darwin') return ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  if (platform !== 'win32') return [];
  const folders = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']].filter((folder) => folder !== undefined);
  return folders.map((folder) => path.win32.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'));
}
