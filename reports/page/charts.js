/**
 * Draws the timeline: one chart per figure, all on one time axis, with one crosshair. Runs in the report's page, beside Chart.js. Colours come from
 * the custom properties in report.css, so that light, dark and paper are decided there.
 *
 * @import { Chart as ChartClass, ChartDataset, Plugin, Scale, TooltipItem } from 'chart.js'
 * @import { ChartData, ChartFigure, ChartLine } from './chart-data.ts'
 */

const { Chart } = /** @type {{ Chart: typeof ChartClass }} */ (/** @type {unknown} */ (globalThis));

/** Width of every vertical axis in CSS pixels: with equal ones the time axes stand below each other. */
const AXIS_WIDTH = 58;

/** CSS pixels that a label on the time axis takes, with the room beside it. */
const TIME_LABEL_WIDTH = 64;

/** Steps of the time axis in seconds, as clocks divide it. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/**
 * Width of the charts on paper in CSS pixels. The browser scales them to what is between the margins, about 700 on A4, which brings their 12 pixel
 * labels to the size of the small print in report.css.
 */
const PAPER_WIDTH = 860;

/** Lines are told apart by dash as well as by colour; the solid ones are those that targets judge. */
const DASHES = { users: [], requests: [], errors: [2, 2], p50: [7, 3], p95: [], p99: [2, 2] };

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** @param {number} seconds */
function clock(seconds) {
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  const minutes = h > 0 ? `${h}:${String(min).padStart(2, '0')}` : String(min);
  return `${minutes}:${String(s).padStart(2, '0')}`;
}

/** @param {number} value @param {string} unit */
function quantity(value, unit) {
  if (unit === 'ms' && value >= 1000) return `${number.format(value / 1000)} s`;
  return `${value >= 1000 ? Math.round(value).toLocaleString('en') : number.format(value)} ${unit}`;
}

/** Only latency changes its unit on the way up. @param {number} value @param {string} unit */
const axisLabel = (value, unit) => (unit === 'ms' ? quantity(value, unit) : number.format(value));

// ------------------------------------------------------------------------------------------------------------------------------ colours

/** @type {Map<string, string>} */
const colors = new Map();

/** @param {string} name a custom property of report.css, without its dashes */
function color(name) {
  const known = colors.get(name);
  if (known !== undefined) return known;
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  colors.set(name, value);
  return value;
}

// ------------------------------------------------------------------------------------------------------------------------------ one chart

/** @param {ChartData} data @returns {Plugin<'line'>} tints the stretch that the targets are judged on, below the lines */
const windowBand = ({ window: stretch }) => ({
  id: 'windowBand',
  beforeDatasetsDraw({ ctx, chartArea, scales }) {
    if (stretch === null || !scales['x']) return;
    const from = Math.max(chartArea.left, scales['x'].getPixelForValue(stretch.fromS));
    const to = Math.min(chartArea.right, scales['x'].getPixelForValue(stretch.toS));
    ctx.fillStyle = color('window');
    ctx.fillRect(from, chartArea.top, Math.max(0, to - from), chartArea.height);
  },
});

/** @param {number | null} limit @returns {Plugin<'line'>} */
const limitLine = (limit) => ({
  id: 'limitLine',
  afterDatasetsDraw({ ctx, chartArea, scales }) {
    if (limit === null || !scales['y']) return;
    ctx.save();
    ctx.strokeStyle = color('limit');
    ctx.lineWidth = 1.5;
    ctx.setLineDash([10, 5]);
    strokeLine(ctx, [chartArea.left, scales['y'].getPixelForValue(limit)], [chartArea.right, scales['y'].getPixelForValue(limit)]);
    ctx.restore();
  },
});

/** @type {Plugin<'line'>} a hair line through what the pointer is on, in every chart */
const crosshair = {
  id: 'crosshair',
  beforeDatasetsDraw({ ctx, chartArea, tooltip }) {
    const x = tooltip?.getActiveElements()[0]?.element.x;
    if (x === undefined) return;
    ctx.save();
    ctx.strokeStyle = color('muted');
    ctx.lineWidth = 1;
    strokeLine(ctx, [x, chartArea.top], [x, chartArea.bottom]);
    ctx.restore();
  },
  afterEvent: (chart) => follow(chart),
};

/** @param {CanvasRenderingContext2D} ctx @param {[number, number]} from @param {[number, number]} to */
function strokeLine(ctx, from, to) {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}

/**
 * A value between two gaps is a point without a line: it gets a dot, or it would not be seen.
 * @param {(number | null)[]} values
 */
function pointRadius(values) {
  const alone = values.map((value, i) => value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null);
  return alone.includes(true) ? alone.map((dot) => (dot ? 2.5 : 0)) : 0;
}

/** @param {ChartLine} line @param {number} periodS @returns {ChartDataset<'line'>} */
const dataset = ({ name, style, values }, periodS) => ({
  label: name,
  // A slot's value stands for all of it, and so in its middle. NaN is Chart.js's gap.
  data: values.map((value, i) => ({ x: (i + 0.5) * periodS, y: value ?? Number.NaN })),
  borderColor: () => color(style),
  backgroundColor: () => color(style),
  borderDash: DASHES[style],
  borderWidth: 1.75,
  borderJoinStyle: 'round',
  pointRadius: pointRadius(values),
  pointHoverRadius: 3,
  pointHitRadius: 0,
  spanGaps: false,
  // A line along the chart's edge keeps its full width.
  clip: 2,
});

/** Puts the ticks on whole minutes, or whatever a clock would choose for the room there is. @param {Scale} axis */
function clockTicks(axis) {
  const labels = Math.max(2, Math.floor(axis.width / TIME_LABEL_WIDTH));
  const step = TIME_STEPS.find((seconds) => axis.max / seconds <= labels) ?? Math.ceil(axis.max / labels);
  axis.ticks = Array.from({ length: Math.floor(axis.max / step) + 1 }, (_, i) => ({ value: i * step }));
}

/** @param {number} startS @param {number} seconds into the axis */
const timeOfDay = (startS, seconds) => `${new Date((startS + seconds) * 1000).toISOString().slice(11, 19)} UTC`;

/** @param {TooltipItem<'line'>[]} items @param {ChartData} data */
function tooltipTitle(items, { startS, periodS }) {
  const fromS = (items[0]?.parsed.x ?? 0) - periodS / 2;
  return `${clock(fromS)}  ·  ${timeOfDay(startS, fromS)}`;
}

/** @param {ChartFigure} figure @param {ChartData} data */
function drawn(figure, data) {
  const canvas = document.getElementById(`chart-${figure.id}`);
  if (!(canvas instanceof HTMLCanvasElement)) throw new Error(`no canvas for ${figure.id}`);
  const text = { color: () => color('muted') };
  /** @type {ChartClass<'line'>} */
  const chart = new Chart(canvas, {
    type: 'line',
    data: { datasets: figure.lines.map((line) => dataset(line, data.periodS)) },
    plugins: [windowBand(data), limitLine(figure.limit), crosshair],
    options: {
      animation: false,
      maintainAspectRatio: false,
      // Every slot is given, in order, as numbers: Chart.js need neither parse nor sort.
      parsing: false,
      normalized: true,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: data.slots * data.periodS,
          afterBuildTicks: clockTicks,
          ticks: { ...text, maxRotation: 0, autoSkip: false, callback: (value) => clock(Number(value)) },
          grid: { display: false },
          border: { display: false },
        },
        y: {
          beginAtZero: true,
          suggestedMax: (figure.limit ?? 0) * 1.1,
          afterFit: (axis) => {
            axis.width = AXIS_WIDTH;
          },
          ticks: { ...text, maxTicksLimit: 5, callback: (value) => axisLabel(Number(value), figure.unit) },
          grid: { color: () => color('line') },
          border: { display: false },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          backgroundColor: () => color('tooltip'),
          titleColor: () => color('tooltip-text'),
          bodyColor: () => color('tooltip-text'),
          titleFont: { weight: 'normal' },
          boxWidth: 8,
          boxHeight: 8,
          boxPadding: 4,
          padding: 10,
          callbacks: {
            title: (items) => tooltipTitle(items, data),
            label: ({ dataset: { label }, parsed }) => `${label}: ${quantity(parsed.y ?? 0, figure.unit)}`,
          },
        },
      },
    },
  });
  return chart;
}

// ------------------------------------------------------------------------------------------------------------------------------ all charts

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

const block = document.getElementById('timeline-data');
/** @type {ChartData | null} */
const chartData = block && JSON.parse(block.textContent ?? 'null');
/** @type {ChartClass<'line'>[]} */
const charts = [];
if (chartData) for (const figure of chartData.charts) charts.push(drawn(figure, chartData));

/** Shows the same moment in the other charts. @param {ChartClass} source */
function follow(source) {
  const index = source.tooltip?.getActiveElements()[0]?.index;
  for (const chart of charts) {
    if (chart.id === source.id) continue;
    chart.tooltip?.setActiveElements(index === undefined ? [] : elementsAt(chart, index), { x: 0, y: 0 });
    chart.draw();
  }
}

/** @param {ChartClass<'line'>} chart @param {number} index */
const elementsAt = ({ data: { datasets } }, index) =>
  datasets.flatMap(({ data }, datasetIndex) => {
    const point = data[index];
    return typeof point === 'object' && point !== null && Number.isFinite(point.y) ? [{ datasetIndex, index }] : [];
  });

function recolor() {
  colors.clear();
  for (const chart of charts) chart.update('none');
}

/** Paper is white and has a width of its own. @param {boolean} printing */
function preparePaper(printing) {
  document.documentElement.classList.toggle('printing', printing);
  recolor();
  for (const chart of charts) printing ? chart.resize(PAPER_WIDTH, chart.height) : chart.resize();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor);
matchMedia('print').addEventListener('change', recolor);
addEventListener('beforeprint', () => preparePaper(true));
addEventListener('afterprint', () => preparePaper(false));

// After the frame that shows the charts, for whoever measures how long that took.
requestAnimationFrame(() => setTimeout(() => performance.mark('loadkit:drawn')));
