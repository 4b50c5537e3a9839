import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostileReport, hostileText } from '../tests/hostile.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { type HtmlAssets, loadHtmlAssets } from './assets.ts';
import { renderHtml } from './html.ts';
import { gauge } from './sections/gauge.ts';
import { SECTIONS } from './sections/index.ts';
import { chartData } from './sections/timeline.ts';

const NO_ASSETS: HtmlAssets = { css: '', scripts: [] };
const page = (...args: Parameters<typeof sampleReport>): string => renderHtml(sampleReport(...args), NO_ASSETS);

/** The text of one section, without its markup. */
const textOf = (markup: string, id: string): string =>
  (new RegExp(`<section id="${id}".*?</section>`, 's').exec(markup)?.[0] ?? '')
    .replace(/<script.*?<\/script>/gs, '')
    .replace(/<[^>]*>/g, ' ');

describe('report.html', () => {
  let assets: HtmlAssets;
  beforeAll(async () => {
    assets = await loadHtmlAssets();
  });

  it('lets run only what is in it, by hash', () => {
    const markup = renderHtml(sampleReport(), assets);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(markup)?.[1]?.replaceAll('&#39;', "'") ?? '';
    const inline = [...markup.matchAll(/<(?:script type="module"|style)>(.*?)<\/(?:script|style)>/gs)].map((match) => match[1] ?? '');
    expect(inline).toHaveLength(4);
    for (const text of inline) expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toMatch(/; base-uri 'none'; form-action 'none'$/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('is small enough to mail: 30 minutes, 1,000 users, 40 endpoints', () => {
    expect(Buffer.byteLength(renderHtml(sampleReport({}, { durationS: 1800, endpoints: 40 }), assets))).toBeLessThan(600_000);
  });

  it('has no reference to another file', () => {
    const own = renderHtml(sampleReport(), NO_ASSETS);
    expect(own.match(/\b(?:src|href)="(?!#|data:)[^"]*"/g)).toBeNull();
    expect(assets.css).not.toMatch(/url\(|@import/);
    for (const script of assets.scripts) expect(script).not.toContain('sourceMappingURL');
  });

  it('has one h1, and a heading for every section that the navigation names', () => {
    const markup = page();
    expect(markup.match(/<h1>/g)).toHaveLength(1);
    const linked = [...markup.matchAll(/<a href="#([^"]+)"/g)].map((match) => match[1]);
    expect(linked).toEqual(SECTIONS.filter((section) => section.render(sampleReport()) !== null).map(({ id }) => id));
    for (const id of linked) expect(markup).toContain(`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">`);
  });

  it('keeps its structure whatever names and reasons hold', () => {
    // A pair of backticks may make `<code>`, which is as inert as text.
    const tags = (markup: string): string[] => markup.replace(/<\/?code>/g, '').match(/<[^>]*>/g) ?? [];
    const skeleton = (markup: string): string[] => tags(markup).map((tag) => tag.replace(/="[^"<>]*"/g, '=""'));
    const expected = skeleton(renderHtml(hostileReport(['x']), NO_ASSETS));
    fc.assert(
      fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 8 }), (texts) => {
        const markup = renderHtml(hostileReport(texts), NO_ASSETS);
        expect(skeleton(markup)).toEqual(expected);
        expect(markup).not.toMatch(/[\p{Bidi_Control}\u2028\u2029]/u);
      }),
    );
  });
});

describe('sections', () => {
  it('are all in the table of contents, under their own names', () => {
    const helpers = ['index.ts', 'section.ts', 'parts.ts', 'gauge.ts', 'plot.ts'];
    const files = readdirSync(new URL('./sections/', import.meta.url)).filter((file) => !helpers.includes(file));
    expect(SECTIONS.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  });

  it('survive a report in which nothing was measured, and show no zero for it', () => {
    const nothing = { avg: null, p50: null, p90: null, p95: null, p99: null, max: null };
    const markup = page({
      verdict: 'inconclusive',
      exitCode: 80,
      window: null,
      targets: [{ id: 'latency-avg', limit: 500, value: null, unit: 'ms', interval: null, verdict: 'inconclusive', reason: 'no samples' }],
      summary: {
        requests: null,
        errors: null,
        errorRate: null,
        requestsPerS: null,
        latencyMs: nothing,
        droppedIterations: null,
        iterations: null,
      },
      endpoints: [],
      trends: [],
      counters: [],
      errorClasses: [],
      timeline: null,
      generator: null,
      findings: [],
    });
    expect(textOf(markup, 'targets')).toContain('not measured');
    expect(textOf(markup, 'summary')).toContain('No requests were counted.');
    expect(textOf(markup, 'timeline')).toContain('Nothing was measured over time.');
    expect(textOf(markup, 'generator')).toContain('was not watched');
    expect(markup).not.toContain('<section id="errors"');
    expect(markup).not.toContain('id="timeline-data"');
  });

  it('say since when a bottleneck is one, from the first player on', () => {
    const startS = (sampleReport().startS ?? 0) + 15;
    const bottleneck = { node: 'lambda:auth', resource: 'concurrency', score: 0.9, since: startS + 40, title: 'it refuses' };
    const sinceText = (since: number | null, from: number | null) =>
      textOf(page({ startS: from, bottlenecks: [{ ...bottleneck, since, evidence: [], recommendation: 'more' }] }), 'bottlenecks');
    expect(sinceText(startS + 40, startS)).toContain('since 0:40 into the run');
    for (const unknown of [sinceText(null, startS), sinceText(startS, null)]) expect(unknown).not.toContain('into the run');
  });

  it('mark a partial run next to the verdict', () => {
    expect(page({ partial: true, exitCode: 105 })).toContain(
      '<p class="partial">Interrupted: the figures cover only a part of what was planned.</p>',
    );
  });

  it('bound the rows of a table and say how many are left', () => {
    const text = textOf(page({}, { endpoints: 250 }), 'endpoints');
    expect(text).toContain('50 more rows are in report.json.');
  });

  it('says which targets are judged on more than the window', () => {
    expect(textOf(page(), 'targets')).toContain('The error rate counts all of full load. Availability counts the whole run.');
    const few = sampleReport().targets.filter(({ id }) => id === 'throughput');
    expect(textOf(page({ targets: few }), 'targets')).not.toContain('counts');
  });

  it('name the load model', () => {
    const { plan } = sampleReport();
    expect(textOf(page(), 'environment')).toContain('1,000 users (closed load): users wait for their answers');
    expect(textOf(page({ plan: { ...plan, load: 'open', users: null, ratePerS: 150 } }), 'environment')).toContain(
      '150 arrivals/s (open load)',
    );
  });
});

describe('gauge', () => {
  const target = {
    id: 'latency-avg',
    limit: 500,
    value: 250,
    unit: 'ms',
    interval: [200, 300] as [number, number],
    verdict: 'pass' as const,
  };
  const at = (markup: string | undefined, pattern: string): number =>
    Number(new RegExp(`${pattern}="([\\d.-]+)%"`).exec(markup ?? '')?.[1]);

  it('places value, interval and limit on one scale from zero', () => {
    const markup = gauge(target)?.markup;
    expect(at(markup, 'cx')).toBeCloseTo(at(markup, 'class="limit" x1') / 2, 1);
    expect(at(markup, 'class="interval" x1')).toBeCloseTo(0.4 * at(markup, 'class="limit" x1'), 1);
  });

  it('keeps a value far beyond its limit on the scale', () => {
    expect(at(gauge({ ...target, value: 50_000, interval: null })?.markup, 'cx')).toBeLessThan(100);
  });

  it('shows availability in the range where it matters', () => {
    const markup = gauge({ ...target, id: 'availability', limit: 0.999, value: 1, unit: 'ratio', interval: [0.9991, 1] })?.markup;
    expect(at(markup, 'cx') - at(markup, 'class="limit" x1')).toBeGreaterThan(30);
    expect(at(markup, 'cx')).toBeLessThan(100);
  });

  it('shows nothing where there is nothing to place', () => {
    expect(gauge({ ...target, value: null })).toBeNull();
    expect(gauge({ ...target, limit: null })).toBeNull();
    expect(gauge({ ...target, id: 'k6:own:p(95)<5' })).toBeNull();
  });
});

describe('chartData', () => {
  const data = (overrides: Parameters<typeof sampleReport>[0] = {}) => {
    const report = sampleReport(overrides);
    if (report.timeline === null) throw new Error('the sample has a timeline');
    return chartData(report, report.timeline);
  };
  const chart = (id: string, of = data()) => of.charts.find((figure) => figure.id === id);

  it('leaves gaps as gaps', () => {
    expect(chart('latency')?.lines.map(({ values }) => values.indexOf(null))).toEqual([181, 181, 181]);
  });

  it('places the window on the shared axis', () => {
    expect(data().window).toEqual({ fromS: 60, toS: 270 });
  });

  it('draws a limit where the data are near it, and leaves one far above to the legend', () => {
    expect(chart('throughput')?.limit).toBe(150);
    const targets = [{ id: 'latency-p95', limit: 60_000, value: 34, unit: 'ms', interval: null, verdict: 'pass' as const }];
    expect(chart('latency', data({ targets }))?.limit).toBeNull();
    expect(textOf(page({ targets }), 'timeline')).toContain('target p95 &lt; 1 min is far above the chart');
  });
});
