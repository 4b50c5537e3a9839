import type { Capacity, Saturation } from '../../analyzers/contract.ts';
import { kneeText, peakText, priceText, rangeText, sustainableText, usersText } from '../capacity-text.ts';
import { count, DASH, milliseconds, number } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { name, numberCell, prose, table } from './parts.ts';
import { plot } from './plot.ts';
import type { Section } from './section.ts';

export const capacity: Section = {
  id: 'capacity',
  title: 'Capacity',
  render({ capacity: found }) {
    if (found === undefined) return null;
    return html`<p><strong>${prose(sustainableText(found))}</strong> ${room(found)}${prose(found.boundary)}</p>
<p class="note">${prose(peakText(found))} ${prose(kneeText(found))}</p>
${prices(found)}
${plot(found)}
${table({ label: 'Loads that were tested', columns: STEP_COLUMNS, rows: found.steps.map(stepRow) })}
${
  found.resources.length > 0 &&
  html`<h3>Resources, the first to be used up first</h3>
${table({ label: 'Resources', columns: RESOURCE_COLUMNS, rows: found.resources.map((each) => resourceRow(each, testedMax(found))) })}`
}`;
  },
};

function room({ headroom }: Capacity): string {
  return headroom === null ? '' : `That is ${number(headroom.ratio)} times the ${count(headroom.atUsers)} users of today. `;
}

function prices({ price: { today, sustainable } }: Capacity): Html | null {
  const said = [today, sustainable].filter((each) => each !== null);
  return said.length === 0 ? null : html`<p>By list prices ${said.map(priceText).join('; ')}.</p>`;
}

const STEP_COLUMNS = [
  { title: 'Users', number: true },
  { title: 'Requests/s', number: true },
  { title: 'Average', number: true },
  { title: 'p95', number: true },
  { title: 'Targets' },
];

const HOLDS = { yes: 'all hold', no: 'missed', unknown: 'not judged' } as const;

const stepRow = ({ users, throughput, latencyMs, holds, reason }: Capacity['steps'][number]): Html => html`<tr>
${numberCell(count(users))}${numberCell(number(throughput))}${numberCell(milliseconds(latencyMs.avg))}${numberCell(milliseconds(latencyMs.p95))}
<td>${HOLDS[holds]}${reason !== null && html`: ${prose(reason)}`}</td></tr>`;

const RESOURCE_COLUMNS = [{ title: 'Resource' }, { title: 'Most in use' }, { title: 'Used up at', number: true }, { title: 'Users' }];

const testedMax = ({ steps }: Capacity): number => Math.max(0, ...steps.map(({ throughput }) => throughput ?? 0));

function resourceRow({ node, resource, unit, limit, usable, usedMax, at, reason }: Saturation, tested: number): Html {
  return html`<tr><td>${name(node)}: ${resource}</td>
<td>${bar(usedMax / usable)} ${number(usedMax)} of ${number(limit)} ${unit}${usable < limit && `, which bear ${number(usable)}`}</td>
${numberCell(at === null ? DASH : `${number(at.throughput)} requests/s (${rangeText(at.ci95)})`)}
<td>${at !== null && `${usersText(at) ?? tooFar(at.throughput / tested)}${reason === null ? '' : '. '}`}${reason !== null && prose(reason)}</td></tr>`;
}

/** No number of users is said that nobody came near. */
const tooFar = (times: number): string => (Number.isFinite(times) ? `${number(times)} times the load tested` : DASH);

const bar = (share: number): Html => html`<svg class="bar" role="img" aria-label="${number(100 * share)} %">
<rect class="track" x="0" y="4" width="100%" height="8" rx="4"/><rect class="used" x="0" y="4" width="${(100 * Math.min(1, share)).toFixed(1)}%" height="8" rx="4"/></svg>`;
