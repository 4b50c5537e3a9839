import type { EndpointSummary, Finding, Report, Target, TargetVerdict } from '../analyzers/contract.ts';
import { count, duration, instant, interval, percent, tabular } from './format.ts';
import { visible } from './text.ts';
import {
  headline,
  limitText,
  loadText,
  measuredText,
  orderedFindings,
  partialNote,
  sentence,
  targetWords,
  VERDICT_WORDS,
  why,
  windowText,
} from './wording.ts';

/** A summary is read at a glance; the rest is in report.html. guess: tune */
const ENDPOINTS_MAX = 20;
const FINDINGS_MAX = 10;

const MARKS: Readonly<Record<TargetVerdict, string>> = { pass: '✅', warn: '⚠️', inconclusive: '❓', fail: '❌', skipped: '➖' };

/** A finding that asks for nothing is a note: a tick beside a list of errors would praise them. */
const FINDING_MARKS = { ...MARKS, pass: 'ℹ️' };

/** A job summary in GitHub's Markdown: the verdict, the targets, what to do next, the busiest endpoints. */
export function renderMarkdown(report: Report): string {
  const note = partialNote(report);
  const { plan } = report;
  const blocks = [
    `## ${MARKS[report.verdict]} ${headline(report)}: ${text(plan.scenario)}, ${text(loadText(report))}`,
    `**${text(why(report))}**`,
    note === null ? '' : `**${text(note)}**`,
    targetTable(report),
    findingList(report.findings),
    endpointTable(report.endpoints),
    `<sub>${text(plan.target)} · ${duration(plan.durationS)} · ${text(instant(plan.startedAt))} · seed ${plan.seed} · loadkit ${text(plan.versions.loadkit)}, ${text(plan.engine)} · run ${text(report.runId)}</sub>`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/**
 * Text within a line that Markdown takes for text: whatever could mark up, link or mention is written as a character reference, which cannot
 * (CommonMark 0.31, section 2.5). It holds in a table's cell too, where a `|` would end the cell.
 */
const text = (value: string): string =>
  visible(value).replace(/[\\`*_~[\]<>#|&@:$]|(?<=www)\./gi, (character) => `&#${character.charCodeAt(0)};`);

/** A name as code, where GitHub looks for neither mentions nor links. */
const code = (value: string): string => `<code>${text(value)}</code>`;

function markdownTable(columns: readonly string[], alignments: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(alignments), ...rows.map(line)].join('\n');
}

function targetTable(report: Report): string {
  if (report.targets.length === 0) return 'This run was held to no target.';
  const window = windowText(report);
  const table = markdownTable(
    ['Target', 'Measured', '95 % interval', 'Limit', 'Verdict', 'Reason'],
    ['---', '--:', '--:', '--:', '---', '---'],
    report.targets.map(targetRow),
  );
  return window === null ? table : `${table}\n\n<sub>Judged on ${text(window)}.</sub>`;
}

const targetRow = (target: Target): string[] => [
  text(targetWords(target.id).name),
  text(measuredText(target)),
  text(interval(target.interval, target.unit)),
  text(limitText(target)),
  `${MARKS[target.verdict]} ${VERDICT_WORDS[target.verdict]}`,
  text(target.reason === undefined ? '' : sentence(target.reason)),
];

function findingList(findings: readonly Finding[]): string {
  const told = orderedFindings(findings).filter(({ verdict, severity }) => verdict !== 'pass' || severity !== 'info');
  if (told.length === 0) return '';
  const items = told.slice(0, FINDINGS_MAX).map(({ verdict, title, why: because, next }) => {
    const action = next === undefined ? '' : ` **Next:** ${text(sentence(next))}`;
    return `- ${FINDING_MARKS[verdict]} **${text(sentence(title))}** ${text(sentence(because))}${action}`;
  });
  return ['### Findings', items.join('\n'), more(told.length - FINDINGS_MAX, 'findings')].filter(Boolean).join('\n\n');
}

function endpointTable(endpoints: readonly EndpointSummary[]): string {
  if (endpoints.length === 0) return '';
  const busiest = endpoints.toSorted((a, b) => b.requests - a.requests).slice(0, ENDPOINTS_MAX);
  const table = markdownTable(
    ['Endpoint', 'Requests', 'Errors', 'Avg ms', 'p95 ms', 'p99 ms'],
    ['---', '--:', '--:', '--:', '--:', '--:'],
    busiest.map(({ name, requests, errorRate, latencyMs }) => [
      code(name),
      count(requests),
      text(percent(errorRate)),
      ...[latencyMs.avg, latencyMs.p95, latencyMs.p99].map(tabular),
    ]),
  );
  return ['### Endpoints', table, more(endpoints.length - ENDPOINTS_MAX, 'endpoints')].filter(Boolean).join('\n\n');
}

const more = (left: number, what: string): string => (left > 0 ? `${left} more ${what} are in report.html.` : '');
