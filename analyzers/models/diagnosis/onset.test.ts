import { expect, it } from 'vitest';
import { onsetOf } from './onset.ts';

const NONE = Number.NaN;

it.each([
  ['before the symptom', [1, 1, 9, 9, 9], { from: 3, to: 5 }, 2],
  ['with it', [1, 1, 1, 9, 9], { from: 3, to: 5 }, 3],
  ['after it', [1, 1, 1, 1, 9], { from: 2, to: 5 }, 4],
  ['at the start of the window', [9, 9, 9, 1, 1], { from: 1, to: 3 }, 0],
  ['not beyond a gap', [9, NONE, 9, 9, 1], { from: 2, to: 4 }, 2],
  ['nowhere that can be told', [NONE, NONE, NONE], { from: 1, to: 3 }, 1],
])('begins %s', (_, values, stretch, onset) => {
  expect(onsetOf(values, stretch, 1, 9)).toBe(onset);
});

it('knows changes downwards', () => {
  expect(onsetOf([90, 90, 20, 10], { from: 3, to: 4 }, 90, 10)).toBe(2);
});
