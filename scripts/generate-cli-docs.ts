// Writes docs/cli.md from the program's own commands.
//
//   node scripts/generate-cli-docs.ts           writes it
//   node scripts/generate-cli-docs.ts --check   fails if it is not what would be written
import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Command, Option } from "commander";
import { EXIT_CODES_TEXT } from "../src/cli/exit-codes.ts";
import { createProgram } from "../src/cli/program.ts";
import { processSurroundings } from "../src/cli/surroundings.ts";
import { DEFAULT_PORT, serveCommand } from "../src/server/config.ts";

const PAGE = join(import.meta.dirname, "..", "docs", "cli.md");

const INTRODUCTION = `# The command line

Generated from the program by \`npm run generate\`; \`batchyard help COMMAND\` says the same.

\`batchyard\` speaks AWS's own operations over HTTP, to a server of yours or to AWS. A job is named by its id, the first or
last characters of it (four or more), or a name that only one of the latest 1,000 jobs of each status has; \`JOB:3\` is a
child of an array, \`JOB#1\` a node of a multi-node job ([examples](jobs.md)). Results go to
standard output, all else to standard error. Nothing is cut where standard output is not a terminal; colours are for
terminals (\`NO_COLOR\`, \`FORCE_COLOR\`).

With \`--output json\` jobs have the shapes of AWS's \`DescribeJobs\` and \`ListJobs\` (\`ls\` adds \`jobQueue\`, since it lists
all queues); \`submit\` prints the answer of \`SubmitJob\`, \`logs\` one event a line (with \`containerName\` where there are
several), and \`run\` and \`submit --wait\` the description of the job once it has ended, output going to standard error. \`cancel\` and \`terminate\` say of each job whether it was done and what
(\`jobId\`, \`jobName\`, \`isDone\`, \`message\`). \`why\`, \`plan\`, \`top\` and \`reclaim\` print what [the server answers](scheduling-explained.md).

**Where it asks.** \`--endpoint\`, else \`AWS_ENDPOINT_URL_BATCH\` and \`AWS_ENDPOINT_URL_CLOUDWATCH_LOGS\`, else
\`AWS_ENDPOINT_URL\`, else \`http://127.0.0.1:${DEFAULT_PORT}\`. With \`https://batch.REGION.amazonaws.com\` the logs are asked for at
\`https://logs.REGION.amazonaws.com\`.

**Who it is.** The keys of \`--profile\`, else of the environment (\`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\`,
\`AWS_SESSION_TOKEN\`), else of \`AWS_PROFILE\` or the profile \`default\` in \`~/.aws\`. Where there are none and the server is
not AWS, placeholders sign. Profiles whose keys come from SSO, a role or a program:
\`eval "$(aws configure export-credentials --profile NAME --format env)"\`.

## Exit codes

\`\`\`
${EXIT_CODES_TEXT.replace("Exit codes:\n", "")}
\`\`\`
`;

const NOTHING = (): Promise<void> => Promise.resolve();

const program = createProgram(
  {
    version: "",
    localUrl: `http://127.0.0.1:${DEFAULT_PORT}`,
    serve: serveCommand(NOTHING),
    surroundings: processSurroundings(),
  },
  () => undefined,
);
const text = [INTRODUCTION, ...program.commands.map(renderCommand)].join("\n");

if (!process.argv.includes("--check")) {
  writeFileSync(PAGE, text);
} else if (readFileSync(PAGE, "utf8") !== text) {
  console.error("docs/cli.md is not what the program says: npm run generate");
  process.exitCode = 1;
}

function renderCommand(command: Command): string {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  const table = options.length === 0 ? [] : ["", ...renderTable(options.map(cellsOf))];
  return [
    `## batchyard ${command.name()}`,
    "",
    command.description(),
    "",
    "```",
    `batchyard ${command.name()} ${help.commandUsage(command).replace(/^\S+ \S+ ?/, "")}`.trimEnd(),
    ...examplesOf(command),
    "```",
    ...table,
    "",
  ].join("\n");
}

function cellsOf(option: Option): readonly string[] {
  const { description, argChoices, defaultValueDescription, flags } = option;
  const defaultValue: unknown = option.defaultValue;
  const choices = argChoices === undefined ? "" : ` (${argChoices.join(", ")})`;
  const isPlain = typeof defaultValue === "string" || typeof defaultValue === "number";
  const shown = defaultValueDescription ?? (isPlain ? String(defaultValue).replace(homedir(), "~") : "");
  const fallback = shown === "" ? "" : `\`${shown}\``;
  return [`\`${escaped(flags)}\``, escaped(description + choices), fallback];
}

/** Columns of one width, as the formatter has them. */
function renderTable(rows: readonly (readonly string[])[]): string[] {
  const titles = ["option", "", "default"];
  const widths = titles.map((title, index) =>
    Math.max(3, title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const rules = widths.map((width) => "-".repeat(width));
  return [titles, rules, ...rows].map(
    (row) => `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`,
  );
}

/** What a command's help shows below its options. */
function examplesOf(command: Command): string[] {
  let shown = "";
  command
    .copyInheritedSettings(program)
    .configureOutput({ writeOut: (written) => (shown += written) })
    .outputHelp();
  return shown
    .split("\n")
    .filter((line) => line.startsWith("  $ "))
    .map((line) => line.slice(2));
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
