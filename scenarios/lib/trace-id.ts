const hex = (value: number, digits: number): string => Math.floor(value).toString(16).padStart(digits, '0').slice(-digits);

/** `1-xxxxxxxx-xxxxxxxx`: version, 8 hex digits of time in epoch seconds, 8 random ones. The rest of a root follows per request. */
const PREFIX = /^1-[0-9a-f]{8}-[0-9a-f]{8}$/;

/**
 * The start that all of a run's trace roots share.
 *
 * @param given what the run says (`LOADKIT_TRACE_PREFIX`); undefined or empty: one is made
 * @param random 32 random bits
 * @throws Error when the given one doesn't fit
 */
export function tracePrefix(given: string | undefined, nowMs: number, random: number): string {
  if (!given) return `1-${hex(nowMs / 1000, 8)}-${hex(random, 8)}`;
  if (!PREFIX.test(given)) throw new Error('LOADKIT_TRACE_PREFIX does not fit: it takes 1-xxxxxxxx-xxxxxxxx in hex digits');
  return given;
}

/**
 * Trace roots of one VU: () => `1-8 hex-24 hex`, never the same twice.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
 *
 * Of the 16 digits after the prefix, 6 are the VU's number and 10 a counter. The counter starts at the clock's milliseconds, because k6 runs
 * setup() and teardown() both as VU 0, each with a counter of its own.
 */
export function traceRoots(prefix: string, vu: number, nowMs: number): () => string {
  const start = `${prefix}${hex(vu, 6)}`;
  let counter = nowMs;
  return () => {
    counter += 1;
    return `${start}${hex(counter, 10)}`;
  };
}
