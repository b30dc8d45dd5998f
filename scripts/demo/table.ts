import { styleText } from "node:util";
import type { EndedJob } from "./workload.ts";

const HEADINGS = ["JOB", "STATUS", "EXIT", "TRIES", "WAITED", "RAN", "REASON", "LAST LOG LINE"];
const CELL_MAX = 36;

/** The jobs as a table, a line each; in front of each whether it ended as it should. */
export function jobTable(
  jobs: readonly { readonly job: EndedJob; readonly isAsExpected: boolean }[],
): string {
  const rows = jobs.map(({ job }) => [
    job.plan.name,
    job.status,
    String(job.exitCode ?? "-"),
    String(job.attemptCount),
    seconds(job.waitedMs),
    seconds(job.ranMs),
    job.statusReason,
    job.lastLogLine,
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.min(CELL_MAX, Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length))),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => clip(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0)).join("  ");
  return [
    `  ${styleText("bold", line(HEADINGS))}`,
    ...rows.map((row, index) => {
      const mark = jobs[index]?.isAsExpected === true ? styleText("green", "✓") : styleText("red", "✗");
      return `${mark} ${styleText(row[1] === "SUCCEEDED" ? "green" : "red", line(row).trimEnd())}`;
    }),
  ].join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
