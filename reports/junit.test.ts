import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../analyzers/contract.ts';
import { hostileReport, hostileText } from '../tests/hostile.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { renderJunit } from './junit.ts';

const attribute = (text: string, name: string): number => Number(new RegExp(`<testsuite [^>]* ${name}="(\\d+)"`).exec(text)?.[1]);
const red = (text: string): number => attribute(text, 'failures') + attribute(text, 'errors');

describe('renderJunit', () => {
  const text = renderJunit(sampleReport());

  it('has a test case per target and one per finding that fails, with counts that agree', () => {
    expect(text.match(/<testcase /g)).toHaveLength(7);
    expect(attribute(text, 'tests')).toBe(7);
    expect(attribute(text, 'failures')).toBe(text.match(/<failure /g)?.length);
    expect(attribute(text, 'errors')).toBe(text.match(/<error /g)?.length);
    expect(attribute(text, 'skipped')).toBe(text.match(/<skipped /g)?.length);
  });

  it('tells a missed target as a failure, with value, limit and interval', () => {
    expect(text).toContain(
      '<testcase classname="loadkit.targets" name="latency-p95"><failure message="p95 latency: 34.2 ms, target &lt; 30 ms" type="Fail">' +
        'p95 latency: 34.2 ms, target &lt; 30 ms\n95 % interval 32.8 to 35.9 ms</failure></testcase>',
    );
  });

  it('tells what could not be judged as an error, so that no job turns green on it', () => {
    expect(text).toMatch(/name="availability"><error [^>]*type="Inconclusive">/);
  });

  it('skips what the plan could not reach', () => {
    expect(text).toContain('<skipped message="This plan has no chat."/>');
  });

  it.each<[Verdict, boolean]>([
    ['pass', false],
    ['warn', false],
    ['inconclusive', true],
    ['fail', true],
  ])('is red for %s: %s, whatever targets and findings say', (verdict, isRed) => {
    expect(red(renderJunit(sampleReport({ verdict, targets: [], findings: [] }))) > 0).toBe(isRed);
  });

  it('keeps its structure whatever names and reasons hold', () => {
    const skeleton = (xml: string): string[] => (xml.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/="[^"<>]*"/g, '=""'));
    const expected = skeleton(renderJunit(hostileReport(['x'])));
    fc.assert(
      fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 8 }), (texts) => {
        const xml = renderJunit(hostileReport(texts));
        expect(skeleton(xml)).toEqual(expected);
        expect(xml.replace(/&(amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
        // XML 1.0, section 2.2: the characters that a document may have.
        expect(xml).toMatch(/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
      }),
    );
  });
});
