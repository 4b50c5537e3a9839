import { GetTraceSummariesCommand, type GetTraceSummariesCommandOutput, type TraceSummary } from '@aws-sdk/client-xray';
import { eachPage, shortage } from '../pages.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import { type Api, ask } from './ask.ts';
import { eachInParallel } from './parallel.ts';

/** A trace that there is, of which nothing has been read yet. */
export interface Found {
  id: string;
  startS: number;
  durationS: number;
  /** X-Ray counts what has come of it: the same again means that nothing has come since. */
  revision: number;
}

export interface Listing {
  /** Whose ids start with the run's prefix. */
  own: Map<string, Found>;
  /** Those of a client that calls itself k6, whatever their ids. */
  ofK6: Map<string, Found>;
  /** All that were listed. */
  seen: number;
  troubles: Trouble[];
}

export interface Stretch {
  fromS: number;
  toS: number;
}

/** X-Ray takes six hours a call: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html */
const SLICE_MAX_S = 6 * 3600 - 60;
/** How long the first slice is. Guess: tune. */
const SLICE_START_S = 30;
const SLICE_MIN_S = 1;
/** Pages are read one after the other, slices beside each other: a slice is to have about so many. Guess: tune. */
const PAGES_WANTED = 4;
/** A slice with more is cut into as many as are read beside each other: what was read of it is read again, so it is to be few times. */
const PAGES_MAX = 12;
/** A second with more than these is given up, and said. */
const PAGES_OF_A_SECOND_MAX = 100;
const AT_ONCE = 4;
/** Of traces that are not known to be the run's, no more are remembered. */
const CANDIDATES_MAX = 100_000;

/**
 * Lists the traces that were written to within a stretch of time, by slices: `Event` is the time of a trace's update, since the time in a
 * run's ids is that of its start for all of them.
 *
 * @param into what was listed before, to which is added
 */
export async function listTraces(api: Api, prefix: string, stretch: Stretch, into: Listing, onFound?: () => void): Promise<Listing> {
  const slices: Stretch[] = [];
  let cursorS = stretch.fromS;
  let lengthS = SLICE_START_S;
  const cut = (): void => {
    if (cursorS >= stretch.toS) return;
    const toS = Math.min(stretch.toS, cursorS + lengthS);
    slices.push({ fromS: cursorS, toS });
    cursorS = toS;
  };
  for (let k = 0; k < AT_ONCE; k += 1) cut();
  await eachInParallel(slices, AT_ONCE, async (slice) => {
    const pages = await readSlice(api, slice, (summary) => note(into, prefix, summary));
    if (isTrouble(pages)) {
      into.troubles.push(pages);
      // What is forbidden once is forbidden for every slice, and who gave no answer eight times gives none to the next.
      if (pages.kind !== 'throttled' && pages.kind !== 'incomplete') {
        cursorS = stretch.toS;
        slices.length = 0;
      }
    } else if (pages > PAGES_MAX && slice.toS - slice.fromS > SLICE_MIN_S) {
      slices.unshift(...inPieces(slice));
      lengthS = Math.max(SLICE_MIN_S, lengthS / AT_ONCE);
    } else {
      const wanted = (slice.toS - slice.fromS) * (PAGES_WANTED / pages);
      lengthS = Math.min(SLICE_MAX_S, Math.max(SLICE_MIN_S, Math.min(wanted, lengthS * 2)));
    }
    onFound?.();
    if (slices.length < AT_ONCE) cut();
  });
  return into;
}

function inPieces({ fromS, toS }: Stretch): Stretch[] {
  const bounds = Array.from({ length: AT_ONCE + 1 }, (_, k) => fromS + ((toS - fromS) * k) / AT_ONCE);
  return bounds.slice(1).map((pieceToS, k) => ({ fromS: bounds[k] ?? fromS, toS: pieceToS }));
}

export const emptyListing = (): Listing => ({ own: new Map(), ofK6: new Map(), seen: 0, troubles: [] });

/** Pages that it had; one more than the bound where it is to be cut. */
async function readSlice(api: Api, { fromS, toS }: Stretch, onSummary: (summary: TraceSummary) => void): Promise<number | Trouble> {
  const isCuttable = toS - fromS > SLICE_MIN_S;
  const paged = await eachPage(
    async (NextToken) => {
      const page = await ask<GetTraceSummariesCommandOutput>(
        api,
        new GetTraceSummariesCommand({
          StartTime: new Date(fromS * 1000),
          EndTime: new Date(toS * 1000),
          TimeRangeType: 'Event',
          Sampling: false,
          NextToken,
        }),
      );
      if (isTrouble(page)) return page;
      for (const summary of page.TraceSummaries ?? []) onSummary(summary);
      return page.NextToken;
    },
    isCuttable ? PAGES_MAX : PAGES_OF_A_SECOND_MAX,
  );
  if (isTrouble(paged)) return paged;
  if (paged.end === 'bound') return isCuttable ? PAGES_MAX + 1 : TOO_MANY;
  return shortage(api.action, paged) ?? paged.pages;
}

const TOO_MANY: Trouble = {
  kind: 'incomplete',
  reason: `a second of the window has more than ${PAGES_OF_A_SECOND_MAX} pages of traces, of which the rest was left`,
  next: 'Lower the sampling rate for other traffic in this account and Region.',
};

/** `Grafana k6/2.2.0`, or `k6/0.50.0 (https://k6.io/)`. */
const K6 = /\bk6\//;

function note(into: Listing, prefix: string, summary: TraceSummary): void {
  const { Id: id, StartTime, Duration = 0, Revision = 0, Http } = summary;
  if (id === undefined) return;
  into.seen += 1;
  const isOwn = id.startsWith(prefix);
  if (!isOwn && !(K6.test(Http?.UserAgent ?? '') && into.ofK6.size < CANDIDATES_MAX)) return;
  const startS = StartTime === undefined ? Number.parseInt(id.slice(2, 10), 16) : StartTime.getTime() / 1000;
  (isOwn ? into.own : into.ofK6).set(id, { id, startS, durationS: Duration, revision: Revision });
}
