import { expect, it } from 'vitest';
import { sampleReport } from '../tests/sample-report.ts';
import { renderJson } from './json.ts';

it('writes the report as it is, indented by two, with a final newline', () => {
  const text = renderJson(sampleReport());
  expect(JSON.parse(text)).toEqual(sampleReport());
  expect(text).toMatch(/^\{\n {2}"schemaVersion": 1,\n/);
  expect(text.endsWith('}\n')).toBe(true);
});
