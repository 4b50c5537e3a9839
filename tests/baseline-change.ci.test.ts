/** A system that was in use before the run: what `diagnose` says of the two, with a real stack and real k6. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../analyzers/contract.ts';
import { loadkit, reportOf, temporaryFolder } from './loadkit.ts';

const CONFIG = path.resolve(import.meta.dirname, '../k6.config.json');
const FEW = ['--users', '20', '--duration', '60s'];
const MANY = ['--users', '250', '--duration', '60s'];

describe('a stack that was in use before the run', () => {
  it('is compared with how it was then: more load than a reservation carries names the function', async () => {
    const cwd = temporaryFolder();
    const up = await loadkit(
      ['stack', 'up', '--json', '--fault', 'reserved-concurrency=2', '--telemetry-period', '5s', '--telemetry-delay', '1s'],
      { cwd },
    );
    onTestFinished(async () => void (await loadkit(['stack', 'down'], { cwd })));
    const { http, ws, aws, resources, edges } = JSON.parse(up.stdout) as Record<'http' | 'ws' | 'aws', string> &
      Record<'resources' | 'edges', unknown>;
    const config = JSON.parse(readFileSync(CONFIG, 'utf8')) as { ext: { loadkit: object } };
    const withStack = { ...config, ext: { ...config.ext, loadkit: { ...config.ext.loadkit, resources, edges } } };
    writeFileSync(path.join(cwd, 'config.json'), JSON.stringify(withStack));
    const env = { AWS_ENDPOINT_URL: aws, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
    const run = async (load: readonly string[]): Promise<Report> =>
      reportOf(
        await loadkit(['run', 'database-heavy', ...load, '--target', http, '--ws-target', ws, '--config', 'config.json', '--json'], {
          cwd,
          env,
        }),
      );

    const before = await run(FEW);
    expect(before.findings.filter(({ id }) => id === 'baseline-change')).toEqual([]);
    const { findings, bottlenecks, targets } = await run(MANY);
    expect(targets.find(({ id }) => id === 'error-rate')?.verdict).toBe('fail');
    expect(findings.filter(({ id }) => id === 'baseline-change')).toEqual([
      expect.objectContaining({
        title: expect.stringMatching(/^lambda:marketplace is what changed since before the run: 5XXError of apigateway:api/),
      }),
    ]);
    expect(bottlenecks[0]?.node).toBe('lambda:marketplace');
  }, 400_000);
});
