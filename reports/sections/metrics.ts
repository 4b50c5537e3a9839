import type { TrendSummary } from '../../analyzers/contract.ts';
import { count, quantity } from '../format.ts';
import { type Html, html } from '../markup.ts';
import { name, numberCell, table } from './parts.ts';
import type { Section } from './section.ts';

export const metrics: Section = {
  id: 'metrics',
  title: 'Other metrics',
  render({ trends, counters }) {
    if (trends.length === 0 && counters.length === 0) return null;
    return html`${trends.length > 0 && trendTable(trends)}${counters.length > 0 && counterTable(counters)}`;
  },
};

const trendTable = (trends: readonly TrendSummary[]): Html =>
  table({
    label: 'Trends',
    columns: [{ title: 'Trend' }, ...['Count', 'Avg', 'p50', 'p95', 'p99'].map((title) => ({ title, number: true }))],
    rows: trends.map((trend) => {
      const values = [trend.avg, trend.p50, trend.p95, trend.p99];
      return html`<tr><th scope="row">${name(trend.name)}</th>${numberCell(count(trend.count))}${values.map((value) =>
        numberCell(quantity(value, trend.unit)),
      )}</tr>`;
    }),
  });

const counterTable = (counters: readonly { name: string; total: number }[]): Html =>
  table({
    label: 'Counters',
    columns: [{ title: 'Counter' }, { title: 'Total', number: true }],
    rows: counters.map((counter) => html`<tr><th scope="row">${name(counter.name)}</th>${numberCell(quantity(counter.total, ''))}</tr>`),
  });
