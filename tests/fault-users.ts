import type { Fault } from '../infra-fixtures/local/faults/fault.ts';

/** Players with whom a fault shows and a healthy stack has room, on two cores. Guess: tune. */
export const FAULT_USERS: Readonly<Record<Fault['scenario'], number>> = {
  mixed: 150,
  'real-time': 60,
  'database-heavy': 100,
  'fargate-focused': 60,
};
