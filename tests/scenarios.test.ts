import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

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
  it('have the four among them', () =>
    expect(scenarios).toEqual(expect.arrayContaining(['database-heavy.ts', 'fargate-focused.ts', 'mixed.ts', 'real-time.ts'])));

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

  it.each([
    ['mixed.ts', 'LOADKIT_TARGET', 'LOADKIT_TARGET is not set'],
    ['real-time.ts', 'LOADKIT_WS_TARGET', 'LOADKIT_WS_TARGET is not set'],
  ])('%s says that it needs %s', (file, variable, message) => expect(() => inspect(file, `${variable}=`)).toThrow(message));

  it.each(['database-heavy.ts', 'fargate-focused.ts'])('%s needs no chat', (file) =>
    expect(inspect(file, 'LOADKIT_WS_TARGET=').maxVUs).toBeGreaterThan(0),
  );
});

describe("a script of one's own that imports traced()", () => {
  /** Runs a script with setup, two VUs and teardown against a server of the test; what it sent in `X-Amzn-Trace-Id`. */
  async function headersOf(...env: string[]): Promise<(string | undefined)[]> {
    const headers: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      headers.push(request.headers['x-amzn-trace-id']?.toString());
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const folder = mkdtempSync(path.join(tmpdir(), 'loadkit-traced-'));
    onTestFinished(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });
    const script = path.join(folder, 'mine.ts');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    writeFileSync(
      script,
      `import http from 'k6/http';
       import { traced } from '${path.join(FOLDER, 'lib/trace.ts')}';
       export const options = { vus: 2, iterations: 6 };
       const get = () => http.get('${url}', traced({ tags: { name: 'GET /' } }));
       export const setup = get;
       export default () => { get(); get(); };
       export const teardown = get;`,
    );
    const args = ['run', '--quiet', '--address', '', '--no-usage-report', ...env.flatMap((pair) => ['-e', pair]), script];
    await promisify(execFile)(process.env['LOADKIT_K6'] ?? 'k6', args);
    return headers;
  }

  it('gives each request an id of its own that starts with the prefix of the run', async () => {
    const headers = await headersOf('LOADKIT_TRACE_PREFIX=1-0123abcd-89abcdef');
    expect(headers).toHaveLength(14);
    expect(new Set(headers).size).toBe(14);
    for (const header of headers) expect(header).toMatch(/^Root=1-0123abcd-89abcdef[0-9a-f]{16}$/);
  });

  it('works under plain k6 too', async () => {
    const headers = await headersOf();
    expect(new Set(headers).size).toBe(14);
    for (const header of headers) expect(header).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });
});
