import { isDeepStrictEqual } from 'node:util';
import { healthySettings, type StackSettings } from '../settings.ts';
import type { Fault } from './fault.ts';
import { faults } from './index.ts';

/** A fault that was asked for, with its number. */
export interface ChosenFault {
  fault: Fault;
  value: number;
}

/** What was asked for can't be had; the message is one lowercase sentence, the hint says what can. */
export class NoSuchFault extends Error {
  override readonly name = 'NoSuchFault';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Reads `NAME` and `NAME=value`. @throws NoSuchFault for what is no fault, a number that it can't be, or the same fault twice */
export const chooseFaults = (asked: readonly string[]): ChosenFault[] => {
  const chosen = asked.map(choose);
  const twice = chosen.find(({ fault }, at) => chosen.findIndex((other) => other.fault === fault) !== at);
  if (twice !== undefined) throw new NoSuchFault(`the fault ${twice.fault.name} is given twice`, 'give each fault once, with one value');
  refuseConflicts(chosen);
  return chosen;
};

/** Two that set the same thing, or of which one goes by what the other set, would not both be there. */
const refuseConflicts = (chosen: readonly ChosenFault[]): void => {
  for (const [at, one] of chosen.entries()) {
    for (const other of chosen.slice(at + 1)) {
      const shared = changedBy(one, other).find((path, i, all) => all.indexOf(path) !== i);
      if (shared === undefined && isDeepStrictEqual(settingsWith([one, other], []), settingsWith([other, one], []))) continue;
      throw new NoSuchFault(
        `the faults ${one.fault.name} and ${other.fault.name} can't be there at once: ${shared === undefined ? 'one depends on what the other sets' : `both set ${shared}`}`,
        'give one of them, or each in a run of its own',
      );
    }
  }
};

/** Paths into the settings that each of them changes, one fault after the other. */
const changedBy = (...chosen: readonly ChosenFault[]): string[] => {
  const healthy = flattened(healthySettings());
  return chosen.flatMap((each) =>
    [...flattened(settingsWith([each], []))].filter(([path, value]) => healthy.get(path) !== value).map(([path]) => path),
  );
};

/** Every leaf of a plain object, by its path. */
export const flattened = (value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> => {
  if (typeof value !== 'object' || value === null) return into.set(path, value);
  for (const [key, inner] of Object.entries(value)) flattened(inner, path === '' ? key : `${path}.${key}`, into);
  return into;
};

const choose = (text: string): ChosenFault => {
  const [, name = '', given] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const fault = faults.find((each) => each.name === name);
  if (fault === undefined)
    throw new NoSuchFault(
      name === '' ? 'a fault needs a name' : `there is no fault ${name}`,
      `there are: ${faults.map((each) => each.name).join(', ')}`,
    );
  if (given === undefined) return { fault, value: fault.value?.fallback ?? 0 };
  if (fault.value === null) throw new NoSuchFault(`the fault ${name} takes no value`, `write --fault ${name}`);
  const { what, min, max, whole, fallback } = fault.value;
  const value = Number(given);
  const fits = /^\d+(?:\.\d+)?$/.test(given) && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits) {
    throw new NoSuchFault(
      `the fault ${name} can't have the value ${given}`,
      `it takes ${what}: ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}, ${fallback} without one`,
    );
  }
  return { fault, value };
};

/** The settings of a stack with these faults, applied in their order. */
export const settingsWith = (chosen: readonly ChosenFault[], notes = chosen.map(noteOf)): StackSettings => {
  const settings = healthySettings();
  for (const { fault, value } of chosen) fault.apply(settings, value);
  return { ...settings, notes };
};

/** What was switched on, and the truth of it. */
const noteOf = ({ fault, value }: ChosenFault): string =>
  `fault: ${fault.name}${fault.value === null ? '' : `=${value}`} at ${fault.truth.node} (${fault.summary})`;
