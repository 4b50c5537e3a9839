import { floorTo } from './archive.ts';

/** What both ways of reading a metric have in common: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
const FINE_PERIODS_S: readonly number[] = [1, 5, 10, 20, 30];
const DAY_S = 86_400;

export const isPeriod = (periodS: number): boolean =>
  Number.isInteger(periodS) && periodS > 0 && (FINE_PERIODS_S.includes(periodS) || periodS % 60 === 0);

export const PERIOD_RULE = 'must be 1, 5, 10, 20, 30 or a multiple of 60';

/** AWS rounds the start of what is asked for down, the coarser the longer ago it is. */
export const roundedStartS = (startS: number, periodS: number, nowS: number): number => {
  if (periodS < 60) return floorTo(startS, periodS);
  const ageS = nowS - startS;
  if (ageS < 15 * DAY_S) return floorTo(startS, 60);
  return floorTo(startS, ageS < 63 * DAY_S ? 300 : 3600);
};
