import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { AUDITS } from '../analyzers/audits/index.ts';

const PLATFORM = ['platform', 'alarms', 'traces'];

it('docs/analysis.md has a row for each audit of the platform, with its question', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../docs/analysis.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|/gm)].map(([, id = '', question = '']) => [id, question]);
  const documented = AUDITS.filter(({ needs, wants = [] }) => [...needs, ...wants].some((input) => PLATFORM.includes(input)));
  expect(rows.toSorted()).toEqual(documented.map(({ id, question }) => [id, question]).toSorted());
});
