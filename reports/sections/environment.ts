import type { Report } from '../../analyzers/contract.ts';
import { bytes, count, duration, instant } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { loadText, sentence } from '../wording.ts';
import { definitions, name } from './parts.ts';
import type { Section } from './section.ts';

export const environment: Section = {
  id: 'environment',
  title: 'Environment',
  render(report) {
    const { plan } = report;
    return definitions([
      ['Load model', loadModel(report)],
      ['Planned length', duration(plan.durationS)],
      ['Started', time(plan.startedAt)],
      ['Ended', plan.endedAt === null ? 'not recorded' : time(plan.endedAt)],
      ['Target', html`${name(plan.target)}${plan.targetNotes.map((note) => html`<small>${sentence(note)}</small>`)}`],
      ['Scenario', name(plan.scenario)],
      ['Seed', String(plan.seed)],
      ['Trace prefix', html`<code>${plan.tracePrefix}</code>`],
      ['Commit', plan.versions.commit === null ? 'not recorded' : html`<code>${plan.versions.commit}</code>`],
      ['Versions', `loadkit ${plan.versions.loadkit}, ${plan.engine}, Node ${plan.versions.node.replace(/^v/, '')}`],
      [
        'Machine',
        `${plan.machine.os} ${plan.machine.arch}, ${count(plan.machine.cpus)} cores, ${bytes(plan.machine.memoryBytes)} of memory`,
      ],
      ['Run', html`<code>${report.runId}</code>`],
    ]);
  },
};

const loadModel = (report: Report): string =>
  report.plan.load === 'closed'
    ? `${loadText(report)}: users wait for their answers`
    : `${loadText(report)}: arrivals come whether or not earlier ones have been answered`;

const time = (iso: string): Html => html`<time datetime="${iso}">${instant(iso)}</time>`;
