import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { functionNames, tableNames } from '../infra-fixtures/game/definition.ts';
import { troubleNames } from '../infra-fixtures/local/telemetry/trouble.ts';
import { faultTable } from './fault-table.ts';

const read = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

it('lists the faults as they are', () => {
  expect(read('reference-stack.md')).toContain(faultTable());
});

it('names every trouble', () => {
  for (const name of troubleNames) expect(read('reference-stack.md')).toContain(`\`${name}\``);
});

it('draws every function and every table', () => {
  const drawing = read('reference-stack.svg');
  for (const name of [...functionNames, ...tableNames]) expect(drawing, name).toContain(`>${name}</text>`);
});
