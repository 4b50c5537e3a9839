import type { Report, Target } from '../../analyzers/contract.ts';
import { interval } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { limitText, measuredText, targetWords, windowText } from '../wording.ts';
import { gauge } from './gauge.ts';
import { badge, name, prose } from './parts.ts';
import type { Section } from './section.ts';

export const targets: Section = {
  id: 'targets',
  title: 'Targets',
  render(report) {
    if (report.targets.length === 0) return html`<p class="empty">This run was held to no target.</p>`;
    // The roles keep it a table for screen readers where a narrow screen lays the rows out as cards.
    return html`${judgedOn(report)}
<div class="scroll" role="region" tabindex="0" aria-label="Targets"><table class="targets" role="table"><thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">Target</th><th role="columnheader" scope="col" class="number">Measured</th>
<th role="columnheader" scope="col" class="number">Limit</th><th role="columnheader" scope="col" class="gauge">Against the limit</th>
<th role="columnheader" scope="col">Verdict</th></tr></thead>
<tbody role="rowgroup">${report.targets.map(row)}</tbody></table></div>
<p class="note below">The dot is the measured value, the bar through it its 95 % interval, the upright line the limit; the tinted side meets it.</p>`;
  },
};

function judgedOn(report: Report): Html {
  const text = windowText(report);
  if (report.window === null || text === null) return html`<p class="note">No stretch of the run could be judged.</p>`;
  const stretch = report.window.steady ? `the steady stretch, ${text}` : `${text}, where the run was not steady`;
  const has = (wanted: string): boolean => report.targets.some(({ id }) => id === wanted);
  const whole = [
    has('error-rate') && ' The error rate counts all of full load.',
    has('availability') && ' Availability counts the whole run.',
  ];
  return html`<p class="note">Judged on ${stretch}. ${prose(report.window.reason)}${whole}</p>`;
}

const row = (target: Target): Html => html`<tr role="row" class="${target.verdict}">
<th role="rowheader" scope="row">${name(targetWords(target.id).name)}${target.reason !== undefined && html`<small>${prose(target.reason)}</small>`}</th>
<td role="cell" class="number measured">${measuredText(target)}${target.interval && html`<small>${interval(target.interval, target.unit)}</small>`}</td>
<td role="cell" class="number limit">${limitText(target)}</td>
<td role="cell" class="gauge">${gauge(target)}</td>
<td role="cell" class="verdict">${badge(target.verdict)}</td></tr>`;
