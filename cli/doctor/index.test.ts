import { readdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { expect, test } from 'vitest';
import { testHost } from '../../tests/test-host.ts';
import type { Check } from './check.ts';
import { CHECKS, diagnose } from './index.ts';
import { NODE_MIN } from './node.ts';

const NO_CHECKS = new Set(['check.ts', 'index.ts']);

test('every check is listed, under the name of its file', async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => !name.endsWith('.test.ts') && !NO_CHECKS.has(name));
  expect(CHECKS.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
});

test('the least Node is that of package.json', async () => {
  const text = await readFile(path.join(import.meta.dirname, '../../package.json'), 'utf8');
  expect(JSON.parse(text).engines.node).toBe(`>=${NODE_MIN}`);
});

const answering = (status: 'ok' | 'warn' | 'missing'): Check => ({
  id: status,
  question: `${status}?`,
  check: async () => ({ status, found: 'something' }),
});

test.each([
  [['ok', 'warn'] as const, true],
  [['ok', 'missing', 'warn'] as const, false],
])('with %j a run can be done: %j', async (statuses, ready) => {
  const checks = statuses.map(answering);
  const asked = statuses.map((status) => ({ id: status, question: `${status}?`, status, found: 'something' }));
  expect(await diagnose(await testHost(), checks)).toEqual({ schemaVersion: 1, ready, checks: asked });
});
