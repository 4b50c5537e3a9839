import type { Target } from '../../analyzers/contract.ts';
import { interval } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { limitText, measuredText, targetWords } from '../wording.ts';

/** Room beyond the outermost mark, as a share of the scale, so that no mark sits on the edge. */
const MARGIN = 0.12;

/**
 * A target's value and interval on a scale with its limit, the good side of it tinted. A dot and not a bar: availability is shown from just below
 * its limit to 100%, and a bar has to start at zero to be true. Empty where there is nothing to place.
 */
export function gauge(target: Target): Html | null {
  const { good } = targetWords(target.id);
  if (good === null || target.limit === null || target.value === null) return null;
  const [lo, hi] = scale(target, target.limit, target.value);
  const at = (value: number): string => `${(((value - lo) / (hi - lo)) * 100).toFixed(2)}%`;
  const width = (from: number, to: number): string => `${(((to - from) / (hi - lo)) * 100).toFixed(2)}%`;
  const zone = good === 'below' ? [lo, target.limit] : [target.limit, hi];
  const [zoneFrom = lo, zoneTo = hi] = zone;
  const ends = target.interval;
  return html`<svg class="gauge" role="img" aria-label="${label(target)}">
<rect class="track" x="0" y="7" width="100%" height="8" rx="4"/>
<rect class="zone" x="${at(zoneFrom)}" y="7" width="${width(zoneFrom, zoneTo)}" height="8" rx="4"/>
<line class="limit" x1="${at(target.limit)}" x2="${at(target.limit)}" y1="1" y2="21"/>
${ends && html`<line class="interval" x1="${at(ends[0])}" x2="${at(ends[1])}" y1="11" y2="11"/>`}
<circle class="value" cx="${at(target.value)}" cy="11" r="5"/></svg>`;
}

/** Availability lives in the last fraction of a percent: its scale ends at 100%. Everything else starts at zero. */
function scale(target: Target, limit: number, value: number): [lo: number, hi: number] {
  const [intervalLo, intervalHi] = target.interval ?? [value, value];
  if (target.id !== 'availability') return [0, Math.max(limit, value, intervalHi) * (1 + MARGIN) || 1];
  const whole = target.unit === '%' ? 100 : 1;
  const lowest = Math.min(limit - (whole - limit), value, intervalLo);
  // A little past 100% on the right, so that the dot of a perfect run is whole.
  return [lowest - (whole - lowest) * MARGIN, whole + (whole - lowest) * (MARGIN / 2)];
}

function label(target: Target): string {
  const ends = target.interval === null ? '' : `, 95 % interval ${interval(target.interval, target.unit)}`;
  return `${measuredText(target)}${ends}, target ${limitText(target)}`;
}
