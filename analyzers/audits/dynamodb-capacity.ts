import type { Audit, Missing } from '../contract.ts';
import { type Answer, began, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { busiestPerS, type Name, shareAt, sinceAt, total } from '../platform-series.ts';
import { type Access, CAPACITY_NEAR, type Metered, ofEachPart, provisionedUnits, TARGET_UTILISATION } from '../table-capacity.ts';
import { figure, percent } from '../words.ts';

/** A small table's, where its own are not known: what is far below them needs no limit. Guess: tune. */
const DEFAULT_UNITS = 5;

export const dynamodbCapacity: Audit<PlatformNeed> = {
  id: 'dynamodb-capacity',
  question: 'How much of their provisioned capacity do tables use?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEachPart('dynamodb-capacity', inputs, (of) => ofPart(of, inputs)),
};

const unknownUnits = (node: string, access: Access, consumed: number): Missing => ({
  missing: `the capacity of ${node} could not be read (dynamodb:DescribeTable), and it consumed ${figure(consumed)} ${access.toLowerCase()} units/s`,
});

function ofPart({ resource, part, access, stretch }: Metered, inputs: PlatformInputs): Answer | null {
  const { node } = part;
  const provisioned = provisionedUnits(resource, part, access, stretch);
  const name: Name = [node, `Consumed${access}CapacityUnits`, 'Sum'];
  const consumed = busiestPerS(stretch, name);
  if (consumed === null || consumed < CAPACITY_NEAR * (provisioned ?? DEFAULT_UNITS)) return null;
  if (provisioned === null) return resource.limits.billing === 'on-demand' ? null : unknownUnits(node, access, consumed);
  // What throttles is told of by dynamodb-throttles, with the same advice.
  if ((total(stretch, [node, `${access}ThrottleEvents`, 'Sum']) ?? 0) > 0) return null;
  const units = access === 'Read' ? 'RCU' : 'WCU';
  const over = consumed > provisioned;
  const limitPerPeriod = CAPACITY_NEAR * provisioned * stretch.file.periodS;
  return {
    verdict: 'warn',
    severity: over ? 'high' : 'medium',
    title: `${node} consumed ${figure(consumed)} ${units}/s, ${percent(consumed / provisioned)} of ${figure(provisioned)} provisioned`,
    why: over
      ? 'It lives on the credit of the last 5 minutes, and throttles once that is used up: a longer run would.'
      : 'What is left does not carry a burst for long.',
    evidence: [
      { what: 'consumed in the busiest period', value: consumed, limit: provisioned, unit: `${units}/s` },
      { what: `share of the periods above ${percent(CAPACITY_NEAR)}`, value: shareAt(stretch, name, limitPerPeriod), unit: 'ratio' },
      ...began(inputs, sinceAt(stretch, name, limitPerPeriod)),
    ],
    next: `Provision ${figure(Math.ceil(consumed / TARGET_UTILISATION))} ${units} for ${node} (now ${figure(provisioned)}), with auto scaling at ${figure(100 * TARGET_UTILISATION)} %, or switch the table to on-demand.`,
    effect: `The load of this run then takes ${figure(100 * TARGET_UTILISATION)} % of it.`,
  };
}
