export * from './closed-network.ts';
export * from './open-queue.ts';
