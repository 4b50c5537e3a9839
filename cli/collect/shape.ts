/** Checks what was read from a file while it gives it a type. Each parser throws an Error that names the place. */

/** @param at where in the document the value stands */
export type Parse<T> = (value: unknown, at: string) => T;

const wrong = (at: string, wanted: string): Error => new Error(`${at} is not ${wanted}`);

export const number: Parse<number> = (value, at) => {
  if (!Number.isFinite(value)) throw wrong(at, 'a number');
  return value as number;
};

export const text: Parse<string> = (value, at) => {
  if (typeof value !== 'string') throw wrong(at, 'text');
  return value;
};

export const boolean: Parse<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'true or false');
  return value;
};

export const constant =
  <const T>(...allowed: T[]): Parse<T> =>
  (value, at) => {
    if (!allowed.includes(value as T)) throw wrong(at, allowed.join(', '));
    return value as T;
  };

export const nullable =
  <T>(parse: Parse<T>): Parse<T | null> =>
  (value, at) =>
    value === null ? null : parse(value, at);

export const listOf =
  <T>(parse: Parse<T>, length?: number): Parse<T[]> =>
  (value, at) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length))
      throw wrong(at, `a list${length === undefined ? '' : ` of ${length}`}`);
    return value.map((entry) => parse(entry, at));
  };

/** Keys beyond these, which a later version may add, are left out. */
export const object =
  <T extends object>(shape: { [K in keyof T]: Parse<T[K]> }): Parse<T> =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'an object');
    const keys = Object.keys(shape) as (keyof T & string)[];
    return Object.fromEntries(
      keys.map((key) => [key, shape[key]((value as Record<string, unknown>)[key], `${at}.${key}`)]),
    ) as unknown as T;
  };
