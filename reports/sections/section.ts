import type { Report } from '../../analyzers/contract.ts';
import type { Html } from '../markup.ts';

/** One part of report.html. A new one is one file with this shape and its line in index.ts. */
export interface Section {
  /** The same as its file's name, and its anchor in the page. */
  id: string;
  title: string;
  /** The section's body, below its heading; null where this report has nothing for it. */
  render(report: Report): Html | null;
}
