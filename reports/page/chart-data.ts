/** What the timeline section hands to charts.js in the block `timeline-data`. Times are in seconds since the shared time axis starts. */
export interface ChartData {
  /** Epoch seconds at which the axis starts. */
  startS: number;
  periodS: number;
  slots: number;
  /** The stretch that the targets are judged on. */
  window: { fromS: number; toS: number } | null;
  charts: ChartFigure[];
}

export interface ChartFigure {
  /** The canvas is `chart-<id>`. */
  id: string;
  unit: string;
  /** Drawn as a line across, in `unit`. */
  limit: number | null;
  lines: ChartLine[];
}

export interface ChartLine {
  name: string;
  /** Names the custom property with its colour in report.css, and its dash. */
  style: 'users' | 'requests' | 'errors' | 'p50' | 'p95' | 'p99';
  /** Slot by slot; null is a gap. */
  values: (number | null)[];
}
