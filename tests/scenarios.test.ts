import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '../scenarios');
const scenarios = readdirSync(FOLDER).filter((file) => /(?<!\.test)\.ts$/.test(file));

const inspect = (file: string, ...env: string[]) =>
  JSON.parse(
    execFileSync(
      process.env['LOADKIT_K6'] ?? 'k6',
      [
        'inspect',
        '--execution-requirements',
        ...['LOADKIT_TARGET=http://127.0.0.1:9', 'LOADKIT_WS_TARGET=ws://127.0.0.1:9', ...env].flatMap((pair) => ['-e', pair]),
        path.join(FOLDER, file),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  ) as { scenarios: Record<string, { executor: string }>; ext: { loadkit: { thinkTimeS: number } }; maxVUs: number; totalDuration: string };

describe('scenarios that ship', () => {
  it('are the four', () => expect(scenarios.sort()).toEqual(['database-heavy.ts', 'fargate-focused.ts', 'mixed.ts', 'real-time.ts']));

  it.each(scenarios)('%s loads in k6, as users', (file) => {
    const options = inspect(file, 'LOADKIT_USERS=250', 'LOADKIT_DURATION_S=60', 'LOADKIT_RAMP_S=5');
    expect(options.maxVUs).toBe(250);
    expect(options.ext.loadkit.thinkTimeS).toBeGreaterThan(0);
    expect(Object.values(options.scenarios).map((scenario) => scenario.executor)).toEqual(['ramping-vus']);
  });

  it.each(scenarios)('%s loads in k6, as arrivals', (file) => {
    const options = inspect(file, 'LOADKIT_RATE=20', 'LOADKIT_DURATION_S=60', 'LOADKIT_RAMP_S=5');
    expect(Object.values(options.scenarios).map((scenario) => scenario.executor)).toEqual(['ramping-arrival-rate']);
  });

  it.each(['0', '100001', '-1', '1.5', 'many'])('refuse %s users', (users) => {
    expect(() => inspect('mixed.ts', `LOADKIT_USERS=${users}`)).toThrow(/LOADKIT_USERS|users/i);
  });
});
