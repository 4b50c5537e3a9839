import { finiteOf, isObject, type Json, textOf } from '../json.ts';
import { type Bad, isBad, Malformed } from '../malformed.ts';
import { noUsage, usageOf } from '../models/cost/index.ts';
import type { LoadStep } from './load-step.ts';

/**
 * The steps of a parsed capacity.json, checked whole: all else in it follows from them.
 *
 * @example stepsIn({ schemaVersion: 1, steps: [{ users: 0 }] }) // { bad: 'steps[0].run is missing, not a text', hint: '…' }
 */
export function stepsIn(document: unknown): LoadStep[] | Bad {
  try {
    if (!isObject(document) || document['schemaVersion'] !== 1) throw new Malformed('it has no schemaVersion 1', HINT);
    const { steps } = document;
    if (!Array.isArray(steps)) throw new Malformed('it has no list of steps', HINT);
    for (const [i, step] of steps.entries()) check(step, `steps[${i}]`, STEP);
    return (steps as LoadStep[]).toSorted((a, b) => a.users - b.users);
  } catch (error) {
    if (error instanceof Malformed) return { bad: error.bad, hint: error.hint };
    throw error;
  }
}

const HINT = 'run the test again';

/** What a value has to be, in words, and whether it is. */
type Rule = readonly [what: string, is: (value: unknown) => boolean];

const TEXT: Rule = ['a text', (value) => textOf(value) !== undefined];
const AMOUNT: Rule = ['a number of 0 or more', (value) => (finiteOf(value) ?? -1) >= 0];
const POSITIVE: Rule = ['a number above 0', (value) => (finiteOf(value) ?? 0) > 0];
const FLAG: Rule = ['true or false', (value) => typeof value === 'boolean'];
const orNull = ([what, is]: Rule): Rule => [`${what}, or null`, (value) => value === null || is(value)];
const INTERVAL: Rule = [
  'two numbers',
  (value) => Array.isArray(value) && value.length === 2 && value.every((end) => finiteOf(end) !== undefined),
];
/** All are there, if empty: a document of the user's may leave some out. */
const { region: _, ...lists } = noUsage('');
const LISTS = Object.keys(lists);
const USAGE: Rule = [
  'a usage document',
  (value) =>
    isObject(value) &&
    !isBad(usageOf(value)) &&
    LISTS.every((name) => Array.isArray(value[name])) &&
    (value['others'] as unknown[]).every((each) => typeof each === 'string'),
];

const USE: Readonly<Record<string, Rule>> = { node: TEXT, resource: TEXT, unit: TEXT, used: AMOUNT, limit: POSITIVE };
const LATENCY: Readonly<Record<string, Rule>> = { avg: orNull(AMOUNT), p95: orNull(AMOUNT) };

const STEP: Readonly<Record<keyof LoadStep, Rule | ((value: unknown, at: string) => void)>> = {
  run: TEXT,
  scenario: TEXT,
  durationS: POSITIVE,
  users: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
  throughput: orNull(AMOUNT),
  throughputCi95: orNull(INTERVAL),
  latencyMs: (value, at) => check(value, at, LATENCY),
  holds: ['yes, no or unknown', (value) => value === 'yes' || value === 'no' || value === 'unknown'],
  counts: FLAG,
  generatorLimited: FLAG,
  reason: orNull(TEXT),
  settledInS: orNull(POSITIVE),
  uses: (value, at) => {
    if (!Array.isArray(value)) throw new Malformed(`${at} is not a list`, HINT);
    for (const [i, use] of value.entries()) check(use, `${at}[${i}]`, USE);
  },
  usage: orNull(USAGE),
};

function check(value: unknown, at: string, rules: Readonly<Record<string, Rule | ((value: unknown, at: string) => void)>>): void {
  if (!isObject(value)) throw new Malformed(`${at} is not an object`, HINT);
  for (const [name, rule] of Object.entries(rules)) {
    const field = (value as Json)[name];
    if (typeof rule === 'function') rule(field, `${at}.${name}`);
    else if (!rule[1](field)) throw new Malformed(`${at}.${name} is ${shown(field)}, not ${rule[0]}`, HINT);
  }
}

/** A document would fill the terminal. */
const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? 'something else' : (JSON.stringify(value) ?? 'missing');
