import * as fc from 'fast-check';
import type { Report } from '../analyzers/contract.ts';
import { sampleReport } from './sample-report.ts';

/** Texts that have broken out of reports: ends of elements, comments, line separators, terminal commands, names that objects treat as their own. */
export const HOSTILE_TEXTS: readonly string[] = [
  '</script><script>globalThis.pwned = 1</script>',
  '<!--<script>',
  '"><img src=x onerror="globalThis.pwned = 2">',
  "' onmouseover='globalThis.pwned = 3",
  '`$' + '{globalThis.pwned = 4}`',
  'a\u2028b\u2029c',
  '__proto__',
  'constructor',
  'safe\u202Egnp.exe',
  '\u001b[2J\u001b]8;;https://example.com\u0007link',
  'nul\u0000 vt\u000b del\u007f csi\u009b end\uFFFF',
  'lone \uD800 surrogate',
  ']]> &amp; &#60; <![CDATA[',
  '| cell | **bold** [link](https://example.com) @everyone #1 ~~x~~',
  '日本語のエンドポイント 🐉',
];

/** Any text, with the hostile ones among them. Never empty: renderers leave out what has no text. */
export const hostileText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...HOSTILE_TEXTS),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((text) => `x${text}`),
  );

/** The sample report with its texts taken in turn from `texts`: every string that a script, a server or a machine can choose. */
export function hostileReport(texts: readonly string[] = HOSTILE_TEXTS): Report {
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? '';
  const sample = sampleReport();
  return {
    ...sample,
    runId: text(),
    plan: {
      ...sample.plan,
      scenario: text(),
      target: text(),
      engine: text(),
      startedAt: text(),
      tracePrefix: text(),
      targetNotes: [text(), text()],
      versions: { loadkit: text(), node: text(), commit: text() },
      machine: { ...sample.plan.machine, os: text(), arch: text() },
    },
    targets: sample.targets.map((target, i) => ({
      ...target,
      id: i === 0 ? text() : target.id,
      unit: i === 3 ? text() : target.unit,
      reason: text(),
    })),
    endpoints: sample.endpoints.map((endpoint) => ({ ...endpoint, name: text() })),
    trends: sample.trends.map((trend) => ({ ...trend, name: text() })),
    counters: sample.counters.map((counter) => ({ ...counter, name: text() })),
    errorClasses: sample.errorClasses.map((errorClass) => ({ ...errorClass, endpoint: text(), status: text(), errorCode: text() })),
    findings: sample.findings.map((finding) => ({
      ...finding,
      title: text(),
      why: text(),
      next: text(),
      effect: text(),
      evidence: [{ what: text(), value: text(), unit: text() }],
    })),
  };
}
