import type { Bottleneck } from '../../analyzers/contract.ts';
import { clock } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { evidence, name, prose, ROWS_MAX } from './parts.ts';
import type { Section } from './section.ts';

export const bottlenecks: Section = {
  id: 'bottlenecks',
  title: 'Bottlenecks',
  render(report) {
    if (report.bottlenecks.length === 0) return html`<p class="empty">Nothing is known to limit the system at this load.</p>`;
    return html`<ol class="findings">${report.bottlenecks.slice(0, ROWS_MAX).map((each) => item(each, report.startS))}</ol>`;
  },
};

const item = (
  { node, resource, score, since, title, evidence: all, recommendation }: Bottleneck,
  startS: number | null,
): Html => html`<li class="finding warn">
<h3>${name(node)}: ${resource}</h3>
<p class="marks"><span>score ${score.toFixed(2)}</span>${since !== null && startS !== null && html`<span>since ${clock(Math.max(0, since - startS))} into the run</span>`}</p>
<p>${prose(title)}.</p>
<ul class="evidence">${all.slice(0, ROWS_MAX).map(evidence)}</ul>
<p class="next"><strong>Next.</strong> ${prose(recommendation)}</p></li>`;
