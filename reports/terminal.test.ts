import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileReport, hostileText } from '../tests/hostile.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { renderTerminal } from './terminal.ts';

const plain = (columns: number): string => renderTerminal(sampleReport(), { color: false, columns });

describe('renderTerminal', () => {
  it('says the verdict and why before anything else', () => {
    const [verdict, reason] = plain(80).trim().split('\n');
    expect(verdict).toBe('✗ FAILED');
    expect(reason?.trim()).toBe('1 of 5 targets missed: p95 latency 34.2 ms (target < 30 ms).');
  });

  it('aligns the targets in a table that fits 80 columns', () => {
    const rows = plain(80)
      .split('\n')
      .filter((line) => /Target {2}|latency {2}|Error rate|Throughput|Availability {2}/.test(line));
    expect(rows).toEqual([
      '  Target            Measured        Limit     95 % interval  Verdict',
      '  Average latency    12.4 ms     < 500 ms   12.1 to 12.7 ms  ✓ Pass',
      '  p95 latency        34.2 ms      < 30 ms   32.8 to 35.9 ms  ✗ Fail',
      '  Error rate          0.21 %        < 1 %    0.17 to 0.26 %  ✓ Pass',
      '  Throughput       216 req/s  ≥ 150 req/s  212 to 221 req/s  ✓ Pass',
      '  Availability       99.84 %     ≥ 99.9 %  99.75 to 99.92 %  ? Inconclusive',
    ]);
  });

  it('stacks them where the table does not fit', () => {
    expect(plain(40)).toContain('  ✗ Fail: p95 latency\n    34.2 ms, target < 30 ms, 95 %\n    interval 32.8 to 35.9 ms\n');
  });

  it('leaves the place of a value empty that only k6 knows', () => {
    const own = { id: 'k6:a_metric:avg<5', limit: 5, value: null, unit: '', interval: null, verdict: 'pass' as const };
    const text = renderTerminal(sampleReport({ targets: [own] }), { color: false, columns: 24 });
    expect(text).toContain('  ✓ Pass: a_metric:\n');
    expect(text).not.toContain('–');
  });

  it('puts the worst finding first, with what to do next, and leaves out what is fine', () => {
    const text = plain(100);
    expect(text.indexOf('Next: Profile GET')).toBeGreaterThan(0);
    expect(text.indexOf('Next: Profile GET')).toBeLessThan(text.indexOf('Next: Look at the market'));
    expect(text).not.toContain('A steady stretch was found');
  });

  it('uses no escape sequence without colour, and says the same with it', () => {
    expect(plain(80)).not.toContain('\u001b');
    const colored = renderTerminal(sampleReport(), { color: true, columns: 80 });
    expect(colored).toContain('\u001b[31m');
    expect(stripVTControlCharacters(colored)).toBe(plain(80));
  });

  it('marks a partial run, and does not show missing figures as zero', () => {
    const { summary } = sampleReport();
    const report = sampleReport({ partial: true, exitCode: 105, targets: [], summary: { ...summary, requests: null } });
    const text = renderTerminal(report, { color: false, columns: 80 });
    expect(text).toContain('Interrupted: the figures cover only a part of what was planned.');
    expect(text).toContain('No requests were counted.');
    const none = sampleReport({ summary: { ...summary, requests: 0, errors: 0 } });
    expect(renderTerminal(none, { color: false, columns: 80 })).toContain('No requests were counted.');
    const one = sampleReport({ summary: { ...summary, requests: 1 } });
    expect(renderTerminal(one, { color: false, columns: 80 })).toContain('Whole run: 1 request ·');
  });

  it('keeps every line within the terminal, and obeys no name', () => {
    fc.assert(
      fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 8 }), fc.integer({ min: 20, max: 160 }), (texts, columns) => {
        const text = renderTerminal(hostileReport(texts), { color: false, columns });
        // Only the line breaks are ours: no other control character may reach the terminal.
        expect(text).not.toMatch(/[^\P{Cc}\n]/u);
        // Lines of characters that take one cell each, so that their length is their width.
        const narrow = text.split('\n').filter((line) => /^[\x20-\x7e✓✗·≥–]*$/.test(line));
        expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('counts two cells for wide characters', () => {
    const findings = sampleReport()
      .findings.map((finding) => ({ ...finding, why: '漢'.repeat(60) }))
      .slice(0, 1);
    const report = sampleReport({ targets: [], findings });
    const lines = renderTerminal(report, { color: false, columns: 44 })
      .split('\n')
      .filter((line) => line.includes('漢'));
    expect(lines.map((line) => line.trim().length)).toEqual([20, 20, 20]);
  });
});
