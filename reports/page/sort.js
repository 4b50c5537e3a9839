/** Makes the headings of `table.sortable` into buttons that sort by their column. Without this script the headings are plain text. */

const collator = new Intl.Collator('en', { numeric: true });

/** @param {HTMLTableCellElement | undefined} cell @returns {number | string | null} null where nothing was measured */
function cellValue(cell) {
  if (!cell) return null;
  if (!cell.classList.contains('number')) return cell.textContent;
  return cell.dataset['value'] === undefined ? null : Number(cell.dataset['value']);
}

/** @param {number | string} a @param {number | string} b */
const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)));

/** What was not measured stays at the end, whichever way the column is sorted. @param {HTMLTableElement} table @param {number} column @param {1 | -1} sign */
function sort(table, column, sign) {
  const body = table.tBodies[0];
  if (!body) return;
  const rows = [...body.rows].map((row) => ({ row, value: cellValue(row.cells[column]) }));
  rows.sort((a, b) =>
    a.value === null || b.value === null ? Number(a.value === null) - Number(b.value === null) : sign * compare(a.value, b.value),
  );
  body.append(...rows.map(({ row }) => row));
}

/** Largest first for numbers, A first for names; again for the other way. @param {HTMLTableElement} table @param {HTMLTableCellElement} heading */
function onClick(table, heading) {
  const first = heading.classList.contains('number') ? 'descending' : 'ascending';
  const other = first === 'ascending' ? 'descending' : 'ascending';
  const next = heading.ariaSort === first ? other : first;
  for (const cell of table.tHead?.rows[0]?.cells ?? []) cell.ariaSort = null;
  heading.ariaSort = next;
  sort(table, heading.cellIndex, next === 'ascending' ? 1 : -1);
}

for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll('table.sortable'))) {
  for (const heading of table.tHead?.rows[0]?.cells ?? []) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    button.addEventListener('click', () => onClick(table, heading));
    heading.append(button);
  }
}
