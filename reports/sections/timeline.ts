import type { Report, Timeline } from '../../analyzers/contract.ts';
import { clock, duration, quantity } from '../format.ts';
import { dataBlock, type Html, html } from '../markup.ts';
import type { ChartData, ChartFigure, ChartLine } from '../page/chart-data.ts';
import type { Section } from './section.ts';

interface Figure {
  id: string;
  title: string;
  unit: string;
  /** Which target's limit is drawn as a line, where the run has it. */
  target?: string;
  lines(timeline: Timeline): ChartLine[];
}

const FIGURES: readonly Figure[] = [
  { id: 'users', title: 'Users', unit: 'users', lines: (t) => [{ name: 'users', style: 'users', values: t.users }] },
  {
    id: 'throughput',
    title: 'Requests and errors per second',
    unit: 'requests/s',
    target: 'throughput',
    lines: (t) => [
      { name: 'requests/s', style: 'requests', values: t.requestsPerS },
      { name: 'errors/s', style: 'errors', values: t.errorsPerS },
    ],
  },
  {
    id: 'latency',
    title: 'Latency of requests',
    unit: 'ms',
    target: 'latency-p95',
    lines: (t) => [
      { name: 'p50', style: 'p50', values: t.latencyMs.p50 },
      { name: 'p95', style: 'p95', values: t.latencyMs.p95 },
      { name: 'p99', style: 'p99', values: t.latencyMs.p99 },
    ],
  },
];

/** A limit more than this many times above everything measured would flatten the lines: it is named below the chart instead. guess: tune */
const LIMIT_ABOVE_DATA_MAX = 3;

/** Significant digits in the data block: more than a screen has pixels. */
const DIGITS = 4;

export const timeline: Section = {
  id: 'timeline',
  title: 'Timeline',
  render(report) {
    const { timeline } = report;
    if (timeline === null) return html`<p class="empty">Nothing was measured over time.</p>`;
    const data = chartData(report, timeline);
    const note = report.window === null ? '' : ' The tinted band is the stretch that the targets are judged on.';
    return html`<p class="note">One point is ${duration(timeline.periodS)}. A gap in a line is a time without data.${note}</p>
<noscript><p class="empty">The charts need JavaScript. Everything else on this page works without it.</p></noscript>
${FIGURES.map((figure, i) => chart(figure, data.charts[i], report, timeline.periodS))}
${dataBlock('timeline-data', data)}`;
  },
};

function chart(figure: Figure, data: ChartFigure | undefined, report: Report, periodS: number): Html {
  const limit = limitOf(report, figure);
  const legend = (data?.lines ?? []).map(({ name, style }) => key(style, name));
  const limitKey = limit !== null && (data?.limit === null ? offChart(limit, figure) : key('limit', `target ${limitName(limit, figure)}`));
  return html`<figure class="chart ${figure.id}"><figcaption><h3>${figure.title}</h3><ul class="legend">${legend}${limitKey}</ul></figcaption>
<div class="canvas"><canvas id="chart-${figure.id}" role="img" aria-label="${described(figure, data, periodS)}"></canvas></div></figure>`;
}

const key = (style: string, name: string): Html =>
  html`<li><svg class="key ${style}" aria-hidden="true"><line x1="0" x2="100%" y1="50%" y2="50%"/></svg>${name}</li>`;

const limitName = (limit: number, figure: Figure): string =>
  figure.id === 'latency' ? `p95 < ${quantity(limit, figure.unit)}` : `≥ ${quantity(limit, figure.unit)}`;

const offChart = (limit: number, figure: Figure): Html => html`<li>target ${limitName(limit, figure)} is far above the chart</li>`;

/** The chart in words, for those who cannot see it: the range of each line, and when its peak was. */
function described(figure: Figure, data: ChartFigure | undefined, periodS: number): string {
  const lines = (data?.lines ?? []).map(({ name, values }) => {
    const measured = values.filter((value) => value !== null);
    if (measured.length === 0) return `${name}: no data`;
    const peak = measured.reduce((a, b) => Math.max(a, b));
    const lowest = measured.reduce((a, b) => Math.min(a, b));
    return `${name}: ${quantity(lowest, figure.unit)} to ${quantity(peak, figure.unit)}, highest at ${clock(values.indexOf(peak) * periodS)}`;
  });
  return `${figure.title} over time. ${lines.join('; ')}.`;
}

export function chartData(report: Report, timeline: Timeline): ChartData {
  const { startS, periodS } = timeline;
  const { window } = report;
  return {
    startS,
    periodS,
    slots: timeline.requestsPerS.length,
    window: window && { fromS: window.fromS - startS, toS: window.toS - startS },
    charts: FIGURES.map((figure) => {
      const lines = figure.lines(timeline).map((line) => ({ ...line, values: line.values.map(rounded) }));
      return { id: figure.id, unit: figure.unit, limit: drawnLimit(limitOf(report, figure), lines), lines };
    }),
  };
}

const limitOf = (report: Report, figure: Figure): number | null =>
  report.targets.find((target) => target.id === figure.target && target.verdict !== 'skipped')?.limit ?? null;

function drawnLimit(limit: number | null, lines: readonly ChartLine[]): number | null {
  const peak = lines.flatMap(({ values }) => values).reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
  return limit !== null && limit <= peak * LIMIT_ABOVE_DATA_MAX ? limit : null;
}

const rounded = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));
