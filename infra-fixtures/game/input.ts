import { Refusal } from './errors.ts';

/** A body as it came: nothing is known about its fields until one of the readers below has looked at them. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws Refusal 400 unless `json` is an object. */
export const parseObject = (json: string | null): Fields => {
  let value: unknown;
  try {
    value = JSON.parse(json ?? '');
  } catch {
    throw new Refusal(400, 'the body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(400, 'the body has to be a JSON object');
  return value as Fields;
};

/** A string of `min` to `max` characters, trimmed. @throws Refusal 400 */
export const text = (fields: Fields, name: string, { min = 1, max }: { min?: number; max: number }): string => {
  const value = fields[name];
  const trimmed = typeof value === 'string' ? value.trim() : '';
  if (typeof value !== 'string' || trimmed.length < min || trimmed.length > max) {
    throw new Refusal(400, `${name} has to be a text of ${min} to ${max} characters`);
  }
  return trimmed;
};

/** A whole number within bounds. @throws Refusal 400 */
export const integer = (fields: Fields, name: string, { min, max }: { min: number; max: number }): number => {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new Refusal(400, `${name} has to be a whole number from ${min} to ${max}`);
  }
  return value;
};

/** One of the given words. @throws Refusal 400 */
export const oneOf = <T extends string>(fields: Fields, name: string, words: readonly T[]): T => {
  const value = words.find((word) => word === fields[name]);
  if (value === undefined) throw new Refusal(400, `${name} has to be one of ${words.join(', ')}`);
  return value;
};

/** A whole number from the query string, `fallback` when it isn't there; more than `max` is cut to it. @throws Refusal 400 */
export const queryInteger = (value: string | undefined, name: string, { fallback, max }: { fallback: number; max: number }): number => {
  if (value === undefined) return fallback;
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 1) throw new Refusal(400, `${name} has to be a whole number of at least 1`);
  return Math.min(parsed, max);
};
