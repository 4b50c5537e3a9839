import { count } from '../format.ts';
import { html } from '../markup.ts';
import { name, numberCell, table } from './parts.ts';
import type { Section } from './section.ts';

export const errors: Section = {
  id: 'errors',
  title: 'Errors',
  render({ errorClasses }) {
    if (errorClasses.length === 0) return null;
    const rows = errorClasses
      .toSorted((a, b) => b.count - a.count)
      .map(
        ({ endpoint, status, errorCode, count: n }) =>
          html`<tr><th scope="row">${name(endpoint)}</th><td>${
            status === '0' || status === '' ? 'no response' : name(status)
          }</td><td>${errorCode === '' ? '–' : name(errorCode)}</td>${numberCell(count(n))}</tr>`,
      );
    return html`<p class="note">Error codes are <bdi>k6</bdi>'s: 1000 to 1099 general, 1100 DNS, 1200 TCP, 1300 TLS, 1400 and 1500 HTTP 4xx and 5xx, 1600 HTTP/2.</p>
${table({
  label: 'Errors',
  columns: [{ title: 'Endpoint' }, { title: 'Status' }, { title: 'Error code' }, { title: 'Requests', number: true }],
  rows,
})}`;
  },
};
