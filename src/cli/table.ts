import { fill, widthOf } from './fit.js';

/** Pads the cells of each column to one width; the columns that are named by their index stand at the right. */
export function table(rows: readonly (readonly string[])[], numeric: readonly number[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => widthOf(cells[column] ?? ''))));
  return rows.map((cells) =>
    cells
      .map((cell, column) => fill(cell, widths[column] ?? 0, numeric.includes(column) ? 'right' : 'left'))
      .join('  ')
      .trimEnd(),
  );
}
