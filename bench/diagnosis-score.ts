interface Row {
  name: string;
  cases: number;
  top1: number;
  top3: number;
  none: number;
}

/** @param judged what was named, likeliest first; `cause` null where nothing was wrong */
export function score(name: string, judged: readonly { named: readonly { node: string }[]; cause: string | null }[]): Row {
  const ranks = judged.map(({ named, cause }) => named.findIndex(({ node }) => node === cause));
  return {
    name,
    cases: judged.length,
    top1: ranks.filter((place) => place === 0).length,
    top3: ranks.filter((place) => place >= 0 && place < 3).length,
    none: judged.filter(({ named }) => named.length === 0).length,
  };
}

/** Shares of the cases; with several rows, a line for all of them at the end. */
export function tableOf(rows: readonly Row[]): string {
  const total = rows.reduce(
    (sum, row) => ({
      name: 'all',
      cases: sum.cases + row.cases,
      top1: sum.top1 + row.top1,
      top3: sum.top3 + row.top3,
      none: sum.none + row.none,
    }),
    { name: 'all', cases: 0, top1: 0, top3: 0, none: 0 },
  );
  const width = Math.max(...rows.map(({ name }) => name.length), 3);
  const share = (part: number, of: number): string => (of === 0 ? '-' : (part / of).toFixed(2));
  return (rows.length > 1 ? [...rows, total] : rows)
    .map(
      ({ name, cases, top1, top3, none }) =>
        `  ${name.padEnd(width)}  ${String(cases).padStart(4)} cases  Top-1 ${share(top1, cases)}  Top-3 ${share(top3, cases)}  none ${share(none, cases)}`,
    )
    .join('\n');
}
