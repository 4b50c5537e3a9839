import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitsOfThresholds, loadConfig } from './config.ts';
import { parseDuration } from './duration.ts';
import { realHost } from './host.ts';

describe('loadConfig', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'loadkit-config-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));
  const load = (content?: unknown, given?: string) => {
    if (content !== undefined)
      writeFileSync(path.join(cwd, 'k6.config.json'), typeof content === 'string' ? content : JSON.stringify(content));
    return loadConfig({ ...realHost(), cwd }, given);
  };

  it('holds a run to the targets of the game when there is no file', async () => {
    const { limits } = await load();
    expect(limits).toEqual([
      { id: 'latency-avg', limit: 500 },
      { id: 'latency-p95', limit: 2000 },
      { id: 'error-rate', limit: 0.01 },
      { id: 'throughput', limit: 150 },
      { id: 'availability', limit: 0.999 },
    ]);
  });

  it('takes no target from a file that names none, but the defaults of how a run is made', async () => {
    const config = await load({ ext: { loadkit: { warmUp: '15s', allowedTargets: ['api.example.com'] } } });
    expect(config).toMatchObject({ limits: [], warmUpS: 15, allowedTargets: ['api.example.com'], usersMax: 100_000, durationSMax: 86_400 });
  });

  it.each([
    ['no JSON', '{', /not JSON/],
    ['a list', [], /not a JSON object/],
    ['a typo', { ext: { loadkit: { availabilty: 0.9 } } }, /unknown setting ext\.loadkit\.availabilty/],
    ['a percentage', { ext: { loadkit: { availability: 99.9 } } }, /availability .* does not fit/],
    ['a bare number of seconds', { ext: { loadkit: { warmUp: '10' } } }, /not a duration/],
    ['a key of Object.prototype', { ext: { loadkit: { constructor: 1 } } }, /unknown setting/],
  ])('refuses %s', async (_what, content, message) => {
    await expect(load(content)).rejects.toThrow(message);
  });

  it('refuses a file that is not there', async () => {
    await expect(load(undefined, 'nowhere.json')).rejects.toMatchObject({
      exitCode: 104,
      message: expect.stringContaining('nowhere.json'),
    });
  });
});

describe('limitsOfThresholds', () => {
  it('knows the standard expressions in every spelling of k6, the strictest of several', () => {
    expect(
      limitsOfThresholds({
        http_req_duration: ['avg < 400', 'p(95)<=900', { threshold: 'p(95.0)<800', abortOnFail: true }],
        http_req_failed: ['rate<0.02'],
      }),
    ).toEqual([
      { id: 'latency-avg', limit: 400 },
      { id: 'latency-p95', limit: 800 },
      { id: 'error-rate', limit: 0.02 },
    ]);
  });

  it('leaves the rest to k6', () => {
    expect(
      limitsOfThresholds({
        http_req_duration: ['p(99)<900', 'med<100', 'avg>5'],
        'http_req_duration{name:x}': ['avg<1'],
        checks: ['rate>0.9'],
      }),
    ).toEqual([]);
    expect(limitsOfThresholds(null)).toEqual([]);
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['5m', 300],
    ['1h30m', 5400],
    ['500ms', 0.5],
    ['1.5m', 90],
    ['2m30.5s', 150.5],
    ['0', 0],
  ])('%s is %d s', (text, seconds) => expect(parseDuration(text)).toBe(seconds));
  it.each(['', '5', '5 m', '-5s', 's', '5x', '1e3s', 'NaNs'])('%j is none', (text) => expect(parseDuration(text)).toBeNull());
});
