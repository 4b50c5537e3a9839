import { count, milliseconds, number, percent } from '../format.ts';
import { html } from '../markup.ts';
import { hasRequests, WHOLE_RUN } from './parts.ts';
import type { Section } from './section.ts';

export const summary: Section = {
  id: 'summary',
  title: 'Key figures',
  render(report) {
    const { requests, errors, errorRate, requestsPerS, latencyMs, iterations } = report.summary;
    if (!hasRequests(report)) return html`<p class="empty">No requests were counted.</p>`;
    const figures: [label: string, value: string, beside: string][] = [
      ['Requests', count(requests), iterations === null ? '' : `${count(iterations)} iterations`],
      ['Throughput', number(requestsPerS), 'requests/s'],
      ['Errors', percent(errorRate), `${count(errors)} of the requests`],
      ['Average latency', milliseconds(latencyMs.avg), `median ${milliseconds(latencyMs.p50)}`],
      ['95th percentile', milliseconds(latencyMs.p95), `90th ${milliseconds(latencyMs.p90)}`],
      ['99th percentile', milliseconds(latencyMs.p99), `maximum ${milliseconds(latencyMs.max)}`],
    ];
    return html`<p class="note">${WHOLE_RUN}</p>
<dl class="figures">${figures.map(
      ([label, value, beside]) =>
        html`<div><dt>${label}</dt><dd><b>${value}</b>${beside !== '' && html`<small>${beside}</small>`}</dd></div>`,
    )}</dl>`;
  },
};
