import type { Sink } from "./surroundings.ts";
import { renderTable } from "./table.ts";
import type { Row } from "./table.ts";
import { styled } from "./text.ts";
import { wrap } from "./wrap.ts";

export interface Column<Item> {
  readonly title: string;
  readonly text: (item: Item) => string;
  /** Where the table is too wide it is left out: the column of the highest number first. Absent: it stays. */
  readonly givesWay?: number;
}

const GAP_LENGTH = 2;

/**
 * A table with a line of titles, as wide as the sink at most where columns can be left out for it.
 *
 * @param below what else is to be said of an item, in lines of its own below it.
 */
export function renderColumns<Item>(
  output: Sink,
  columns: readonly Column<Item>[],
  items: readonly Item[],
  below: (item: Item) => string | undefined = () => undefined,
): string {
  const fitting = fit(columns, items, output.columns);
  const header = fitting.map(({ title }) => ({
    text: title,
    paint: (padded: string) => styled(output, "bold", padded),
  }));
  const rows = items.map((item): Row => fitting.map(({ text }) => text(item)));
  const [titles = "", ...lines] = renderTable([header, ...rows], output.columns)
    .trimEnd()
    .split("\n");
  const told = items.flatMap((item, index) => {
    const more = below(item);
    return [lines[index] ?? "", ...(more === undefined ? [] : wrap(`  ${more}`, output.columns))];
  });
  return [titles, ...told].map((line) => `${line}\n`).join("");
}

function fit<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  widthMax = Infinity,
): readonly Column<Item>[] {
  const next = Math.max(...columns.map(({ givesWay = 0 }) => givesWay));
  if (next === 0 || widthOf(columns, items) <= widthMax) return columns;
  return fit(
    columns.filter(({ givesWay }) => givesWay !== next),
    items,
    widthMax,
  );
}

function widthOf<Item>(columns: readonly Column<Item>[], items: readonly Item[]): number {
  const widths = columns.map(({ title, text }) =>
    Math.max(title.length, ...items.map((item) => text(item).length)),
  );
  return widths.reduce((sum, width) => sum + width + GAP_LENGTH, -GAP_LENGTH);
}
