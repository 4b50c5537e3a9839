import type { Report } from '../analyzers/contract.ts';

/** `report.json`, and what `--json` prints: two spaces of indent and a final newline. */
export const renderJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;
