import type { Finding } from '../../analyzers/contract.ts';
import { type Html, html } from '../markup.ts';
import { orderedFindings } from '../wording.ts';
import { badge, evidence, noteBadge, prose, ROWS_MAX } from './parts.ts';
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

const item = (finding: Finding): Html => html`<li class="finding ${finding.verdict === 'pass' ? 'skipped' : finding.verdict}">
<h3>${prose(finding.title)}</h3>
<p class="marks">${finding.verdict === 'pass' ? noteBadge() : badge(finding.verdict)}<span>${SEVERITY_WORDS[finding.severity]}</span><code>${finding.id}</code></p>
<p>${prose(finding.why)}</p>
${finding.evidence.length > 0 && html`<ul class="evidence">${finding.evidence.slice(0, ROWS_MAX).map(evidence)}</ul>`}
${finding.next !== undefined && html`<p class="next"><strong>Next.</strong> ${prose(finding.next)}</p>`}
${finding.effect !== undefined && html`<p><strong>Effect.</strong> ${prose(finding.effect)}</p>`}</li>`;

const SEVERITY_WORDS: Readonly<Record<Finding['severity'], string>> = {
  critical: 'critical',
  high: 'high severity',
  medium: 'medium severity',
  low: 'low severity',
  info: 'for information',
};
