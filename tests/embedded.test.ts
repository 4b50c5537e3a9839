/** The whole way, as a newcomer goes it: no target, so the reference stack is started; real k6; a verdict; a report; and nothing left running. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Alarms, Inventory, Plan } from '../analyzers/contract.ts';
import type { TelemetryFile } from '../analyzers/telemetry-file.ts';
import { loadkit, reportOf, temporaryFolder } from './loadkit.ts';
import { commandsWithEnvironment, HAS_PROC } from './processes.ts';

const RUN = ['--users', '20', '--duration', '12s', '--ramp', '2s', '--json', '--out', 'run'];

describe('on the embedded stack', () => {
  it.each([
    ['mixed', ['GET /characters/:id', 'POST /auth/register'], ['ws_connecting']],
    ['real-time', ['POST /auth/register'], ['chat_round_trip', 'chat_fanout_lag']],
    ['database-heavy', ['GET /market/auctions', 'POST /auth/register'], []],
    ['fargate-focused', ['POST /characters/:id/tasks', 'GET /characters/:id/tasks/:taskId'], ['task_latency']],
  ])(
    '%s plays without an error, and leaves nothing behind',
    async (scenario, routes, trends) => {
      const folder = temporaryFolder();
      const run = await loadkit(['run', scenario, ...RUN], { cwd: folder, env: { TEST_FOLDER: folder } });
      const report = reportOf(run);
      expect(run.stderr).toMatch(/starting the reference game stack/);
      expect(report.plan.targetNotes.join()).toMatch(/cache: /);
      expect(report.errorClasses).toEqual([]);
      expect(report.summary.requests).toBeGreaterThan(10);
      expect(report.endpoints.map((endpoint) => endpoint.name)).toEqual(expect.arrayContaining(routes));
      // Routes, never URLs: no id of the game (they have digits) and no query stands in a name.
      for (const { name } of report.endpoints) expect(name).toMatch(/^(?:GET|POST|PUT|PATCH|DELETE) (?:\/:?[a-zA-Z-]+)+$/);
      expect(report.trends.map((trend) => trend.name)).toEqual(expect.arrayContaining(trends));
      // Twelve seconds carry no claim of 99.9 %, and 20 users offer no 150 requests/s.
      expect(report.verdict).toBe('inconclusive');
      expect(run.code).toBe(80);
      expect(report.targets.find((target) => target.id === 'throughput')?.verdict).toBe('skipped');
      expect(report.targets.find((target) => target.id === 'availability')?.verdict).toBe('inconclusive');
      const platform = JSON.parse(gunzipSync(readFileSync(path.join(folder, 'run/platform.json.gz'))).toString()) as TelemetryFile;
      const inventory = JSON.parse(readFileSync(path.join(folder, 'run/inventory.json'), 'utf8')) as Inventory;
      const { alarms } = JSON.parse(readFileSync(path.join(folder, 'run/alarms.json'), 'utf8')) as Alarms;
      expect(inventory.gaps).toEqual([]);
      expect(alarms.length).toBeGreaterThan(10);
      // What the gateway counted is what the players sent, and the one question by which the stack found itself healthy.
      const counted = platform.series.find(({ node, metric }) => node === 'apigateway:api' && metric === 'Count')?.values ?? [];
      expect(counted.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe((report.summary.requests ?? 0) + 1);
      expect(readFileSync(path.join(folder, 'run/report.html'), 'utf8')).toContain('GET /');
      const { outcome } = JSON.parse(readFileSync(path.join(folder, 'run/plan.json'), 'utf8')) as Plan;
      expect(outcome).toMatchObject({ interrupted: 'no', signal: null });
      // 99 is k6's: in twelve seconds the cold starts of a busy machine may well take the average over its threshold.
      expect([0, 99]).toContain(outcome?.exitCode);
      if (HAS_PROC) expect(commandsWithEnvironment(folder)).toEqual([]);
    },
    90_000,
  );
});
