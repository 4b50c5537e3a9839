import type { Redact } from '../../redact.ts';

/** One line of k6's log in `--log-format json`. */
interface LogLine {
  level?: string;
  msg?: string;
  error?: string;
  source?: string;
  hint?: string;
}

/** The file stops growing here; what comes after is counted and not kept. A script that throws in every iteration logs thousands of lines a second. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** Distinct messages of thrown iterations that are kept for the report. */
const MESSAGES_MAX = 5;
const MESSAGE_LENGTH_MAX = 500;
const LINE_LENGTH_MAX = 16 * 1024;

function parse(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** The first error in a k6 log, in one line, without the stack. */
export function firstError(log: string): string | null {
  for (const line of log.split('\n')) {
    const entry = parse(line);
    if (entry?.level === 'error' || entry?.level === 'fatal') return (entry.msg ?? entry.error ?? '').split('\n')[0]?.trim() ?? null;
  }
  return null;
}

/**
 * Follows k6's log while it runs: hands on redacted lines up to a bound, counts the iterations that threw (k6 logs one error each, with
 * `source: "stacktrace"`, and exits 0 all the same), and remembers the messages most often seen.
 */
export class EngineLog {
  scriptErrors = 0;
  private readonly messages = new Map<string, number>();
  private rest = '';
  private bytes = 0;
  private dropped = 0;
  private lastError: string | null = null;
  private readonly write: (text: string) => void;
  private readonly redact: Redact;

  constructor(write: (text: string) => void, redact: Redact) {
    this.write = write;
    this.redact = redact;
  }

  /** @param text a piece of the stream, cut anywhere */
  feed(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = (lines.pop() ?? '').slice(0, LINE_LENGTH_MAX);
    for (const line of lines) this.line(line.slice(0, LINE_LENGTH_MAX));
  }

  end(): void {
    if (this.rest !== '') this.line(this.rest);
    this.rest = '';
    if (this.dropped > 0) this.write(`… ${this.dropped} further lines were not kept\n`);
  }

  /** What k6 said last before it gave up, redacted. */
  get error(): string | null {
    return this.lastError;
  }

  get topMessages(): string[] {
    return [...this.messages]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MESSAGES_MAX)
      .map(([message]) => message);
  }

  private line(line: string): void {
    const thrown = line.includes('"source":"stacktrace"');
    if (thrown) this.scriptErrors += 1;
    if (this.bytes > LOG_BYTES_MAX) {
      this.dropped += 1;
      return;
    }
    const clean = this.redact(line);
    this.bytes += clean.length + 1;
    this.write(`${clean}\n`);
    if (!line.includes('"level":"error"')) return;
    const message = (parse(clean)?.msg ?? '').split('\n')[0]?.slice(0, MESSAGE_LENGTH_MAX) ?? '';
    if (!thrown) this.lastError = message;
    else if (this.messages.has(message) || this.messages.size < 100) this.messages.set(message, (this.messages.get(message) ?? 0) + 1);
  }
}
