import { cut } from "./text.ts";

interface Cell {
  readonly text: string;
  /** Puts colours around what is padded already. */
  readonly paint?: (padded: string) => string;
}

export type Row = readonly (Cell | string)[];

const GAP = "  ";

/** Columns as wide as what they hold; the last is cut where the lines would be wider than `columns`. */
export function renderTable(rows: readonly Row[], columns: number | undefined): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text)));
  const count = Math.max(0, ...texts.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...texts.map((row) => row[index]?.length ?? 0)),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const lastMax = columns === undefined ? undefined : Math.max(1, columns - before);
  const lines = rows.map((row) =>
    row
      .map((cell, index) => {
        const text = typeof cell === "string" ? cell : cell.text;
        const padded = index === count - 1 ? cut(text, lastMax) : text.padEnd(widths[index] ?? 0);
        return typeof cell === "string" ? padded : (cell.paint?.(padded) ?? padded);
      })
      .join(GAP)
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}
