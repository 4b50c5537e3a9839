import { chooseFaults, NoSuchFault, settingsWith } from './faults/chosen.ts';
import type { StackSettings } from './settings.ts';
import { type TroubleName, troubleNames } from './telemetry/trouble.ts';

export { NoSuchFault };

/** What a user may ask of a stack; what is left out stays as on AWS. */
export interface Asked {
  /** `NAME` or `NAME=value`. */
  faults: readonly string[];
  /** Names of telemetry trouble. */
  trouble: readonly string[];
  delayS?: number | undefined;
  periodS?: number | undefined;
  timeScale?: number | undefined;
}

/** @throws NoSuchFault for a fault or trouble that there isn't, or a value that it can't have */
export const settingsFor = ({ faults, trouble, delayS, periodS, timeScale }: Asked): StackSettings => {
  const settings = settingsWith(chooseFaults(faults));
  settings.telemetry.trouble = [...new Set(trouble)].map(troubleOf);
  settings.notes.push(...settings.telemetry.trouble.map((name) => `AWS trouble: ${name}`));
  settings.telemetry.delayS = delayS ?? settings.telemetry.delayS;
  settings.telemetry.periodS = periodS ?? settings.telemetry.periodS;
  settings.timeScale = timeScale ?? settings.timeScale;
  return settings;
};

const troubleOf = (name: string): TroubleName => {
  const known = troubleNames.find((each) => each === name);
  if (known === undefined) throw new NoSuchFault(`there is no AWS trouble ${name}`, `there are: ${troubleNames.join(', ')}`);
  return known;
};
