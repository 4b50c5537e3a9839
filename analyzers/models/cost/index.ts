export * from './at-load.ts';
export * from './estimate.ts';
export * from './price-list.ts';
export * from './usage.ts';
