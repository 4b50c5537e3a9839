/** Pieces of markup that several sections share. */

import type { Evidence, Report, TargetVerdict } from '../../analyzers/contract.ts';
import { interval, quantity, quantityBeside } from '../format.ts';
import { type Content, type Html, html } from '../markup.ts';
import { sentence, VERDICT_WORDS } from '../wording.ts';

/** Rows that a table shows at most; the rest is in report.json. guess: tune */
export const ROWS_MAX = 200;

/** Strokes in a 16 by 16 box: a verdict is told by its shape and its word, never by colour alone. */
const ICONS: Readonly<Record<TargetVerdict, string>> = {
  pass: 'M4 8.5l2.8 2.8L12 5.5',
  warn: 'M8 4v5M8 11.6v.4',
  inconclusive: 'M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.6M8 11.9v.3',
  fail: 'M5 5l6 6M11 5l-6 6',
  skipped: 'M4.5 8h7',
};

const drawing = (strokes: string): Html => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${strokes}"/></svg>`;

export const icon = (verdict: TargetVerdict): Html => drawing(ICONS[verdict]);

export const badge = (verdict: TargetVerdict): Html =>
  html`<span class="badge ${verdict}">${icon(verdict)}${VERDICT_WORDS[verdict]}</span>`;

/** A finding that asks for nothing: a tick beside a list of errors would praise them. */
export const noteBadge = (): Html => html`<span class="badge skipped">${drawing('M8 7.5v4M8 4.4v.3')}Note</span>`;

/** A sentence from an audit or a server, what stands between backticks as code. */
export const prose = (text: string): Html =>
  html`${sentence(text)
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;

/** A name from a script or a server, set apart from the direction of the text around it. */
export const name = (text: string): Html => html`<bdi>${text}</bdi>`;

/** A column of numbers, right-aligned. */
export const numberCell = (text: string): Html => html`<td class="number">${text}</td>`;

interface Table {
  /** Names the table for those who do not see the heading above it. */
  label: string;
  columns: readonly { title: string; number?: boolean }[];
  rows: readonly Html[];
  /** The page's script makes the headings into buttons. */
  sortable?: boolean;
}

/** A table that scrolls on its own when it is wider than the page, by keyboard too. */
export function table({ label, columns, rows, sortable = false }: Table): Html {
  const heads = columns.map((column) => html`<th scope="col" class="${column.number ? 'number' : ''}">${column.title}</th>`);
  const left = rows.length - ROWS_MAX;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">
<table class="${sortable ? 'sortable' : ''}"><thead><tr>${heads}</tr></thead>
<tbody>${rows.slice(0, ROWS_MAX)}</tbody></table></div>${left > 0 && html`<p class="note">${left} more rows are in report.json.</p>`}`;
}

/** Terms and what they are: `[term, description]`. */
export const definitions = (entries: readonly (readonly [term: string, description: Content])[]): Html =>
  html`<dl>${entries.map(([term, description]) => html`<div><dt>${term}</dt><dd>${description}</dd></div>`)}</dl>`;

/** Requests per endpoint are counted over the whole run, targets on the steady window: a reader has to be told. */
export const WHOLE_RUN = 'Whole run, ramps included; the targets above are judged on their own window.';

export const hasRequests = (report: Report): boolean => report.summary.requests !== null && report.summary.requests > 0;

/** A line of evidence, with its interval and its limit where it has them. */
export function evidence({ what, value, limit, unit = '', interval: ends }: Evidence): Html {
  const measured = typeof value === 'string' ? value : quantityBeside(value, limit ?? null, unit);
  const beside = [ends && `95 % interval ${interval(ends, unit)}`, limit !== undefined && `limit ${quantity(limit, unit)}`];
  return html`<li>${what}: <b>${name(measured)}</b> <small>${beside.filter(Boolean).join(', ')}</small></li>`;
}
