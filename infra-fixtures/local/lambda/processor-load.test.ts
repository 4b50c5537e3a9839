import { expect, it } from 'vitest';
import { idleShare } from './processor-load.ts';

const processor = (idle: number, user: number) => ({ times: { idle, user, nice: 0, sys: 0, irq: 0 } });

it('tells what share of the time of all processors was idle', () => {
  expect(idleShare([processor(100, 500), processor(0, 0)], [processor(150, 550), processor(100, 0)])).toBeCloseTo(150 / 200);
  expect(idleShare([processor(100, 500)], [processor(100, 600)])).toBe(0);
});

it('finds a processor idle whose counters stood still', () => {
  expect(idleShare([processor(100, 500)], [processor(100, 500)])).toBe(1);
});
