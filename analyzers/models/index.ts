/** `loadkit/models`: the mathematics on its own, pure and without knowledge of runs. */
export { type Bad, isBad } from '../malformed.ts';
export * from './beta.ts';
export * from './cost/index.ts';
export * from './critical-path.ts';
export * from './diagnosis/index.ts';
export * from './forecast.ts';
export * from './histogram.ts';
export * from './intervals.ts';
export * from './queueing/index.ts';
export * from './random.ts';
export * from './scalability/index.ts';
export * from './steady-state.ts';
export * from './student-t.ts';
export * from './trend.ts';
export * from './utilisation.ts';
