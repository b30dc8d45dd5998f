import type { Goal } from "./harness.ts";
import type { FigureResult, Spread } from "./verdict.ts";

const HEADER = ["figure", "product", "reference", "ratio", "must", "aim", "verdict"];

/** Results as columns for a terminal; every spread is minimum / median / maximum. */
export function plainTable(results: readonly FigureResult[]): string {
  const rows = [HEADER, ...results.map(cells)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The same for docs/performance.md. */
export function markdownTable(results: readonly FigureResult[]): string {
  const rows = [HEADER, HEADER.map(() => "---"), ...results.map(cells)];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cells({ name, figure, product, reference, ratio, verdict }: FigureResult): string[] {
  return [
    `${name} (${figure.unit})`,
    spreadText(product),
    spreadText(reference),
    spreadText(ratio),
    goalText(figure.must),
    goalText(figure.aim),
    verdict,
  ];
}

function spreadText(spread: Spread | undefined): string {
  if (spread === undefined) return "–";
  return [spread.min, spread.median, spread.max].map(numberText).join(" / ");
}

/** Three digits that count, whole numbers from a hundred on. */
function numberText(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

function goalText({ of, bound, value }: Goal): string {
  const sign = bound === "at least" ? "≥" : "≤";
  if (of === "ratio") return `${sign} ${value} ×`;
  return of === "difference" ? `${sign} + ${value}` : `${sign} ${value}`;
}
