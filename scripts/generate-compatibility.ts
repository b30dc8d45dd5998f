// Writes docs/compatibility.md from AWS's model and from the declarations beside the code.
//
//   node scripts/generate-compatibility.ts           writes it
//   node scripts/generate-compatibility.ts --check   fails if it is not what would be written
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Declaration } from "../src/api/services/batch/compatibility/declaration.ts";
import { DECLARATIONS } from "../src/api/services/batch/compatibility/declarations.ts";
import { inputShapes } from "../src/api/services/batch/compatibility/input-shapes.ts";
import {
  BATCH_OPERATIONS,
  LOGS_OPERATIONS,
  STS_OPERATIONS,
} from "../src/api/services/batch/compatibility/operations.ts";
import { unreachable } from "../src/lib/assert.ts";
import { batchModel } from "../src/model/batch.ts";
import type { StructureShape } from "../src/model/service-model.ts";

const PAGE = join(import.meta.dirname, "..", "docs", "compatibility.md");

const SHAPES = inputShapes(batchModel);
/** The members of requests have a heading of their operation, those of other shapes one of their own. */
const REQUESTS = new Map(
  Object.entries(batchModel.operations).map(([operation, { input = "" }]) => [input, operation]),
);

const INTRODUCTION = [
  "# What works",
  "",
  "Generated from AWS's model and from the declarations in `src/api/services/batch/compatibility/` by `npm run generate`. A",
  "test fails where a member is not declared, or where a test that is named here does not exist. How the service as a whole",
  "differs from AWS is in [differences.md](differences.md).",
  "",
  "- **honoured**: it has its effect; the test that observes it is named by its file and its title.",
  "- **without effect**: it is taken, checked as AWS checks it and shown where AWS shows it; nothing else follows from it.",
  "- **refused**: the request is, or the attempt, with the text that is given. Members that the model does not have are",
  "  ignored, as on AWS.",
  "",
];

const text = renderPage();

if (!process.argv.includes("--check")) {
  writeFileSync(PAGE, text);
} else if (readFileSync(PAGE, "utf8") !== text) {
  console.error("docs/compatibility.md is not what the declarations say: npm run generate");
  process.exitCode = 1;
}

function renderPage(): string {
  return [
    ...INTRODUCTION,
    ...renderTotals(),
    ...renderOperations("AWS Batch", BATCH_OPERATIONS),
    ...renderOperations("CloudWatch Logs", LOGS_OPERATIONS),
    ...renderOperations("STS", STS_OPERATIONS),
    "## Members of requests",
    "",
    ...SHAPES.filter(([shape]) => REQUESTS.has(shape)).flatMap(renderShape),
    "## Members of what requests hold",
    "",
    ...SHAPES.filter(([shape]) => !REQUESTS.has(shape))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(renderShape),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function renderTotals(): string[] {
  const declarations = Object.values(DECLARATIONS).flatMap((members) => Object.values(members));
  const count = (kind: Declaration["is"]): string =>
    String(declarations.filter((declaration) => declaration.is === kind).length);
  const operations = [BATCH_OPERATIONS, LOGS_OPERATIONS, STS_OPERATIONS].map((served) =>
    String(Object.keys(served).length),
  );
  const [batch = "", logs = "", sts = ""] = operations;
  return [
    ...renderTable(
      ["", "of AWS Batch", "of CloudWatch Logs", "of STS"],
      [
        ["operations served", batch, logs, sts],
        ["input members", String(declarations.length), "", ""],
        ["– honoured", count("honoured"), "", ""],
        ["– without effect", count("without effect"), "", ""],
        ["– refused", count("refused"), "", ""],
      ],
    ),
    "",
  ];
}

function renderOperations(service: string, operations: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(operations).map(([operation, test]) => [operation, code(test)]);
  return [`## Operations of ${service}`, "", ...renderTable(["operation", "test"], rows), ""];
}

function renderShape([shape, { members }]: readonly [name: string, shape: StructureShape]): string[] {
  const operation = REQUESTS.get(shape);
  const holders = operation === undefined ? [`In ${holdersOf(shape).join(", ")}.`, ""] : [];
  const rows = Object.entries(members).map(([member, { shape: target }]) => {
    const declaration = DECLARATIONS[shape]?.[member];
    if (declaration === undefined) throw new Error(`${shape}.${member} is not declared`);
    return [`\`${member}\`${linkTo(target)}`, declaration.is, ...cellsOf(declaration)];
  });
  return [
    `### ${operation ?? shape}`,
    "",
    ...holders,
    ...renderTable(["member", "is", "", "test"], rows),
    "",
  ];
}

function cellsOf(declaration: Declaration): [remark: string, test: string] {
  switch (declaration.is) {
    case "honoured":
      return [escaped(declaration.note ?? ""), code(declaration.test)];
    case "without effect":
      return [escaped(declaration.because), ""];
    case "refused":
      return [code(declaration.text), code(declaration.test)];
    default:
      return unreachable(declaration);
  }
}

/** Where a shape stands: `SubmitJob.containerOverrides`, `NodePropertyOverride.containerOverrides`. */
function holdersOf(shape: string): string[] {
  return SHAPES.flatMap(([holder, { members }]) =>
    Object.entries(members).flatMap(([member, { shape: target }]) =>
      itemOf(target) === shape ? [`\`${REQUESTS.get(holder) ?? holder}.${member}\``] : [],
    ),
  );
}

function linkTo(target: string): string {
  const item = itemOf(target);
  if (batchModel.shapes[item]?.type !== "structure") return "";
  return `: [${item}](#${item.toLowerCase()})`;
}

/** What a list or a map is of. */
function itemOf(name: string): string {
  const shape = batchModel.shapes[name];
  if (shape?.type === "list") return itemOf(shape.item);
  return shape?.type === "map" ? itemOf(shape.value) : name;
}

/** Columns of one width, as the formatter has them. */
function renderTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((title, index) =>
    Math.max(3, title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const rules = widths.map((width) => "-".repeat(width));
  return [titles, rules, ...rows].map(
    (row) => `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`,
  );
}

function code(words: string): string {
  return words.includes("`") ? `\`\`${escaped(words)}\`\`` : `\`${escaped(words)}\``;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
