import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Option } from "commander";
import { describe, expect, test } from "vitest";
import { blockedReason } from "../src/scheduler/blocked-reason.ts";
import { WAIT_REASONS } from "../src/scheduler/wait-reason.ts";
import { OPTIONS } from "../src/server/config.ts";

const ROOT = join(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/**
 * AWS's reasons of a blocked queue.
 * https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html
 */
const BLOCKED_REASONS = [
  "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
  "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
  "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS",
  "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
  "ACTION_REQUIRED",
  "UNDETERMINED",
];

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

  test("says of each of AWS's reasons of a blocked queue when it is told, or why it never is", () => {
    const page = readFileSync(join(ROOT, "docs/events.md"), "utf8");
    const reasonsBelow = (mark: string): readonly string[] =>
      tableRows(page, mark).flatMap(([cell = ""]) =>
        [...cell.matchAll(/`([^`]+)`/g)].map(([, reason = ""]) => reason),
      );
    const told = WAIT_REASONS.flatMap((because) =>
      [undefined, {}].flatMap((wanted) => blockedReason(because, "away", wanted)?.split(" - ")[0] ?? []),
    );
    const neverTold = reasonsBelow("<!-- never told -->");
    expect(new Set(reasonsBelow("<!-- blocked -->"))).toEqual(new Set(told));
    expect(neverTold.filter((reason) => told.includes(reason))).toEqual([]);
    expect(new Set([...told, ...neverTold])).toEqual(new Set(BLOCKED_REASONS));
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
