import { open } from 'node:fs/promises';
import type { ExactSummary } from '../../analyzers/contract.ts';
import type { Redact } from '../redact.ts';
import { DecodeError, decodePush } from './decode.ts';
import { watchGenerator } from './generator.ts';
import { createJournal, JOURNAL_VERSION, type OnTrouble, type Push } from './journal.ts';
import { startReceiver } from './receiver.ts';
import { createSeriesTracker, isWanted, type Live } from './series.ts';

export interface CollectorOptions {
  /** Must not exist yet. */
  journalPath: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Takes secrets out of every name before it's kept. */
  redact: Redact;
  /** Called once when data can no longer be kept, with one lowercase sentence: the run had better be stopped. */
  onTrouble: OnTrouble;
  fs?: { open: typeof open };
}

export interface Collector {
  /** For `K6_PROMETHEUS_RW_SERVER_URL`. */
  url: string;
  live(): Live & {
    /** Pushes that could not be read. */
    rejectedPushes: number;
  };
  watchEngine(pid: number): void;
  /**
   * To be called once the engine has exited: it pushes a last time before that. Ends the journal, so that its run counts as complete. After trouble
   * it only tidies up.
   */
  finish(end: { exact: ExactSummary | null; scriptErrors: { count: number; messages: string[] } }): Promise<void>;
}

/**
 * Collects what the engine pushes, and watches the generator, into a journal.
 * @throws the file system's error when the journal can't be created
 */
export const startCollector = async ({ journalPath, now, redact, onTrouble, fs = { open } }: CollectorOptions): Promise<Collector> => {
  const journal = await createJournal(journalPath, fs, onTrouble);
  await journal.append({ kind: 'journal', version: JOURNAL_VERSION, startedS: now() / 1000 });
  const tracker = createSeriesTracker(redact);

  const accept = async (body: Uint8Array): Promise<void> => {
    const push = ingest(body);
    await journal.append(push);
  };
  const ingest = (body: Uint8Array): Push => {
    try {
      return tracker.ingest(decodePush(body, isWanted), now() / 1000);
    } catch (error) {
      if (!(error instanceof DecodeError)) onTrouble(`a defect in loadkit lost data of the run: ${(error as Error).message}`);
      throw error;
    }
  };

  const receiver = await startReceiver(accept);
  const watch = watchGenerator((sample) => journal.append({ kind: 'generator', ...sample }), now);
  return {
    url: receiver.url,
    live: () => ({ ...tracker.live(), rejectedPushes: receiver.rejected() }),
    watchEngine: watch.watchEngine,
    finish: async (end) => {
      await receiver.close();
      await watch.stop();
      // After trouble this rejects, and whoever started the collector has heard of it.
      await journal.append({ kind: 'end', ...end }).catch(() => undefined);
      await journal.close();
    },
  };
};
