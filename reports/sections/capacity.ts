import type { Capacity, Saturation } from '../../analyzers/contract.ts';
import { count, DASH, milliseconds, number } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { name, numberCell, prose, table } from './parts.ts';
import type { Section } from './section.ts';

export const capacity: Section = {
  id: 'capacity',
  title: 'Capacity',
  render({ capacity: found }) {
    if (found === undefined) return null;
    return html`<p><strong>${headline(found)}</strong> ${prose(found.boundary)}</p>
<p class="note">${peak(found)}</p>
${drawing(found)}
${table({ label: 'Loads that were tested', columns: STEP_COLUMNS, rows: found.steps.map(stepRow) })}
${
  found.resources.length > 0 &&
  html`<h3>Resources, the first to be used up first</h3>
${table({ label: 'Resources', columns: RESOURCE_COLUMNS, rows: found.resources.map(resourceRow) })}`
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

function resourceRow({ node, resource, unit, limit, usedMax, at, reason }: Saturation): Html {
  return html`<tr><td>${name(node)}: ${resource}</td>
<td>${bar(usedMax / limit)} ${number(usedMax)} of ${number(limit)} ${unit}</td>
${numberCell(at === null ? DASH : `${number(at.throughput)} requests/s (${range(at.ci95)})`)}
${at === null ? html`<td>${reason !== null && prose(reason)}</td>` : numberCell(at.users === null ? DASH : count(at.users))}</tr>`;
}

const bar = (share: number): Html => html`<svg class="bar" role="img" aria-label="${number(100 * share)} %">
<rect class="track" x="0" y="4" width="100%" height="8" rx="4"/><rect class="used" x="0" y="4" width="${(100 * Math.min(1, share)).toFixed(1)}%" height="8" rx="4"/></svg>`;

const WIDTH = 720;
const HEIGHT = 300;
const EDGE = { left: 56, right: 12, top: 12, bottom: 36 };

/** Measured points, the fitted curve and its band. Static, so that it is there without the page's script. */
function drawing({ steps, curve }: Capacity): Html | null {
  const points = steps.flatMap(({ users, throughput, holds }) => (throughput === null ? [] : [{ users, throughput, holds }]));
  if (points.length === 0) return null;
  const usersMax = Math.max(...points.map(({ users }) => users), ...curve.map(({ users }) => users));
  const rateMax = 1.1 * Math.max(...points.map(({ throughput }) => throughput), ...curve.map(({ throughput }) => throughput));
  const x = (users: number): string => (EDGE.left + (users / usersMax) * (WIDTH - EDGE.left - EDGE.right)).toFixed(1);
  const y = (rate: number): string =>
    (HEIGHT - EDGE.bottom - (Math.min(rate, rateMax) / rateMax) * (HEIGHT - EDGE.top - EDGE.bottom)).toFixed(1);
  const path = (of: readonly { users: number; rate: number }[]): string =>
    of.map(({ users, rate }, i) => `${i === 0 ? 'M' : 'L'}${x(users)} ${y(rate)}`).join(' ');
  const upper = curve.map(({ users, ci95 }) => ({ users, rate: ci95[1] }));
  const lower = curve.map(({ users, ci95 }) => ({ users, rate: ci95[0] })).toReversed();
  const label = `Throughput by users: ${points.map(({ users, throughput }) => `${count(users)} users ${number(throughput)} requests/s`).join('; ')}.`;
  return html`<figure class="chart capacity"><figcaption><h3>Throughput by users</h3></figcaption>
<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${curve.length > 0 && html`<path class="band" d="${path([...upper, ...lower])} Z"/><path class="curve" d="${path(curve.map(({ users, throughput }) => ({ users, rate: throughput })))}"/>`}
<path class="axis" d="M${EDGE.left} ${EDGE.top} V${HEIGHT - EDGE.bottom} H${WIDTH - EDGE.right}"/>
<text x="${EDGE.left - 6}" y="${EDGE.top + 8}" text-anchor="end">${number(rateMax)}</text>
<text x="${EDGE.left - 6}" y="${HEIGHT - EDGE.bottom}" text-anchor="end">0</text>
<text x="${WIDTH - EDGE.right}" y="${HEIGHT - EDGE.bottom + 16}" text-anchor="end">${count(usersMax)} users</text>
<text x="${EDGE.left}" y="${HEIGHT - EDGE.bottom + 16}">requests/s</text>
${points.map(({ users, throughput, holds }) => html`<circle class="${holds}" cx="${x(users)}" cy="${y(throughput)}" r="5"/>`)}</svg></figure>`;
}
