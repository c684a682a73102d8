import { displayWidth, padToWidth } from './display-width.js';

/**
 * Lines of an aligned table: two spaces between columns, none at the end of a line. `right` names the columns that
 * are aligned to the right (numbers). Rows may be shorter than the widest one. Cells are printable.
 */
export function renderTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => align(cell, widths[column] ?? 0, right.includes(column)))
      .join('  ')
      .trimEnd(),
  );
}

function align(cell: string, width: number, toRight: boolean): string {
  return toRight ? ' '.repeat(Math.max(0, width - displayWidth(cell))) + cell : padToWidth(cell, width);
}
