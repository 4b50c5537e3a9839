import type { Capacity, LoadPrice, Saturation } from '../../analyzers/contract.ts';
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
    return html`<p><strong>${headline(found)}</strong> ${prose(found.boundary)}</p>
<p class="note">${peak(found)}</p>
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

function headline({ sustainable, headroom }: Capacity): string {
  if (sustainable === null) return 'No load is known to hold.';
  const rate = sustainable.throughput === null ? '' : ` (${number(sustainable.throughput)} requests/s)`;
  const room = headroom === null ? '' : `, ${number(headroom.ratio)} times the ${count(headroom.atUsers)} of today`;
  return `All targets hold up to ${count(sustainable.users)} users${rate}${room}.`;
}

function peak({ usl }: Capacity): string {
  if (usl.peak === null) return `No peak by the Universal Scalability Law. ${usl.reason ?? ''}`;
  const { users, throughput, ci95, throughputCi95 } = usl.peak;
  return `Peak by the Universal Scalability Law: ${number(throughput)} requests/s (${range(throughputCi95)}) at ${count(users)} users (${range(ci95)}).`;
}

function prices({ price, sustainable }: Capacity): Html | null {
  const said = [
    price.today !== null && priceOf(`today's ${count(price.today.users)} users`, price.today),
    price.sustainable !== null && sustainable !== null && priceOf(`${count(sustainable.users)} users`, price.sustainable),
  ].filter((each) => each !== false);
  return said.length === 0 ? null : html`<p>By list prices ${said.join('; ')}.</p>`;
}

function priceOf(whose: string, { month, perThousandUserHours, currency, unpriced }: LoadPrice): string {
  if (month === null || perThousandUserHours === null) return `${whose}: nothing has a price here`;
  const without = unpriced.length === 0 ? '' : `, without ${unpriced.join(', ')}`;
  return `${whose} cost ${number(month, 4)} ${currency} a month, ${number(perThousandUserHours)} per 1,000 users and hour${without}`;
}

const range = ([lo, hi]: readonly [number, number | null]): string => `${number(lo)} to ${hi === null ? 'any number' : number(hi)}`;

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

const RESOURCE_COLUMNS = [
  { title: 'Resource' },
  { title: 'Most in use' },
  { title: 'Used up at', number: true },
  { title: 'About users', number: true },
];

const testedMax = ({ steps }: Capacity): number => Math.max(0, ...steps.map(({ throughput }) => throughput ?? 0));

function resourceRow({ node, resource, unit, limit, usable, usedMax, at, reason }: Saturation, tested: number): Html {
  return html`<tr><td>${name(node)}: ${resource}</td>
<td>${bar(usedMax / usable)} ${number(usedMax)} of ${number(limit)} ${unit}${usable < limit && `, which bear ${number(usable)}`}</td>
${numberCell(at === null ? DASH : `${number(at.throughput)} requests/s (${range(at.ci95)})`)}
${at === null ? html`<td>${reason !== null && prose(reason)}</td>` : numberCell(at.users === null ? tooFar(at.throughput / tested) : count(at.users))}</tr>`;
}

/** No number of users is said that nobody came near. */
const tooFar = (times: number): string => (Number.isFinite(times) ? `${number(times)} times the load tested` : DASH);

const bar = (share: number): Html => html`<svg class="bar" role="img" aria-label="${number(100 * share)} %">
<rect class="track" x="0" y="4" width="100%" height="8" rx="4"/><rect class="used" x="0" y="4" width="${(100 * Math.min(1, share)).toFixed(1)}%" height="8" rx="4"/></svg>`;
