export { intervalOf, uslDraws } from './bootstrap.ts';
export * from './fit-usl.ts';
export type { Knee } from './knee.ts';
export type { LoadPoint } from './least-squares.ts';
export { enoughLoads, type LoadRange, type NextTest, rangeOf } from './next-test.ts';
export { type Coefficient, USL_REACH, type UslPeak } from './peak.ts';
export * from './usl.ts';
