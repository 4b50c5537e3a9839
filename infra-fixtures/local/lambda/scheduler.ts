import { randomUUID } from 'node:crypto';
import type { FunctionName } from '../../game/definition.ts';
import { ACCOUNT_ID, REGION } from '../names.ts';

/** EventBridge's part: functions that run by themselves, each every so many seconds, the first time after that many. */
export interface Scheduler {
  stop(): void;
}

export interface Schedule {
  name: FunctionName;
  everyS: number;
}

/** Time can be compressed, but not below what a timer can do. */
const EVERY_MIN_MS = 10;

/** @param timeScale how many times as often as on AWS */
export const startScheduler = (
  schedules: readonly Schedule[],
  timeScale: number,
  invokeLater: (name: FunctionName, event: object) => void,
): Scheduler => {
  const timers = schedules.map(({ name, everyS }) =>
    setInterval(() => invokeLater(name, scheduledEvent(name, new Date())), Math.max(EVERY_MIN_MS, (everyS * 1000) / timeScale)),
  );
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
export const scheduledEvent = (name: string, at: Date): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: ACCOUNT_ID,
  time: at.toISOString().replace(/\.\d+Z$/, 'Z'),
  region: REGION,
  resources: [`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${name}`],
  detail: {},
});
