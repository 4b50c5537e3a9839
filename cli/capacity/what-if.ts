import { SETTINGS, type Setting, type WhatIf, whatIf } from '../../analyzers/capacity/what-if.ts';
import { figure } from '../../analyzers/words.ts';
import { priceText, saturationText } from '../../reports/capacity-text.ts';
import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { priceListsOf, readSteps } from './test-directory.ts';

/** @throws UserError 104 for a setting that there isn't, or no test */
export async function whatIfOf(host: Host, test: string | undefined, sets: readonly string[]): Promise<WhatIf> {
  const settings = sets.map(settingOf);
  const steps = await readSteps(host, test);
  const found = whatIf(steps, settings, await priceListsOf(host, steps));
  if ('bad' in found) throw new UserError(found.bad, found.hint);
  return found;
}

/** The value stands after the last `=`, the setting's name after the last dot before it: nodes may hold dots. */
function settingOf(text: string): Setting {
  const [, node, name, value] = /^(.+)\.([a-z]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (node === undefined || name === undefined || value === undefined)
    throw new UserError(`--set ${text} is not NODE.SETTING=NUMBER`, `such as fargate:engine.tasks=4; there are ${SETTINGS.join(', ')}`);
  return { node, name, value: Number(value) };
}

export const exitCodeOf = ({ after }: WhatIf): ExitCode => (after === null ? EXIT.inconclusive : EXIT.pass);

export function renderWhatIf({ before, after, resources, unmeasured, price }: WhatIf): string {
  const lines = [`first to be used up, as tested: ${spoken(before)}`, `with these settings: ${spoken(after)}`];
  for (const each of resources.filter((resource) => resource !== after)) lines.push(`  then ${spoken(each)}`);
  for (const { setting, reason } of unmeasured) lines.push(`${setting} changes the price only. ${reason}`);
  lines.push(`price as tested: ${priceText(price.tested)}`, `  with these settings: ${priceText(price.changed)}`);
  if (price.limit !== null) lines.push(`  at the limit with them: ${priceText(price.limit)}`);
  return `${lines.join('\n')}\n`;
}

function spoken(of: WhatIf['after']): string {
  if (of === null) return 'none is known';
  const { node, resource, limit, unit, at, reason } = of;
  const name = `${node} ${resource} (${figure(limit)} ${unit})`;
  if (at === null) return `${name}: ${reason}`;
  return `${name} at ${saturationText(at)}${reason === null ? '' : `. ${reason}`}`;
}
