import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { functionNames } from '../../game/definition.ts';
import { bundleFunctions } from './function-bundles.ts';

it('makes a module of each function, which exports its handler, and leaves nothing behind', async () => {
  const bundles = await bundleFunctions(functionNames);
  const folder = fileURLToPath(new URL('.', bundles.urlOf('auth')));
  expect(await readdir(folder)).toEqual(expect.arrayContaining(functionNames.map((name) => `${name}.mjs`)));
  const { handler } = (await import(bundles.urlOf('auth'))) as { handler: unknown };
  expect(handler).toBeTypeOf('function');
  bundles.remove();
  expect(existsSync(folder)).toBe(false);
});

it('says what could not be bundled', async () => {
  await expect(bundleFunctions(['nobody' as 'auth'])).rejects.toThrow('nobody');
});
