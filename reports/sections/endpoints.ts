import type { EndpointSummary } from '../../analyzers/contract.ts';
import { count, percent, tabular } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { name, numberCell, table, WHOLE_RUN } from './parts.ts';
import type { Section } from './section.ts';

const COLUMNS = ['Requests', 'Per second', 'Errors', 'Avg ms', 'p50 ms', 'p90 ms', 'p95 ms', 'p99 ms'];

export const endpoints: Section = {
  id: 'endpoints',
  title: 'Endpoints',
  render({ endpoints }) {
    if (endpoints.length === 0) return html`<p class="empty">No requests were counted.</p>`;
    return html`<p class="note">${WHOLE_RUN}</p>
${table({
  label: 'Endpoints',
  columns: [{ title: 'Endpoint' }, ...COLUMNS.map((title) => ({ title, number: true }))],
  rows: endpoints.map(row),
  sortable: true,
})}`;
  },
};

function row({ name: route, requests, requestsPerS, errorRate, errors, latencyMs }: EndpointSummary): Html {
  const latencies = [latencyMs.avg, latencyMs.p50, latencyMs.p90, latencyMs.p95, latencyMs.p99];
  return html`<tr><th scope="row">${name(route)}</th>${sortCell(requests, count(requests))}${sortCell(requestsPerS, tabular(requestsPerS))}${sortCell(
    errorRate,
    percent(errorRate),
    errors > 0 ? 'bad' : '',
  )}${latencies.map((ms) => sortCell(ms, tabular(ms)))}</tr>`;
}

/** Carries the value itself: the text is rounded, and `1,024` does not sort as text. */
const sortCell = (value: number | null, text: string, mark = ''): Html =>
  value === null ? numberCell(text) : html`<td class="number ${mark}" data-value="${value}">${text}</td>`;
