import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileReport, hostileText } from '../tests/hostile.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { renderMarkdown } from './markdown.ts';

describe('renderMarkdown', () => {
  it('starts with the verdict and why', () => {
    const [heading, , reason] = renderMarkdown(sampleReport()).split('\n');
    expect(heading).toBe('## ❌ Failed: mixed, 1,000 users (closed load)');
    expect(reason).toBe('**1 of 5 targets missed&#58; p95 latency 34.2 ms (target &#60; 30 ms).**');
  });

  it('has a row per target', () => {
    expect(renderMarkdown(sampleReport())).toContain('| p95 latency | 34.2 ms | 32.8 to 35.9 ms | &#60; 30 ms | ❌ Fail |  |');
  });

  it('shows the busiest endpoints and says how many it leaves out', () => {
    const text = renderMarkdown(sampleReport({}, { endpoints: 30 }));
    expect(text.match(/^\| <code>/gm)).toHaveLength(20);
    expect(text).toContain('10 more endpoints are in report.html.');
  });

  it('says that there was nothing to judge', () => {
    expect(renderMarkdown(sampleReport({ targets: [], endpoints: [], findings: [] }))).toContain('This run was held to no target.');
  });

  it('lets no name make a cell, a link, a mention or markup', () => {
    const cells = (text: string): number[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split('|').length);
    const expected = cells(renderMarkdown(hostileReport(['x'])));
    fc.assert(
      fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 8 }), (texts) => {
        const text = renderMarkdown(hostileReport(texts));
        expect(cells(text)).toEqual(expected);
        const inner = text.replace(/<\/?(code|sub)>|\*\*|^#{2,3} |&#\d+;/gm, '');
        expect(inner).not.toMatch(/[<>`*_[\]~@$&\\]|https?:/);
      }),
    );
  });
});
