import type { Host } from '../../host.ts';
import type { OnProgress, Progress } from './k6.ts';
import { K6_VERSION } from './version.ts';

/** On a terminal a line is drawn over at this pace at most, in a log a new one is written. Guess: tune. */
const TERMINAL_MS = 100;
const LOG_MS = 5_000;

/** Tells on stderr how finding and installing k6 goes: one line that changes on a terminal, now and then a line in a log. */
export function k6Progress(host: Host): OnProgress {
  const { stderr } = host;
  let shownMs = Number.NEGATIVE_INFINITY;
  let kind: Progress['kind'] | null = null;
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write('\r\u001b[2K');
    drawn = false;
  };
  return (progress) => {
    if (progress.kind === 'done') return clear();
    if (progress.kind === 'note') {
      clear();
      stderr.write(`${progress.text}\n`);
      return;
    }
    const due = progress.kind !== kind || isLast(progress) || host.now() - shownMs >= (stderr.isTTY ? TERMINAL_MS : LOG_MS);
    if (!due) return;
    kind = progress.kind;
    shownMs = host.now();
    clear();
    drawn = stderr.isTTY;
    stderr.write(stderr.isTTY ? describe(progress).slice(0, stderr.columns - 1) : `${describe(progress)}\n`);
  };
}

const isLast = (progress: Progress): boolean => progress.kind === 'download' && progress.receivedBytes === progress.totalBytes;

/** One line. MB are millions of bytes. */
function describe(progress: Exclude<Progress, { kind: 'note' | 'done' }>): string {
  switch (progress.kind) {
    case 'wait':
      return `waiting for another loadkit that is installing k6 ${K6_VERSION}`;
    case 'build':
      return `building k6 ${K6_VERSION}: ${progress.packages} packages compiled, ${progress.elapsedS} s`;
    case 'download': {
      const { receivedBytes, totalBytes } = progress;
      return `downloading k6 ${K6_VERSION}: ${megabytes(receivedBytes)}${totalBytes === null ? '' : ` of ${megabytes(totalBytes)}`} MB`;
    }
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
