import { describe, expect, it } from 'vitest';
import type { Finding, Report, Target, Verdict } from '../analyzers/contract.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { limitText, loadText, measuredText, orderedFindings, partialNote, sentence, targetWords, why, windowText } from './wording.ts';

const target = (id: string, verdict: Target['verdict'], reason?: string): Target => ({
  id,
  limit: 500,
  value: 412,
  unit: 'ms',
  interval: null,
  verdict,
  ...(reason === undefined ? {} : { reason }),
});

const finding = (id: string, verdict: Verdict, severity: Finding['severity']): Finding => ({
  id,
  verdict,
  severity,
  title: `${id} happened`,
  why: 'because',
  evidence: [],
});

describe('why', () => {
  it('names the bottleneck, where one is likely and nothing is worse', () => {
    const bottlenecks: Report['bottlenecks'] = [
      {
        node: 'dynamodb:guilds',
        resource: 'provisioned-capacity',
        score: 0.9,
        since: null,
        title: 'dynamodb:guilds throttled 40 reads',
        evidence: [],
        recommendation: 'more',
      },
    ];
    const named = 'The bottleneck: dynamodb:guilds throttled 40 reads.';
    const targets = [target('latency-avg', 'fail')];
    expect(why(sampleReport({ verdict: 'warn', targets: [], bottlenecks }))).toBe(named);
    expect(why(sampleReport({ verdict: 'fail', targets, bottlenecks }))).toMatch(
      /^1 of 1 target missed: .*; the bottleneck: dynamodb:guilds throttled/,
    );
    expect(why(sampleReport({ verdict: 'inconclusive', targets: [], findings: [], bottlenecks }))).toBe(
      'There is not enough valid data to say; the bottleneck: dynamodb:guilds throttled 40 reads.',
    );
    const unnamed = bottlenecks.map((each) => ({ ...each, title: 'reads are throttled' }));
    expect(why(sampleReport({ verdict: 'warn', targets: [], bottlenecks: unnamed }))).toBe(
      'The bottleneck is dynamodb:guilds: reads are throttled.',
    );
    const critical = [finding('loss', 'warn', 'critical')];
    expect(why(sampleReport({ verdict: 'warn', targets: [], findings: critical, bottlenecks }))).toBe('Loss happened.');
    const unsure = bottlenecks.map((each) => ({ ...each, score: 0.45 }));
    expect(why(sampleReport({ verdict: 'warn', targets: [], findings: [finding('large', 'warn', 'high')], bottlenecks: unsure }))).toBe(
      'Large happened.',
    );
  });

  it('names every missed target with its value and limit', () => {
    const targets = [target('latency-avg', 'fail'), target('latency-p95', 'pass'), target('throughput', 'skipped')];
    expect(why(sampleReport({ verdict: 'fail', targets }))).toBe('1 of 2 targets missed: average latency 412 ms (target < 500 ms).');
  });

  it('names the worst finding where no target was missed', () => {
    const findings = [finding('small', 'fail', 'low'), finding('large', 'fail', 'critical')];
    expect(why(sampleReport({ verdict: 'fail', targets: [target('latency-avg', 'pass')], findings }))).toBe('Large happened.');
  });

  it('says what could not be judged', () => {
    const targets = [target('availability', 'inconclusive', 'too few requests')];
    expect(why(sampleReport({ verdict: 'inconclusive', targets, findings: [] }))).toBe('Could not judge availability: too few requests.');
    expect(why(sampleReport({ verdict: 'inconclusive', targets: [], findings: [] }))).toBe('There is not enough valid data to say.');
  });

  it('counts what was met, and what does not count', () => {
    const targets = [target('latency-avg', 'pass'), target('latency-p95', 'pass'), target('throughput', 'skipped')];
    expect(why(sampleReport({ verdict: 'pass', targets, findings: [] }))).toBe(
      'All 2 targets are met; 1 skipped, out of reach of this plan.',
    );
  });
});

describe('sentence', () => {
  it('capitalises a word, but no name', () => {
    expect(
      ['no samples', "k6's value", 'loadkit was late', 'ws_reconnects rose', 'done?', 'dynamodb:guilds throttled', 'why: so'].map(sentence),
    ).toEqual([
      'No samples.',
      "k6's value.",
      'loadkit was late.',
      'ws_reconnects rose.',
      'Done?',
      'dynamodb:guilds throttled.',
      'Why: so.',
    ]);
  });
});

describe('targets', () => {
  it('say on which side of the limit is good', () => {
    expect(limitText(target('latency-avg', 'pass'))).toBe('< 500 ms');
    expect(limitText({ ...target('throughput', 'pass'), limit: 150, unit: 'requests/s' })).toBe('≥ 150 requests/s');
  });

  it('of the user are named by metric and expression, even where the metric has colons', () => {
    expect(targetWords('k6:http_req_duration{name:GET /x}:p(95)<500').name).toBe('http_req_duration{name:GET /x}: p(95)<500');
    expect(measuredText({ ...target('k6:m:p(95)<5', 'pass'), value: null })).toBe('–');
  });

  it('that are unknown keep their id, whatever it is', () => {
    expect(targetWords('__proto__')).toEqual({ name: '__proto__', good: null });
  });

  it('without a value are not measured, and not zero', () => {
    expect(measuredText({ ...target('latency-avg', 'inconclusive'), value: null })).toBe('not measured');
  });
});

describe('findings', () => {
  it('come with the most severe first, and the worst verdict first among those', () => {
    const mixed = [
      finding('c', 'pass', 'info'),
      finding('b', 'warn', 'high'),
      finding('a', 'fail', 'high'),
      finding('z', 'warn', 'critical'),
    ];
    expect(orderedFindings(mixed).map(({ id }) => id)).toEqual(['z', 'a', 'b', 'c']);
  });
});

describe('the run', () => {
  it('names its load model', () => {
    expect(loadText(sampleReport())).toBe('1,000 users (closed load)');
    const { plan } = sampleReport();
    expect(loadText(sampleReport({ plan: { ...plan, load: 'open', users: null, ratePerS: 150 } }))).toBe('150 arrivals/s (open load)');
  });

  it('says where it is only a part, and whether someone stopped it', () => {
    expect(partialNote(sampleReport())).toBeNull();
    expect(partialNote(sampleReport({ partial: true, exitCode: 105 }))).toMatch(/^Interrupted: /);
    expect(partialNote(sampleReport({ partial: true, exitCode: 80 }))).toMatch(/^Partial run: /);
  });

  it('places its window in the run', () => {
    expect(windowText(sampleReport())).toBe('1:00 to 4:30 into the run');
    expect(windowText(sampleReport({ startS: (sampleReport().startS ?? 0) + 10 }))).toBe('0:50 to 4:20 into the run');
    for (const unknown of [{ window: null }, { startS: null }]) expect(windowText(sampleReport(unknown))).toBeNull();
  });
});
