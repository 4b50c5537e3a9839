import type { Fault } from '../infra-fixtures/local/faults/fault.ts';
import { faults } from '../infra-fixtures/local/faults/index.ts';

/** The table of docs/reference-stack.md, from the faults themselves. A test holds the document to it. */
export const faultTable = (): string =>
  ['| fault | cause | what is wrong | value | shown by | felt in |', '|---|---|---|---|---|---|', ...faults.map(row)].join('\n');

const row = (fault: Fault): string =>
  `| \`${fault.name}\` | \`${fault.truth.node}\` (${fault.truth.resource}) | ${fault.summary} | ${tunedBy(fault)} | ${evidenceOf(fault)} | \`${fault.scenario}\`: ${symptomOf(fault)} |`;

const tunedBy = ({ value }: Fault): string => (value === null ? '' : `${value.what}: ${value.fallback}`);

const evidenceOf = ({ evidence }: Fault): string => [...new Set(evidence.map(({ metric, change }) => `${metric} ${change}`))].join(', ');

const symptomOf = ({ symptom }: Fault): string => {
  if (symptom.kind === 'slow-trend') return `${symptom.trend} grows`;
  const where = symptom.requests.length === 0 ? 'requests' : symptom.requests.map((name) => `\`${name}\``).join(', ');
  return `${where} ${symptom.kind === 'slow' ? 'take longer' : 'fail'}`;
};
