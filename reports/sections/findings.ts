import type { Evidence, Finding } from '../../analyzers/contract.ts';
import { interval, NOT_MEASURED, quantity, quantityBeside } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { orderedFindings, sentence } from '../wording.ts';
import { badge, ROWS_MAX } from './parts.ts';
import type { Section } from './section.ts';

export const findings: Section = {
  id: 'findings',
  title: 'Findings',
  render(report) {
    const ordered = orderedFindings(report.findings);
    if (ordered.length === 0) return html`<p class="empty">Nothing to report beyond the targets.</p>`;
    const left = ordered.length - ROWS_MAX;
    return html`<ol class="findings">${ordered.slice(0, ROWS_MAX).map(item)}</ol>
${left > 0 && html`<p class="note">${left} more findings are in report.json.</p>`}`;
  },
};

const item = (finding: Finding): Html => html`<li class="finding ${finding.verdict}">
<h3>${sentence(finding.title)}</h3>
<p class="marks">${badge(finding.verdict)}<span>${SEVERITY_WORDS[finding.severity]}</span><code>${finding.id}</code></p>
<p>${sentence(finding.why)}</p>
${finding.evidence.length > 0 && html`<ul class="evidence">${finding.evidence.slice(0, ROWS_MAX).map(evidence)}</ul>`}
${finding.effect !== undefined && html`<p><strong>Effect.</strong> ${sentence(finding.effect)}</p>`}
${finding.next !== undefined && html`<p class="next"><strong>Next.</strong> ${sentence(finding.next)}</p>`}</li>`;

const SEVERITY_WORDS: Readonly<Record<Finding['severity'], string>> = {
  critical: 'critical',
  high: 'high severity',
  medium: 'medium severity',
  low: 'low severity',
  info: 'for information',
};

function evidence({ what, value, limit, unit = '', interval: ends }: Evidence): Html {
  const measured = typeof value === 'string' ? value : value === null ? NOT_MEASURED : quantityBeside(value, limit ?? null, unit);
  return html`<li><span>${what}</span> <b><bdi>${measured}</bdi></b>${ends && html` <small>95% interval ${interval(ends, unit)}</small>`}${
    limit !== undefined && html` <small>limit ${quantity(limit, unit)}</small>`
  }</li>`;
}
