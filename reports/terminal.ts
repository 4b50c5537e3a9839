import type { Finding, Report, Target, TargetVerdict, Verdict } from '../analyzers/contract.ts';
import { count, DASH, duration, interval, milliseconds, percent, quantity } from './format.ts';
import { glueUnits, NO_BREAK_SPACE, visible } from './text.ts';
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

export interface TerminalOptions {
  color: boolean;
  /** Width of the terminal in cells. */
  columns: number;
}

/** Below this nothing can be laid out; above the other, lines are too long to read. guess: tune */
const COLUMNS = { min: 20, max: 110 };

/** Findings shown; the rest is in the report. guess: tune */
const FINDINGS_MAX = 5;

const MARKS: Readonly<Record<TargetVerdict, string>> = { pass: '✓', warn: '!', inconclusive: '?', fail: '✗', skipped: '-' };

/** A finding that asks for nothing is a note: a tick beside a list of errors would praise them. */
const FINDING_MARKS = { ...MARKS, pass: '·' };

/** SGR codes, ECMA-48 section 8.3.117. */
const SGR: Readonly<Record<TargetVerdict | 'bold' | 'dim', number>> = {
  pass: 32,
  warn: 33,
  inconclusive: 35,
  fail: 31,
  skipped: 2,
  bold: 1,
  dim: 2,
};

type Paint = (style: keyof typeof SGR, text: string) => string;

/** The verdict first, then the targets, then what to do next. No line is wider than the terminal, and nothing is told by colour alone. */
export function renderTerminal(report: Report, { color, columns }: TerminalOptions): string {
  const width = Math.max(COLUMNS.min, Math.min(COLUMNS.max, columns));
  const paint: Paint = (style, text) => (color ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text);
  const blocks = [verdict(report, width, paint), targets(report, width, paint), traffic(report, width), findings(report, width, paint)];
  return `\n${blocks
    .filter((block) => block.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n\n`;
}

function verdict(report: Report, width: number, paint: Paint): string[] {
  const note = partialNote(report);
  const about = `${report.plan.scenario} · ${loadText(report)} · ${duration(report.plan.durationS)} · ${report.plan.target}`;
  return [
    ...wrap(`${MARKS[report.verdict]} ${headline(report).toUpperCase()}`, width).map((line) => paint(report.verdict, paint('bold', line))),
    ...wrap(why(report), width, '  '),
    ...(note === null ? [] : wrap(note, width, '  ').map((line) => paint('bold', line))),
    ...wrap(about, width, '  ').map((line) => paint('dim', line)),
  ];
}

// ------------------------------------------------------------------------------------------------------------------------------ targets

function targets(report: Report, width: number, paint: Paint): string[] {
  if (report.targets.length === 0) return ['  No target to judge.'];
  const judged = windowText(report);
  const note = judged === null ? [] : wrap(`Judged on ${judged}.`, width, '  ').map((line) => paint('dim', line));
  return [...(targetTable(report, width, paint) ?? report.targets.flatMap((target) => stacked(target, width, paint))), ...note];
}

const HEADINGS = ['Target', 'Measured', 'Limit', '95 % interval', 'Verdict'];
const GAP = 2;
const VERDICT_COLUMN = HEADINGS.length - 1;

/** A name longer than this has a line of its own, as a threshold of the user's own may. guess: tune */
const NAME_WIDTH_MAX = 24;

/** Null where the terminal is too narrow for it. */
function targetTable(report: Report, width: number, paint: Paint): string[] | null {
  const rows = report.targets.map(cells);
  const widths = HEADINGS.map((_, column) => {
    const inColumn = [HEADINGS, ...rows].map((row) => cellWidth(row[column] ?? ''));
    return Math.max(...(column === 0 ? inColumn.filter((wide) => wide <= NAME_WIDTH_MAX) : inColumn));
  });
  if (widths.reduce((sum, cell) => sum + cell + GAP, 0) > width) return null;
  const lines = report.targets.flatMap((target, i) => {
    const [name = '', ...rest] = rows[i] ?? [];
    const isLong = cellWidth(name) > NAME_WIDTH_MAX;
    const line = tableLine([isLong ? '' : name, ...rest], widths, (cell) => paint(target.verdict, cell));
    return [...(isLong ? wrap(name, width, '  ') : []), line, ...reason(target, width).map((text) => paint('dim', text))];
  });
  return [paint('dim', tableLine(HEADINGS, widths)), ...lines];
}

const cells = (target: Target): string[] => [
  visible(targetWords(target.id).name),
  short(measuredText(target)),
  short(limitText(target)),
  short(interval(target.interval, target.unit)),
  `${MARKS[target.verdict]} ${VERDICT_WORDS[target.verdict]}`,
];

/** Lets the table fit into 80 columns. */
const short = (text: string): string => visible(text).replace('requests/s', 'req/s');

/** Names and verdicts to the left, numbers to the right. */
function tableLine(row: readonly string[], widths: readonly number[], paintVerdict = (cell: string): string => cell): string {
  const padded = row.map((cell, i) => {
    const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - cellWidth(cell)));
    if (i === VERDICT_COLUMN) return paintVerdict(cell);
    return i === 0 ? cell + space : space + cell;
  });
  return `  ${padded.join(' '.repeat(GAP))}`;
}

/** A target where the table does not fit. */
function stacked(target: Target, width: number, paint: Paint): string[] {
  const [name = '', measured = '', limit = '', ends = '', verdictWord = ''] = cells(target);
  const detail = [measured !== DASH && measured, limit && `target ${limit}`, target.interval && `95 % interval ${ends}`]
    .filter(Boolean)
    .join(', ');
  return [
    ...wrap(`${verdictWord}: ${name}`, width, '  ').map((line) => paint(target.verdict, line)),
    ...wrap(detail, width, '    '),
    ...reason(target, width).map((line) => paint('dim', line)),
  ];
}

const reason = (target: Target, width: number): string[] =>
  target.reason === undefined ? [] : wrap(sentence(target.reason), width, '    ');

// ------------------------------------------------------------------------------------------------------------------------------ the rest

function traffic({ summary }: Report, width: number): string[] {
  if (summary.requests === null || summary.requests === 0) return wrap('No requests were counted.', width, '  ');
  const parts = [
    `${count(summary.requests)} ${summary.requests === 1 ? 'request' : 'requests'}`,
    quantity(summary.requestsPerS, 'requests/s'),
    `${percent(summary.errorRate)} errors`,
    `p50 ${milliseconds(summary.latencyMs.p50)}`,
    `p95 ${milliseconds(summary.latencyMs.p95)}`,
    `p99 ${milliseconds(summary.latencyMs.p99)}`,
  ];
  return wrap(`Whole run: ${parts.join(' · ')}`, width, '  ');
}

function findings(report: Report, width: number, paint: Paint): string[] {
  const told = orderedFindings(report.findings).filter(isTold);
  const left = told.length - FINDINGS_MAX;
  const lines = told
    .slice(0, FINDINGS_MAX)
    .flatMap((finding) => [
      ...wrap(`${FINDING_MARKS[finding.verdict]} ${sentence(finding.title)}`, width, '  ').map((line) => paint(finding.verdict, line)),
      ...wrap(sentence(finding.why), width, '    '),
      ...(finding.next === undefined ? [] : wrap(`Next: ${sentence(finding.next)}`, width, '    ').map((line) => paint('bold', line))),
    ]);
  return left > 0 ? [...lines, ...wrap(`${left} more in the report.`, width, '  ')] : lines;
}

/** What is fine and only for information waits in the report. */
const isTold = ({ verdict, severity }: Finding): boolean => (verdict satisfies Verdict) !== 'pass' || severity !== 'info';

// ------------------------------------------------------------------------------------------------------------------------------ widths

/** Two cells: East Asian scripts, their full-width forms, emoji. Source: Unicode Standard Annex 11, by scripts instead of its table. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const ZERO = /[\p{Mark}\p{Cf}]/u;

const characterWidth = (character: string): number => (ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1);

/** Cells that a text takes in a terminal. */
const cellWidth = (text: string): number => {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
};

/** Lines of at most `width` cells, each indented; broken between words, or within one that is too long by itself. */
function wrap(text: string, width: number, indent = ''): string[] {
  const room = width - indent.length;
  const lines: string[] = [];
  let line = '';
  const words = glueUnits(visible(text)).split(' ');
  for (const word of words.flatMap((whole) => pieces(whole, room))) {
    if (line !== '' && cellWidth(line) + 1 + cellWidth(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((text) => indent + text.replaceAll(NO_BREAK_SPACE, ' '));
}

function pieces(word: string, room: number): string[] {
  const parts: string[] = [''];
  let used = 0;
  for (const character of word) {
    const width = characterWidth(character);
    if (used + width > room) {
      parts.push('');
      used = 0;
    }
    parts[parts.length - 1] += character;
    used += width;
  }
  return parts;
}
