import { AsyncLocalStorage } from 'node:async_hooks';

/** What ties a line of the log to its request. */
export interface Correlation {
  /** `X-Amzn-Trace-Id` as it reached the function. */
  traceId?: string | undefined;
  requestId?: string | undefined;
}

type Level = 'debug' | 'info' | 'warn' | 'error';
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

const correlation = new AsyncLocalStorage<Correlation>();

/** Runs `work` so that every line logged within it carries the request's ids. */
export const withCorrelation = <T>(ids: Correlation, work: () => T): T => correlation.run(ids, work);

const threshold = (): number => {
  const asked = LEVELS.indexOf((process.env['LOG_LEVEL'] ?? '') as Level);
  return asked === -1 ? LEVELS.indexOf('warn') : asked;
};

/** The line for the log, without its line break. Errors become `{name, message, stack}`; a message of ours never holds a secret. */
export const logLine = (level: Level, message: string, fields: Record<string, unknown>, at: number, ids: Correlation = {}): string =>
  JSON.stringify({ level, time: new Date(at).toISOString(), message, ...ids, ...fields }, (_key, value: unknown) =>
    value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
  );

const write = (level: Level, message: string, fields: Record<string, unknown> = {}): void => {
  if (LEVELS.indexOf(level) < threshold()) return;
  process.stdout.write(`${logLine(level, message, fields, Date.now(), correlation.getStore())}\n`);
};

export const log = {
  warn: (message: string, fields?: Record<string, unknown>): void => write('warn', message, fields),
  error: (message: string, fields?: Record<string, unknown>): void => write('error', message, fields),
};
