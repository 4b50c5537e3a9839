/** Real k6 against small servers with known behaviour: what a run says has to be what happened. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../analyzers/contract.ts';
import { loadkit, reportOf, serve, start, temporaryFolder } from './loadkit.ts';
import { HAS_PROC, isAlive, parentOf, processesWith } from './processes.ts';

const script = (folder: string, text: string): string => {
  const file = path.join(folder, 'own.ts');
  writeFileSync(file, `import http from 'k6/http';\nimport { check, sleep } from 'k6';\n${text}`);
  return file;
};

const filesOf = (folder: string): { name: string; text: string }[] =>
  readdirSync(folder).map((name) => {
    const content = readFileSync(path.join(folder, name));
    return { name, text: (name.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8') };
  });

/** k6 of this run: the process whose arguments name the run's script. */
const enginePid = (file: string): number => processesWith((args) => args[1] === 'run' && args.includes(file)).at(-1) ?? Number.NaN;

const gone = async (pid: number, withinMs: number): Promise<boolean> => {
  const end = Date.now() + withinMs;
  while (isAlive(pid) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  return !isAlive(pid);
};

describe('a script of the user’s own', () => {
  it('is counted to the request, by route and status, and gets a report of every kind', async () => {
    const seen: IncomingMessage['url'][] = [];
    const { url } = await serve((request, response) => {
      seen.push(request.url);
      response.statusCode = request.url?.startsWith('/missing') ? 404 : 200;
      response.end('ok');
    });
    const folder = temporaryFolder();
    const own = script(
      folder,
      `export const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: 4, iterations: 50 } }, thresholds: { 'http_req_duration{name:GET /a}': ['p(99)<9000'], nothing: ['count>0'] } };
       import { Counter } from 'k6/metrics';
       new Counter('nothing');
       export default function () {
         http.get(\`\${__ENV.LOADKIT_TARGET}/a/\${__ITER}\`, { tags: { name: 'GET /a' } });
         http.get(\`\${__ENV.LOADKIT_TARGET}/missing\`, { tags: { name: 'GET /missing' } });
         check(null, { 'never': () => false });
         sleep(0.02);
       }`,
    );
    const run = await loadkit(['run', own, '--target', url, '--out', 'run', '--json'], { cwd: folder });
    const report = reportOf(run);
    expect(seen).toHaveLength(400);
    expect(report.summary).toMatchObject({ requests: 400, errors: 200, errorRate: 0.5, iterations: 200 });
    expect(report.endpoints.map(({ name, requests, errors }) => ({ name, requests, errors }))).toEqual(
      expect.arrayContaining([
        { name: 'GET /a', requests: 200, errors: 0 },
        { name: 'GET /missing', requests: 200, errors: 200 },
      ]),
    );
    expect(report.errorClasses).toEqual([expect.objectContaining({ endpoint: 'GET /missing', status: '404', count: 200 })]);
    expect(report.verdict).toBe('fail');
    expect(run.code).toBe(99);
    expect(report.targets.find((target) => target.id === 'error-rate')).toMatchObject({
      // Judged at full load, without the last second, which is cut short: there a pair of requests may be split.
      value: expect.closeTo(0.5, 1),
      verdict: 'fail',
    });
    expect(report.targets.find((target) => target.id === 'k6:nothing:count>0')).toMatchObject({
      verdict: expect.stringMatching(/fail|inconclusive/),
    });
    expect(report.targets.find((target) => target.id === 'k6:http_req_duration{name:GET /a}:p(99)<9000')).toMatchObject({
      verdict: 'pass',
    });
    expect(readdirSync(path.join(folder, 'run')).sort()).toEqual([
      'client.json.gz',
      'engine.log',
      'junit.xml',
      'plan.json',
      'report.html',
      'report.json',
      'summary.md',
    ]);
    expect(JSON.parse(readFileSync(path.join(folder, 'run/report.json'), 'utf8'))).toEqual(report);
  });

  it('is judged on nothing it did not measure', async () => {
    const folder = temporaryFolder();
    const own = script(folder, 'export const options = { vus: 1, duration: "2s" };\nexport default function () { sleep(0.2); }');
    const run = await loadkit(['run', own, '--target', 'http://127.0.0.1:9', '--json'], { cwd: folder });
    expect(reportOf(run).verdict).toBe('inconclusive');
    expect(run.code).toBe(80);
  });

  it('sees the same environment when asked for its plan as in the run', async () => {
    const { url } = await serve((_request, response) => void response.end('ok'));
    const folder = temporaryFolder();
    const own = script(
      folder,
      `export const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: Number(__ENV.PLAYERS ?? 1), iterations: 1 } } };
       export default function () { http.get(__ENV.LOADKIT_TARGET, { tags: { name: 'GET /' } }); }`,
    );
    const run = await loadkit(['run', own, '--target', url, '--json'], {
      cwd: folder,
      env: { PLAYERS: '3', LOADKIT_TARGET: 'http://127.0.0.1:9' },
    });
    const report = reportOf(run);
    expect(report.summary).toMatchObject({ requests: 3, errors: 0 });
    expect(report.plan).toMatchObject({ users: 3 });
  });

  it('that throws in every iteration fails with 107, though k6 exits 0', async () => {
    const { url } = await serve((_request, response) => void response.end('ok'));
    const folder = temporaryFolder();
    const own = script(
      folder,
      'export const options = { vus: 2, duration: "2s" };\nexport default function () { http.get(__ENV.LOADKIT_TARGET); sleep(0.1); throw new Error("boom </script>"); }',
    );
    const run = await loadkit(['run', own, '--target', url, '--json'], { cwd: folder });
    const report = reportOf(run);
    expect(run.code).toBe(107);
    expect(report.verdict).toBe('fail');
    expect(JSON.stringify(report.findings)).toContain('boom');
  });

  it('that does not load is one clear error', async () => {
    const folder = temporaryFolder();
    const run = await loadkit(['run', script(folder, 'export default function () {'), '--target', 'http://127.0.0.1:9'], { cwd: folder });
    expect(run.code).toBe(107);
    expect(run.stderr).toMatch(/cannot load .*own\.ts.*\n {2}hint: /);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it('runs from an archive', async () => {
    const { url } = await serve((_request, response) => void response.end('ok'));
    const folder = temporaryFolder();
    const own = script(
      folder,
      'export const options = { vus: 1, iterations: 7 };\nexport default function () { http.get(__ENV.LOADKIT_TARGET, { tags: { name: "GET /" } }); }',
    );
    const { execFileSync } = await import('node:child_process');
    execFileSync(process.env['LOADKIT_K6'] ?? 'k6', ['archive', '-O', path.join(folder, 'own.tar'), own], { cwd: folder });
    expect(reportOf(await loadkit(['run', './own.tar', '--target', url, '--json'], { cwd: folder })).summary.requests).toBe(7);
  });

  it('gets trace ids from the one helper', async () => {
    const roots: string[] = [];
    const { url } = await serve((request, response) => {
      roots.push(String(request.headers['x-amzn-trace-id']));
      response.end();
    });
    const folder = temporaryFolder();
    const helper = path.resolve(import.meta.dirname, '../scenarios/lib/trace.ts');
    const own = script(
      folder,
      `import { traced } from '${helper}';\nexport const options = { vus: 2, iterations: 10 };\nexport default function () { http.get(__ENV.LOADKIT_TARGET, traced({ tags: { name: 'GET /' } })); }`,
    );
    await loadkit(['run', own, '--target', url, '--out', 'run'], { cwd: folder });
    const { tracePrefix } = JSON.parse(readFileSync(path.join(folder, 'run/plan.json'), 'utf8')) as Plan;
    expect(roots).toHaveLength(10);
    expect(new Set(roots).size).toBe(10);
    for (const root of roots) expect(root).toMatch(new RegExp(`^Root=${tracePrefix}[0-9a-f]{16}$`));
  });
});

describe('names', () => {
  it('beyond the cap share a bucket, and secrets in them reach no file and no terminal', async () => {
    const { url } = await serve((_request, response) => void response.end('ok'));
    const folder = temporaryFolder();
    const own = script(
      folder,
      `export const options = { vus: 1, iterations: 300 };
       export default function () {
         http.get(\`\${__ENV.LOADKIT_TARGET}/x/\${__ITER}?token=s3cr3t-in-query\`);
         console.log('Authorization: Bearer s3cr3t-in-log', __ENV.MY_PASSWORD, __ENV.CI_JOB_TOKEN, encodeURIComponent(__ENV.CI_JOB_TOKEN));
         check(null, { 'password=s3cr3t-in-check': () => true });
       }`,
    );
    const run = await loadkit(['run', own, '--target', url, '--out', 'run', '--json', '-e', 'MY_PASSWORD="&s3cr3t-in-env'], {
      cwd: folder,
      env: { CI_JOB_TOKEN: '<&" s3cr3t' },
    });
    const report = reportOf(run);
    const other = report.endpoints.find((endpoint) => endpoint.name === 'other');
    expect(other?.requests).toBeGreaterThan(0);
    expect(report.summary.requests).toBe(300);
    expect(report.findings.some((finding) => finding.verdict !== 'pass' && /name/i.test(finding.title))).toBe(true);
    for (const { name, text } of [
      ...filesOf(path.join(folder, 'run')),
      { name: 'stdout', text: run.stdout },
      { name: 'stderr', text: run.stderr },
    ]) {
      expect(text, name).not.toContain('s3cr3t');
    }
  });
});

describe('where load may go', () => {
  it.each([
    ['https://example.com', 'allowedTargets'],
    ['http://169.254.169.254', 'credentials'],
    ['http://ann:pw@127.0.0.1:1', '-e NAME=VALUE'],
  ])('refuses --target %s before anything is sent', async (target, hint) => {
    const folder = temporaryFolder();
    const run = await loadkit(['run', 'mixed', '--target', target, '--json'], { cwd: folder });
    expect(run.code).toBe(104);
    expect(run.stderr).toContain(hint);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { exitCode: 104 } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('holds a run on loopback there, whatever the script or a redirect says', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: 'http://192.0.2.1/' });
      response.end();
    });
    const folder = temporaryFolder();
    const own = script(
      folder,
      `export const options = { vus: 1, iterations: 1, hosts: { 'inside.test': '198.51.100.1' }, blacklistIPs: [] };
       export default function () {
         const name = (name) => ({ tags: { name }, timeout: '5s' });
         http.get(__ENV.LOADKIT_TARGET + '/here', name('here'));
         http.get(__ENV.LOADKIT_TARGET + '/away', name('redirect'));
         http.get('http://203.0.113.7/', name('address'));
         http.get('http://169.254.169.254/', name('metadata'));
         http.get('http://[2001:db8::1]/', name('ipv6'));
         http.get('http://inside.test/', name('dns'));
       }`,
    );
    const { server: proxy, url: proxyUrl } = await serve((_request, response) => void response.end('proxied'));
    let proxied = 0;
    proxy.on('request', () => (proxied += 1));
    const run = await loadkit(['run', own, '--target', url, '--json'], {
      cwd: folder,
      env: { HTTP_PROXY: proxyUrl, http_proxy: proxyUrl },
    });
    const report = reportOf(run);
    // k6's code for a blacklisted address: https://grafana.com/docs/k6/latest/javascript-api/error-codes/
    const blocked = report.errorClasses.filter((error) => error.errorCode === '1110').map((error) => error.endpoint);
    expect(blocked.sort()).toEqual(['address', 'dns', 'ipv6', 'metadata', 'redirect']);
    expect(report.endpoints.find((endpoint) => endpoint.name === 'here')).toMatchObject({ requests: 1, errors: 0 });
    expect(proxied).toBe(0);
  });

  it('keeps a script from what it forbids itself', async () => {
    const { url } = await serve((_request, response) => void response.end('ok'));
    const folder = temporaryFolder();
    const own = script(
      folder,
      `export const options = { vus: 1, iterations: 1, blacklistIPs: ['127.0.0.0/8'] };
       export default function () { http.get(__ENV.LOADKIT_TARGET, { tags: { name: 'GET /' } }); }`,
    );
    const report = reportOf(await loadkit(['run', own, '--target', url, '--json'], { cwd: folder }));
    expect(report.errorClasses).toEqual([expect.objectContaining({ endpoint: 'GET /', errorCode: '1110' })]);
  });

  it.each([[['-e', 'MY-PASSWORD=s3cr3t']], [['--token=s3cr3t']], [['--users', 'password=s3cr3t']]])(
    '%j is refused without being quoted',
    async (args) => {
      const run = await loadkit(['run', 'mixed', ...args, '--json']);
      expect(run.code).toBe(104);
      expect(run.stderr).not.toContain('s3cr3t');
      expect(run.stdout).not.toContain('s3cr3t');
    },
  );

  it('ends as it should where nobody reads what it says', async () => {
    const running = start(['list', '--json']);
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    expect((await running.finished).code).toBe(0);
  });

  it('says so where there is no place for temporary files', async () => {
    const folder = temporaryFolder();
    const own = script(folder, 'export const options = { vus: 1, iterations: 1 };\nexport default function () {}');
    const run = await loadkit(['run', own, '--target', 'http://127.0.0.1:9'], {
      cwd: folder,
      env: { TMPDIR: path.join(folder, 'nowhere') },
    });
    expect(run.code).toBe(104);
    expect(run.stderr).toMatch(/TMPDIR/);
  });

  it.each([
    [['run', 'mixed', '--users', '0']],
    [['run', 'mixed', '--users', '100001']],
    [['run', 'mixed', '--users', '1.5']],
    [['run', 'mixed', '--rate', '-1']],
    [['run', 'mixed', '--users', '10', '--rate', '5']],
    [['run', 'mixed', '--duration', '90']],
    [['run', 'mixed', '--duration', '25h', '--target', 'http://127.0.0.1:9', '--ws-target', 'ws://127.0.0.1:9']],
    [['run', 'mixed', '--target', 'http://127.0.0.1:9']],
    [['run', 'mixed', '--duration', '20s', '--ramp', '15s']],
    [['run', 'no-such-scenario']],
    [['run', 'mixed', '--config', 'nowhere.json']],
    [['run', 'mixed', '--', '--vus', '5']],
    [['run', 'mixed', '--', '-u5']],
    [['run', 'mixed', '--', '-e', 'USERS=5']],
    [['run', 'mixed', '-e', 'LOADKIT_TARGET=https://example.com']],
    [['analyze', 'no-such-run']],
    [['no-such-command']],
  ])('%j is bad input: 104 and one clear error', async (args) => {
    const run = await loadkit(args);
    expect(run.code).toBe(104);
    expect(run.stderr.trim()).not.toBe('');
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });
});

describe.skipIf(!HAS_PROC)('a run that is stopped', () => {
  const LONG = `export const options = { vus: 3, duration: '60s' };
    export function teardown() { http.get(__ENV.LOADKIT_TARGET + '/teardown', { tags: { name: 'teardown' } }); }
    export default function () { http.get(__ENV.LOADKIT_TARGET + '/x', { tags: { name: 'GET /x' } }); sleep(0.05); }`;

  async function longRun() {
    const urls: (string | undefined)[] = [];
    let reached = () => {};
    const busy = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { url } = await serve((request, response) => {
      urls.push(request.url);
      // Two seconds of pushes and more are on disk by then.
      if (urls.length === 150) reached();
      response.end();
    });
    const folder = temporaryFolder();
    const own = script(folder, LONG);
    const running = start(['run', own, '--target', url, '--out', 'run', '--json'], { cwd: folder });
    await busy;
    return { running, urls, folder, own };
  }

  it('once by Ctrl-C: teardown runs, the part is analysed, 105', async () => {
    const { running, urls } = await longRun();
    running.child.kill('SIGINT');
    const run = await running.finished;
    expect(run.code).toBe(105);
    expect(urls.at(-1)).toBe('/teardown');
    const report = reportOf(run);
    expect(report).toMatchObject({ partial: true, exitCode: 105 });
    // What each of the three users had under way when it came was cut off, and k6 counts no such request.
    expect(urls.length - (report.summary.requests ?? 0)).toBeOneOf([0, 1, 2, 3]);
    expect(report.verdict).not.toBe('pass');
  });

  it('twice by Ctrl-C: k6 is killed, what was collected is kept', async () => {
    const { running, urls, own, folder } = await longRun();
    // A teardown that takes its time is what a second Ctrl-C is for.
    const pid = enginePid(own);
    process.kill(pid, 'SIGSTOP');
    running.child.kill('SIGINT');
    await running.said(/Ctrl-C again/);
    running.child.kill('SIGINT');
    const run = await running.finished;
    expect(isAlive(pid)).toBe(false);
    expect(run.code).toBe(105);
    const report = reportOf(run);
    expect(report.partial).toBe(true);
    expect(report.summary.requests).toBeGreaterThan(50);
    expect(report.summary.requests).toBeLessThanOrEqual(urls.length);
    expect(readdirSync(path.join(folder, 'run'))).toContain('report.html');
  });

  it('by kill -9 of loadkit: k6 stops within 10 s, and analyze makes a report of what is on disk', async () => {
    const { running, folder, own } = await longRun();
    const pid = enginePid(own);
    expect(isAlive(pid)).toBe(true);
    running.child.kill('SIGKILL');
    await running.finished;
    expect(await gone(pid, 10_000)).toBe(true);
    const run = await loadkit(['analyze', 'run', '--json'], { cwd: folder });
    const report = reportOf(run);
    expect(report.partial).toBe(true);
    expect(report.summary.requests).toBeGreaterThan(50);
    expect(['inconclusive', 'fail']).toContain(report.verdict);
    expect(run.code).not.toBe(0);
  });

  it('by somebody who kills what guards k6: k6 goes, too', async () => {
    const { running, own } = await longRun();
    const pid = enginePid(own);
    process.kill(parentOf(pid), 'SIGKILL');
    expect(await gone(pid, 10_000)).toBe(true);
    const run = await running.finished;
    expect(reportOf(run).verdict).not.toBe('pass');
    expect([80, 99]).toContain(run.code);
  });

  it('by Ctrl-C while k6 is asked what the script would do: 105, as the terminal sends it to both', async () => {
    const folder = temporaryFolder();
    const own = script(folder, 'for (;;) {}\nexport default function () {}');
    const running = start(['run', own, '--target', 'http://127.0.0.1:9', '--json'], { cwd: folder });
    await running.said(/k6 2/);
    const inspecting = () => processesWith((args) => args[1] === 'inspect' && args.includes(own))[0];
    await expect.poll(inspecting).toBeDefined();
    running.child.kill('SIGINT');
    process.kill(inspecting() ?? Number.NaN, 'SIGINT');
    const run = await running.finished;
    expect(run.code).toBe(105);
    expect(run.stderr).toMatch(/interrupted/);
    expect(readdirSync(folder)).toEqual(['own.ts']);
  });

  it('by somebody who kills k6: a clear verdict, never a pass', async () => {
    const { running, own } = await longRun();
    process.kill(enginePid(own), 'SIGKILL');
    const run = await running.finished;
    const report = reportOf(run);
    expect(['inconclusive', 'fail']).toContain(report.verdict);
    expect([80, 99]).toContain(run.code);
    expect(report.findings.some((finding) => /SIGKILL/.test(finding.title + finding.why))).toBe(true);
  });
});
