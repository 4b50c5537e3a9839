import { type Reading, readMetricData, type Series } from './cloudwatch.ts';
import type { MetricQuery } from './metrics-of.ts';
import type { Range } from './period.ts';
import type { Trouble } from './trouble.ts';

/** How long to wait for data that are still on their way. */
export interface Patience {
  everyMs: number;
  /** At most, from the first look. */
  waitMsMax: number;
  /** Data can be read so long after their period; where it isn't known, 0. */
  delayS: number;
}

/** How it ended: `settled`, or why not. */
export type Settled = 'settled' | 'changing' | 'empty' | 'interrupted';

/** Nothing comes later than this. Guess: tune; AWS speaks of minutes. */
const LATE_S_MAX = 900;

/** As many series are looked at again and again. Guess: a call that costs half a cent in a hundred looks. */
const LOOKED_AT_MAX = 50;

/**
 * Waits until the data of a range have come: CloudWatch has them minutes after the fact. They are all there when two looks in a row see the same, and
 * it reaches to the end; or the time is up.
 *
 * @param reachS epoch second to which data have to reach: the end of the last period that lies wholly in the run
 */
export async function awaitData(
  reading: Reading,
  queries: readonly MetricQuery[],
  range: Range,
  reachS: number,
  { everyMs, waitMsMax, delayS }: Patience,
): Promise<Settled | Trouble> {
  const { clock, signal } = reading;
  const untilMs = clock.now() + waitMsMax;
  let before: string | null = null;
  for (;;) {
    if (signal?.aborted) return 'interrupted';
    const { series, trouble } = await readMetricData({ ...reading, onProgress: undefined }, queries.slice(0, LOOKED_AT_MAX), range);
    if (trouble !== null) return trouble.kind === 'interrupted' ? 'interrupted' : trouble;
    const seen = series.map(({ query, values }) => `${query.node}/${query.metric} ${values.join()}`).join('\n');
    const same = seen === before;
    before = seen;
    const overForS = clock.now() / 1000 - range.endS;
    if (overForS >= LATE_S_MAX) return seen === '' ? 'empty' : 'settled';
    if (overForS >= delayS && same && reachOf(series, range) >= reachS) return 'settled';
    if (clock.now() + everyMs > untilMs) return atLast(seen, same);
    await clock.sleep(everyMs, signal);
  }
}

const atLast = (seen: string, same: boolean): Settled => {
  if (seen === '') return 'empty';
  return same ? 'settled' : 'changing';
};

/** Epoch second at which the last period that has any datapoint ends. */
const reachOf = (series: readonly Series[], { startS, periodS }: Range): number =>
  startS + periodS * (1 + Math.max(-1, ...series.map(({ values }) => values.findLastIndex((value) => !Number.isNaN(value)))));
