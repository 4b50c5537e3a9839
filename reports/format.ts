/** Numbers and times as a reader wants them. Whatever is null or not finite was not measured, and says so: it is never shown as zero. */

const NOT_MEASURED = 'not measured';

/** Where "not measured" would drown a table. */
export const DASH = '–';

/** Significant digits of a measured value. More would claim what a load test cannot know. */
const DIGITS = 3;

const formats = new Map<number, Intl.NumberFormat>();

function significant(digits: number): Intl.NumberFormat {
  const known = formats.get(digits);
  if (known) return known;
  const format = new Intl.NumberFormat('en', { maximumSignificantDigits: digits });
  formats.set(digits, format);
  return format;
}

const isMeasured = (value: number | null): value is number => value !== null && Number.isFinite(value);

/** `0.0421`, `3.14`, `142`, `2,413`: `digits` significant ones, but never less than the whole part. */
export function number(value: number | null, digits = DIGITS): string {
  if (!isMeasured(value)) return DASH;
  const wholeDigits = value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return significant(Math.max(digits, wholeDigits)).format(value);
}

/** A figure in a column, so that the eye can compare: one decimal below 100, none above. What is not nothing is not shown as nothing. */
export function tabular(value: number | null): string {
  if (!isMeasured(value)) return DASH;
  if (value > 0 && value < 0.05) return '< 0.1';
  return value < 99.95 ? value.toFixed(1) : count(value);
}

/** A value that is whole by nature: `24,515`. */
export const count = (value: number | null): string => (isMeasured(value) ? significant(21).format(Math.round(value)) : DASH);

/** `412.50`: cents, or more digits where it is less than one. */
export const money = (amount: number): string =>
  amount === 0 || amount >= 0.01
    ? amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : amount.toLocaleString('en', { maximumSignificantDigits: 2 });

/** `412 ms`, `2.41 s`, `1 min 12 s`. */
export function milliseconds(value: number | null, digits = DIGITS): string {
  if (!isMeasured(value)) return DASH;
  if (Math.abs(value) < 1000) return `${number(value, digits)} ms`;
  return Math.abs(value) < 60_000 ? `${number(value / 1000, digits)} s` : duration(value / 1000);
}

/** Seconds as `45 s`, `5 min`, `1 h 5 min`: the two largest units that matter. */
export function duration(seconds: number | null): string {
  if (!isMeasured(seconds)) return DASH;
  if (seconds < 60) return `${number(seconds)} s`;
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = h > 0 ? [`${h} h`, min > 0 && `${min} min`] : [`${min} min`, s > 0 && `${s} s`];
  return parts.filter(Boolean).join(' ');
}

/** Seconds into the run as a clock shows them: `0:05`, `12:30`, `1:02:30`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const mm = h > 0 ? String(min).padStart(2, '0') : String(min);
  return `${h > 0 ? `${h}:` : ''}${mm}:${String(s).padStart(2, '0')}`;
}

/** The finest share that is spelled out: one in a million. */
const SHARE_DECIMALS_MAX = 4;

/**
 * A share of 0 to 1 as percent, with digits counted from the nearer end: `3.1 %`, `99.95 %`. What is not quite nothing, or not quite everything,
 * is never rounded to it.
 */
export function percent(share: number | null, digits = 2): string {
  if (!isMeasured(share)) return DASH;
  const nearerEnd = Math.min(Math.abs(share), Math.abs(1 - share)) * 100;
  if (nearerEnd === 0) return `${share * 100} %`;
  const decimals = Math.min(SHARE_DECIMALS_MAX, Math.max(0, digits - 1 - Math.floor(Math.log10(nearerEnd))));
  const finest = 10 ** -SHARE_DECIMALS_MAX;
  if (nearerEnd < finest / 2) return share < 0.5 ? `< ${finest} %` : `> ${100 - finest} %`;
  return `${Number((share * 100).toFixed(decimals))} %`;
}

/** `812 kB`, `142 MB`, `1.2 GB`, in powers of 1000. */
export function bytes(value: number | null, digits = DIGITS): string {
  if (!isMeasured(value)) return DASH;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${number(value / 1000 ** power, digits)} ${units[power]}`;
}

/** A value with its unit as report.json has them. A `ratio` is a share of 0 to 1. */
export function quantity(value: number | null, unit: string, digits?: number): string {
  switch (unit) {
    case 'ms':
      return milliseconds(value, digits);
    case 's':
      return milliseconds(value === null ? null : value * 1000, digits);
    case 'ratio':
      return percent(value, digits);
    case '%':
      return percent(value === null ? null : value / 100, digits);
    case 'bytes':
      return bytes(value, digits);
    case '':
      return number(value, digits);
    default:
      return isMeasured(value) ? `${number(value, digits)} ${unit}` : DASH;
  }
}

/** As `quantity`, with as many more digits as it takes to tell the value from its limit: 1.999 s is not shown as `2 s` beside a limit of `2 s`. */
export function quantityBeside(value: number | null, limit: number | null, unit: string): string {
  if (!isMeasured(value)) return NOT_MEASURED;
  const plain = quantity(value, unit);
  if (limit === null || value === limit || plain !== quantity(limit, unit)) return plain;
  const finer = [4, 5, 6].map((digits) => quantity(value, unit, digits));
  return finer.find((text) => text !== plain) ?? plain;
}

/** `131 to 155 ms`, both ends with the unit where they differ in it. */
export function interval(ends: readonly [lo: number, hi: number] | null, unit: string): string {
  if (ends === null) return DASH;
  const [lo, hi] = [quantity(ends[0], unit), quantity(ends[1], unit)];
  const unitOf = (text: string): string => text.replace(/^[\d.,]+/, '');
  return unitOf(lo) === unitOf(hi) && unitOf(lo) !== '' ? `${lo.slice(0, -unitOf(lo).length)} to ${hi}` : `${lo} to ${hi}`;
}

/** An ISO time as `2026-11-24 02:44:31 UTC`; a text that is no time stays as it is. */
export function instant(iso: string | null): string {
  if (iso === null) return DASH;
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
