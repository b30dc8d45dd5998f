import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Option } from "commander";
import { describe, expect, test } from "vitest";
import { OPTIONS } from "../src/server/config.ts";

const ROOT = join(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** An option as a row of the README's table. */
function rowOf(option: Option): readonly string[] {
  const shown: unknown = option.defaultValueDescription ?? option.defaultValue ?? "";
  const isEmpty = shown === "" || (Array.isArray(shown) && shown.length === 0);
  const isHome = option.long === "--data";
  const fallback = isHome ? "`~/.batchyard`" : isEmpty ? "" : `\`${String(shown)}\``;
  const choices = option.argChoices === undefined ? "" : ` (${option.argChoices.join(", ")})`;
  return [`\`${option.flags.replace("|", "\\|")}\``, `${option.description}${choices}`, fallback];
}

function tableRows(text: string, heading: string): (readonly string[])[] {
  const lines = text.slice(text.indexOf(heading)).split("\n");
  const from = lines.findIndex((line) => line.startsWith("|"));
  const to = lines.findIndex((line, index) => index > from && !line.startsWith("|"));
  return lines.slice(from + 2, to).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("the documentation", () => {
  test("lists the server's options as they are", () => {
    const rows = OPTIONS.map(rowOf);
    expect(rows.length).toBeGreaterThan(15);
    expect(tableRows(README, "## The server's options")).toEqual(rows);
  });

  test("links to files that are there", () => {
    const pages = [
      "README.md",
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "CHANGELOG.md",
      ...globSync("docs/**/*.md", { cwd: ROOT }),
    ];
    const links = pages.flatMap((page) => {
      const text = readFileSync(join(ROOT, page), "utf8");
      return [...text.matchAll(/\]\((?!http)([^)#]+)[^)]*\)/g)].map(([, target = ""]) =>
        join(dirname(page), target),
      );
    });
    expect(links.length).toBeGreaterThan(5);
    const missing = links.filter((link) => globSync(link, { cwd: ROOT }).length === 0);
    expect(missing).toEqual([]);
  });
});
