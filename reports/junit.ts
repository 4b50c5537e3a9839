import type { Finding, Report, Target } from '../analyzers/contract.ts';
import { interval } from './format.ts';
import { type Html, html, trusted } from './markup.ts';
import { headline, limitText, measuredText, orderedFindings, partialNote, sentence, targetWords, VERDICT_WORDS, why } from './wording.ts';

interface TestCase {
  className: string;
  name: string;
  verdict: Target['verdict'];
  message: string;
  detail: string;
}

/**
 * JUnit XML as CI servers read it: one suite, a test case per target, and one per finding that fails or could not say.
 *
 * The suite is red exactly when the verdict is fail or inconclusive. An inconclusive result is an `error`, since `skipped` would let a job turn
 * green on something that was never measured; a target that the plan could not reach by construction is `skipped`.
 *
 * Source: https://github.com/testmoapp/junitxml, which collects what the servers agree on.
 */
export function renderJunit(report: Report): string {
  const cases = [...report.targets.map(targetCase), ...orderedFindings(report.findings).filter(isRed).map(findingCase)];
  // Whatever the audits said, a verdict that is not good must not look it.
  if (isRed(report) && !cases.some(isRed)) cases.unshift(verdictCase(report));
  const counted = (...verdicts: Target['verdict'][]): number => cases.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const { scenario, startedAt, durationS } = report.plan;
  const suite = html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="${`loadkit ${scenario}`}" tests="${cases.length}" failures="${counted('fail')}" errors="${counted('inconclusive')}" skipped="${counted('skipped')}" time="${durationS}" timestamp="${startedAt}">
<properties>
<property name="runId" value="${report.runId}"/>
<property name="verdict" value="${report.verdict}"/>
<property name="exitCode" value="${report.exitCode}"/>
<property name="target" value="${report.plan.target}"/>
</properties>
${cases.map(testCase)}<system-out>${lines([headline(report), why(report), partialNote(report)].filter((text) => text !== null).join('\n'))}</system-out>
</testsuite>
</testsuites>
`;
  return suite.markup;
}

const isRed = ({ verdict }: { verdict: Target['verdict'] }): boolean => verdict === 'fail' || verdict === 'inconclusive';

const verdictCase = (report: Report): TestCase => ({
  className: 'loadkit.verdict',
  name: 'verdict',
  verdict: report.verdict,
  message: why(report),
  detail: why(report),
});

function targetCase(target: Target): TestCase {
  const limit = limitText(target) === '' ? '' : `: ${measuredText(target)}, target ${limitText(target)}`;
  const measured = `${targetWords(target.id).name}${limit}`;
  const ends = target.interval === null ? '' : `95 % interval ${interval(target.interval, target.unit)}`;
  const reason = target.reason === undefined ? '' : sentence(target.reason);
  return {
    className: 'loadkit.targets',
    name: target.id,
    verdict: target.verdict,
    message: target.verdict === 'skipped' && reason !== '' ? reason : measured,
    detail: [measured, ends, reason].filter(Boolean).join('\n'),
  };
}

const findingCase = ({ id, verdict, title, why: because, next }: Finding): TestCase => ({
  className: 'loadkit.findings',
  name: id,
  verdict,
  message: sentence(title),
  detail: [sentence(because), next && `Next: ${sentence(next)}`].filter(Boolean).join('\n'),
});

/** An escaped text cannot hold a line break of its own (see text.ts): those between our own lines are put in here. */
const lines = (text: string): Html => html`${text.split('\n').map((line, i) => html`${i > 0 && trusted('\n')}${line}`)}`;

function testCase({ className, name, verdict, message, detail }: TestCase): Html {
  return html`<testcase classname="${className}" name="${name}">${outcome(verdict, message, detail)}</testcase>\n`;
}

function outcome(verdict: Target['verdict'], message: string, detail: string): Html {
  switch (verdict) {
    case 'fail':
      return html`<failure message="${message}" type="${VERDICT_WORDS[verdict]}">${lines(detail)}</failure>`;
    case 'inconclusive':
      return html`<error message="${message}" type="${VERDICT_WORDS[verdict]}">${lines(detail)}</error>`;
    case 'skipped':
      return html`<skipped message="${message}"/>`;
    case 'pass':
    case 'warn':
      return html`<system-out>${lines(detail)}</system-out>`;
  }
}
