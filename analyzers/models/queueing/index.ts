export * from './closed-network.ts';
export * from './erlang-b.ts';
export * from './open-queue.ts';
