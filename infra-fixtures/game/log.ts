import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@aws-lambda-powertools/logger';
import { environment } from './environment.ts';
import { serviceName } from './service-name.ts';

/** What ties a line of the log to its request. */
export interface Correlation {
  /** `X-Amzn-Trace-Id` as it reached the function. */
  traceId?: string | undefined;
  requestId?: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * Per invocation, and not in Powertools' own keys: those belong to a logger, of which a process has one, while the engine works a hundred tasks at once.
 */
const correlation = new AsyncLocalStorage<Correlation>();

/** Runs `work` so that every line logged within it carries the request's ids. */
export const withCorrelation = <T>(ids: Correlation, work: () => T): T => correlation.run(ids, work);

/** Never in a log, wherever in an object they are: a name of JSON, a header or a parameter. */
const SECRETS = /^(authorization|cookie|set-cookie|token|refreshtoken|password|passwordhash)$/i;

let made: Logger | undefined;

/**
 * Powertools' logger: JSON lines with `level`, `service`, `xray_trace_id`; POWERTOOLS_LOG_LEVEL, or LOG_LEVEL, says from which level on. Made at first use,
 * when the environment is complete.
 */
const logger = (): Logger => {
  made ??= new Logger({
    serviceName: serviceName(),
    logLevel: asked(process.env['POWERTOOLS_LOG_LEVEL'] ?? process.env['LOG_LEVEL']),
    jsonReplacerFn: (key, value) => (SECRETS.test(key) ? '[left out]' : value),
  });
  return made;
};

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type Level = (typeof LEVELS)[number];

/** Unless something else is asked for, a healthy game has nothing to say. */
const asked = (level: string | undefined): Level => LEVELS.find((known) => known === level?.toUpperCase()) ?? 'WARN';

/** `correlation_id` and `function_request_id` are Powertools' names for them: https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/ */
const withIds = (fields: Fields = {}): Fields => {
  const { traceId, requestId } = correlation.getStore() ?? {};
  return {
    ...(traceId !== undefined && { correlation_id: traceId }),
    ...(requestId !== undefined && { function_request_id: requestId }),
    ...fields,
  };
};

/** An error under the key `error` is written with its name, message and stack. A message of ours never holds a secret. */
export const log = {
  /** The fields are asked for only when the line is written: they are the size of a request. */
  debug: (message: string, fields: () => Fields): void => {
    if (logger().getLevelName() !== 'DEBUG') return;
    logger().debug(message, withIds(fields()));
    ship(environment().mistakes.logWaitMs);
  },
  info: (message: string, fields?: Fields): void => logger().info(message, withIds(fields)),
  warn: (message: string, fields?: Fields): void => logger().warn(message, withIds(fields)),
  error: (message: string, fields?: Fields): void => logger().error(message, withIds(fields)),
};

const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(4));

/** What an appender does that sends each line before it returns: the thread waits, and its processor is free meanwhile. */
const ship = (waitMs: number): void => {
  if (waitMs > 0) Atomics.wait(NOBODY_WAKES, 0, 0, waitMs);
};
