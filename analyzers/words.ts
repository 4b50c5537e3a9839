/** Figures inside reasons and findings. The values themselves stay unrounded in `value` and `evidence`: rounding those is for renderers. */

/** Significant digits in a sentence: more would claim what a load test cannot know. */
const DIGITS = 3;

/**
 * `0.0421`, `3.14`, `2,413`: three significant digits, but never less than the whole part.
 *
 * @example figure(1234.5) // '1,235'
 */
export function figure(value: number): string {
  const wholeDigits = Math.abs(value) < 1 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return value.toLocaleString('en', { maximumSignificantDigits: Math.min(21, Math.max(DIGITS, wholeDigits)) });
}

/** @example plural(2995, 'request') // '2,995 requests' */
export const plural = (count: number, noun: string): string => `${figure(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A share of 0 to 1 as a percentage: what is not quite all is never rounded to it. */
export const percent = (share: number): string =>
  share > 0.99 && share < 1 ? `${100 - Number(figure(100 - 100 * share))} %` : `${figure(100 * share)} %`;

/** @example duration(272) // '5 min': rounded up, since less would not do */
export function duration(seconds: number): string {
  if (seconds <= 120) return `${Math.ceil(seconds)} s`;
  return seconds <= 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
