import { createHash } from 'node:crypto';
import { AwsError } from './service.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A service's own errors. A `path` is a parameter's name as they give it, `MetricData.member.1.Value`. */
export interface Refusals {
  invalid(message: string): AwsError;
  /** Of what is against the model's constraints: an error of its own with CloudWatch. */
  validation(message: string): AwsError;
  missing(path: string): AwsError;
  badToken(): AwsError;
}

/** JSON has no spelling for these: the protocols send them as strings. */
const SPELLED: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const mistyped = (path: string): AwsError => new AwsError('SerializationException', `${path} is not of its type`);

/** What a client sent, or a structure within: each member is read as what it has to be. Every method throws the service's error where it isn't that. */
export class Input {
  readonly #fields: Fields;
  readonly #refusals: Refusals;
  readonly #path: string;

  constructor(fields: Fields, refusals: Refusals, path = '') {
    this.#fields = fields;
    this.#refusals = refusals;
    this.#path = path;
  }

  path(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }

  /** As it came; null is as if it weren't there. */
  given(key: string): unknown {
    return this.#fields[key] ?? undefined;
  }

  required<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw this.#refusals.missing(this.path(key));
    return value;
  }

  /** Itself, if that is there, and no empty list. */
  with(key: string): Input {
    const value = this.given(key);
    this.required(key, Array.isArray(value) && value.length === 0 ? undefined : value);
    return this;
  }

  /** What would change the answer is not passed over. */
  unsupported(...keys: readonly string[]): void {
    const found = keys.find((key) => this.given(key) !== undefined);
    if (found !== undefined) throw this.#refusals.validation(`The parameter ${this.path(found)} is not supported by this endpoint.`);
  }

  text(key: string, lengthMax?: number): string {
    return this.required(key, this.optionalText(key, lengthMax));
  }

  optionalText(key: string, lengthMax = 255, lengthMin = 1): string | undefined {
    const value = this.given(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw mistyped(this.path(key));
    if (value.length < lengthMin) throw this.#invalid(key, `must be longer than ${lengthMin - 1} characters`);
    if (value.length > lengthMax) throw this.#invalid(key, `must be shorter than ${lengthMax + 1} characters`);
    return value;
  }

  /** One of the values that AWS's model lists. */
  choice<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const value = this.optionalText(key);
    const known = allowed.find((candidate) => candidate === value);
    if (known === undefined && value !== undefined) throw this.#invalid(key, `must be a value in the set [ ${allowed.join(', ')} ]`);
    return known;
  }

  number(key: string): number | undefined {
    const value = this.given(key);
    return value === undefined ? undefined : this.#numberOf(key, value);
  }

  /** A whole number in a range. */
  integer(key: string, min: number, max: number): number | undefined {
    const value = this.number(key);
    if (value !== undefined && !Number.isInteger(value)) throw mistyped(this.path(key));
    if (value !== undefined && (value < min || value > max)) {
      throw this.#refusals.validation(`The parameter ${this.path(key)} must be between ${min} and ${max}.`);
    }
    return value;
  }

  /** A timestamp that is required: epoch seconds, as the JSON protocols spell it. */
  time(key: string): number {
    const value = this.required(key, this.number(key));
    if (!Number.isFinite(value)) throw mistyped(this.path(key));
    return value;
  }

  record(key: string): Input | undefined {
    const value = this.given(key);
    return value === undefined ? undefined : this.#within(this.path(key), value);
  }

  /** A list that isn't there is empty. */
  list(key: string, sizeMax: number): readonly unknown[] {
    const value = this.given(key) ?? [];
    if (!Array.isArray(value)) throw mistyped(this.path(key));
    if (value.length > sizeMax) {
      throw this.#refusals.invalid(`The collection ${this.path(key)} must not have a size greater than ${sizeMax}.`);
    }
    return value;
  }

  records(key: string, sizeMax: number): Input[] {
    return this.list(key, sizeMax).map((value, index) => this.#within(`${this.path(key)}.member.${index + 1}`, value));
  }

  numbers(key: string, sizeMax: number): number[] {
    return this.list(key, sizeMax).map((value) => this.#numberOf(key, value));
  }

  texts(key: string, sizeMax: number): string[] {
    return this.list(key, sizeMax).map((value) => {
      if (typeof value !== 'string') throw mistyped(this.path(key));
      return value;
    });
  }

  /** Where this page begins, as the token of the one before tells; undefined on the first. A token is good for its own request and for no other. */
  place(): unknown {
    const token = this.optionalText('nextToken', TOKEN_MAX) ?? this.optionalText('NextToken', TOKEN_MAX);
    if (token === undefined) return undefined;
    try {
      const [digest, place] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [unknown, unknown];
      if (digest === this.#digest()) return place;
    } catch {
      // It wasn't ours.
    }
    throw this.#refusals.badToken();
  }

  /** The token of a page that begins there. */
  tokenOf(place: unknown): string {
    return Buffer.from(JSON.stringify([this.#digest(), place])).toString('base64url');
  }

  /** A page of a list in which nothing moves. */
  page<T>(all: readonly T[], size: number): { page: readonly T[]; next: { NextToken?: string } } {
    const end = Number(this.place() ?? 0) + size;
    return { page: all.slice(end - size, end), next: end < all.length ? { NextToken: this.tokenOf(end) } : {} };
  }

  #digest(): string {
    const { NextToken: _, nextToken: __, ...rest } = this.#fields;
    return createHash('sha256').update(JSON.stringify(rest)).digest('base64url');
  }

  #invalid(key: string, rule: string): AwsError {
    return this.#refusals.invalid(`The parameter ${this.path(key)} ${rule}.`);
  }

  #numberOf(key: string, value: unknown): number {
    const number = typeof value === 'string' ? SPELLED[value] : value;
    if (typeof number !== 'number') throw mistyped(this.path(key));
    return number;
  }

  #within(path: string, value: unknown): Input {
    if (!isFields(value)) throw mistyped(path);
    return new Input(value, this.#refusals, path);
  }
}

const TOKEN_MAX = 2048;
