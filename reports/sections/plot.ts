import type { Capacity } from '../../analyzers/contract.ts';
import { count, number } from '../format.ts';
import { type Html, html } from '../markup.ts';

const WIDTH = 720;
const HEIGHT = 300;
const EDGE = { left: 56, right: 24, top: 12, bottom: 40 };
/** Room above the highest point, so that it does not touch the edge. */
const HEADROOM = 1.1;

/** Measured points, the fitted curve and its band. Static, so that it is there without the page's script. */
export function plot({ steps, curve }: Capacity): Html | null {
  const points = steps.flatMap(({ users, throughput, holds }) => (throughput === null ? [] : [{ users, throughput, holds }]));
  if (points.length === 0) return null;
  const usersMax = Math.max(...points.map(({ users }) => users), ...curve.map(({ users }) => users));
  // Where nothing was served there is still an axis.
  const rateMax =
    HEADROOM * Math.max(Number.EPSILON, ...points.map(({ throughput }) => throughput), ...curve.map(({ throughput }) => throughput));
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
${ticks(rateMax).map((rate) => html`<path class="grid" d="M${EDGE.left} ${y(rate)} H${WIDTH - EDGE.right}"/><text x="${EDGE.left - 6}" y="${Number(y(rate)) + 4}" text-anchor="end">${number(rate)}</text>`)}
${ticks(usersMax).map((users) => html`<text x="${x(users)}" y="${HEIGHT - EDGE.bottom + 16}" text-anchor="middle">${count(users)}</text>`)}
<text x="${EDGE.left - 6}" y="${HEIGHT - 6}">requests/s</text><text x="${WIDTH - EDGE.right}" y="${HEIGHT - 6}" text-anchor="end">users</text>
${curve.length > 0 && html`<path class="band" d="${path([...upper, ...lower])} Z"/><path class="curve" d="${path(curve.map(({ users, throughput }) => ({ users, rate: throughput })))}"/>`}
<path class="axis" d="M${EDGE.left} ${EDGE.top} V${HEIGHT - EDGE.bottom} H${WIDTH - EDGE.right}"/>
${points.map(({ users, throughput, holds }) => html`<circle class="${holds}" cx="${x(users)}" cy="${y(throughput)}" r="5"/>`)}</svg></figure>`;
}

/** About so many on an axis. */
const TICKS = 5;

/** Round numbers from 0 up to `max`: 1, 2 or 5 times a power of ten apart. */
function ticks(max: number): number[] {
  const power = 10 ** Math.floor(Math.log10(max / TICKS));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => max / each <= TICKS) ?? 10 * power;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
}
