export * from './fit-usl.ts';
export type { LoadPoint } from './least-squares.ts';
export * from './usl.ts';
