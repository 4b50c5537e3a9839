import { AwsError } from '../service.ts';
import type { Group, LogStore, Stream } from './store.ts';

export type Input = Readonly<Record<string, unknown>>;

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** @throws AwsError when it is there and something else */
export const textIn = (input: Input, name: string): string | undefined => {
  const value = input[name];
  if (value !== undefined && value !== null && typeof value !== 'string') throw invalid(`${name} must be a string`);
  return value ?? undefined;
};

export const requiredText = (input: Input, name: string, pattern: RegExp, lengthMax = 512): string => {
  const value = textIn(input, name);
  if (value !== undefined && value.length <= lengthMax && pattern.test(value)) return value;
  throw invalid(
    `1 validation error detected: Value '${value ?? 'null'}' at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
};

export const textsIn = (input: Input, name: string, max: number): string[] | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length > max || !value.every((item) => typeof item === 'string')) {
    throw invalid(`${name} must be a list of at most ${max} strings`);
  }
  return value;
};

export const numberIn = (input: Input, name: string): number | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw invalid(`${name} must be an integer that is not negative`);
  return value;
};

/** @throws AwsError when it is outside of 1 to `max` */
export const limitIn = (input: Input, name: string, max: number, fallback: number): number => {
  const limit = numberIn(input, name) ?? fallback;
  if (limit < 1 || limit > max) {
    throw invalid(`1 validation error detected: Value '${limit}' at '${name}' failed to satisfy constraint: must be from 1 to ${max}`);
  }
  return limit;
};

export const GROUP_NAME = /^[.\-_/#A-Za-z0-9]+$/;
export const STREAM_NAME = /^[^:*]+$/;

/** By `logGroupName`, or by `logGroupIdentifier`, which is a name or an ARN. @throws AwsError */
export const groupIn = (store: LogStore, input: Input): Group =>
  groupNamed(store, textIn(input, 'logGroupName') ?? textIn(input, 'logGroupIdentifier'));

export const groupNamed = (store: LogStore, nameOrArn: string | undefined): Group => {
  if (nameOrArn === undefined) throw invalid('logGroupName or logGroupIdentifier is required');
  const group = store.groups.get(nameOrArn.replace(/^arn:[^:]*:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, ''));
  if (group === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
};

export const streamIn = (group: Group, input: Input): Stream => {
  const stream = group.streams.get(requiredText(input, 'logStreamName', STREAM_NAME));
  if (stream === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
};

/** A token of ours holds the place from which to go on. @throws AwsError */
export const placeIn = (input: Input): string | undefined => {
  const token = textIn(input, 'nextToken');
  if (token === undefined) return undefined;
  const place = Buffer.from(token, 'base64url').toString();
  if (!place.startsWith(PLACE)) throw invalid('The specified nextToken is invalid.');
  return place.slice(PLACE.length);
};

const PLACE = 'place:';
export const tokenFor = (place: string): string => Buffer.from(PLACE + place).toString('base64url');

/** One page of a list in the order of its names. */
export const pageOf = <T>(items: readonly T[], nameOf: (item: T) => string, input: Input): { page: T[]; nextToken?: string } => {
  const limit = limitIn(input, 'limit', 50, 50);
  const after = placeIn(input);
  const rest = after === undefined ? items : items.slice(items.findIndex((item) => nameOf(item) === after) + 1);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, ...(rest.length > limit && last !== undefined ? { nextToken: tokenFor(nameOf(last)) } : {}) };
};
