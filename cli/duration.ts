import { UserError } from './errors.ts';

const UNIT_S: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/**
 * Seconds of a duration in k6's spelling: `90s`, `5m`, `1h30m`, `500ms`. A number without a unit is refused, since k6 takes it for
 * milliseconds and people mean seconds. Source: https://pkg.go.dev/time#ParseDuration
 */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return text === '0' ? 0 : null;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g))
    seconds += Number(amount) * (UNIT_S[unit ?? ''] ?? Number.NaN);
  return seconds;
}

/** As `parseDuration`, for an option or a setting of that name. */
export function durationOf(name: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds === null || !Number.isFinite(seconds)) {
    throw new UserError(`${name} is not a duration: ${text}`, 'write a number with its unit, such as 90s, 5m or 1h30m');
  }
  return seconds;
}
