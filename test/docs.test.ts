import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Option } from "commander";
import { describe, expect, test } from "vitest";
import * as statusReasons from "../src/batch/status-reason.ts";
import { findSubmissionFailure } from "../src/batch/submission-failure.ts";
import { blockedReason } from "../src/scheduler/blocked-reason.ts";
import { WAIT_REASONS } from "../src/scheduler/wait-reason.ts";
import { OPTIONS } from "../src/server/config.ts";
import { Metrics } from "../src/server/metrics.ts";
import { aJob, aJobQueue, aState, HOST } from "./support/builders.ts";

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

const LIFECYCLE = readFileSync(join(ROOT, "docs/job-lifecycle.md"), "utf8");

/** What functions of `status-reason.ts` make, by their names. */
const MADE_STATUS_REASONS: Readonly<Record<string, readonly string[]>> = {
  canceledByTimeLimit: [statusReasons.canceledByTimeLimit("…")],
  instanceTerminated: [statusReasons.instanceTerminated("i-…")],
  attemptStatusReason: (["exited", "start-failed", "host-lost"] as const).flatMap((kind) =>
    [undefined, "i-…"].map((instanceId) =>
      statusReasons.attemptStatusReason({ kind }, undefined, instanceId),
    ),
  ),
};

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

  test("lists the metrics as they are", async () => {
    const page = readFileSync(join(ROOT, "docs/metrics.md"), "utf8");
    const told = tableRows(page, "<!-- metrics -->").map(
      ([name = "", kind = "", labels = "", help = ""]) => ({
        name: name.replaceAll("`", ""),
        kind,
        labels: [...labels.matchAll(/`([^`]+)`/g)].map(([, label]) => label),
        help,
      }),
    );
    const metrics = await everyMetric();
    expect(metrics.length).toBeGreaterThan(8);
    expect(told).toEqual(metrics);
  });

  test("says of each reason to wait what would start the job, and what AWS's status reason is meanwhile", () => {
    const told = tableRows(LIFECYCLE, "<!-- wait reasons -->").map(
      ([because, remedy, statusReason = ""]) => ({
        because,
        remedy,
        sentences: new Set(codeOf(statusReason)),
      }),
    );
    const scheduling = readFileSync(join(ROOT, "docs/scheduling.md"), "utf8");
    const remedies = new Map(
      tableRows(scheduling, "<!-- reasons -->").map(([because = "", remedy]) => [because, remedy]),
    );
    const kinds = [undefined, {}, { instanceType: "c5.large" }];
    const expected = WAIT_REASONS.map((because) => ({
      because: `\`${because}\``,
      remedy: remedies.get(`\`${because}\``),
      sentences: new Set(kinds.flatMap((wanted) => blockedReason(because, "…", wanted) ?? [])),
    }));
    expect(told).toEqual(expected);
  });

  test("has the status reasons of jobs and attempts, letter for letter", () => {
    const shown = ["<!-- status reasons of attempts -->", "<!-- status reasons of jobs -->"].flatMap((mark) =>
      tableRows(LIFECYCLE, mark).flatMap((cells) => cells.flatMap(codeOf)),
    );
    const sentences = Object.entries(statusReasons).flatMap(([name, reason]) =>
      typeof reason === "string"
        ? [reason]
        : (MADE_STATUS_REASONS[name] ?? [`an example of what ${name} makes`]),
    );
    expect(sentences.length).toBeGreaterThan(8);
    expect(sentences.filter((sentence) => !shown.includes(sentence))).toEqual([]);
  });

  test("has why a job fails that was submitted and cannot be begun", () => {
    const shown = tableRows(LIFECYCLE, "<!-- status reasons of jobs -->").flatMap(([reason = ""]) =>
      codeOf(reason),
    );
    const tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag-${index}`, ""]));
    const submission = { jobName: "a", jobQueue: "q", jobDefinition: "d" };
    const containerOverrides = { command: ["x".repeat(8192)] };
    const made = [
      findSubmissionFailure(
        { ...submission, containerOverrides },
        { tags: {} },
        { propagateTags: false, tags: {} },
      ),
      findSubmissionFailure(submission, { tags: {} }, { propagateTags: true, tags })?.replace("51", "…"),
    ];
    expect(made.filter((reason = "no failure") => !shown.includes(reason))).toEqual([]);
  });

  test("has every kind of reason that a container can end with", () => {
    const sources = globSync("src/{providers,server}/**/*.ts", {
      cwd: ROOT,
      exclude: ["**/*.test.ts", "**/*-contract.ts"],
    }).map((path) => readFileSync(join(ROOT, path), "utf8"));
    const wordsOf = (pattern: RegExp): readonly string[] =>
      sources.flatMap((source) => [...source.matchAll(pattern)].map(([, word = ""]) => word));
    const ofJavaScript = new Set([...wordsOf(/class (\w+Error)\b/g), "TimeoutError"]);
    const used = wordsOf(/["`]([A-Z]\w+Error)(?=: |")/g).filter((word) => !ofJavaScript.has(word));
    const told = tableRows(LIFECYCLE, "<!-- container reasons -->").flatMap(([kind = ""]) => codeOf(kind));
    expect(new Set(told)).toEqual(new Set(used));
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

/** What stands between backquotes. */
function codeOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The metrics that are not those of the process or of Node.js, after something was seen of each. */
async function everyMetric() {
  const state = aState(aJobQueue("q", []), aJob("waiting").inQueue("q"));
  const [queue] = state.jobQueues.values();
  const blockedHead = {
    jobId: "waiting",
    standing: { reason: "ACTION_REQUIRED", sinceMs: 0 },
    told: [{ statusReason: "ACTION_REQUIRED", atMs: 0 }],
  };
  const jobQueue = { ...queue!, blockedHead };
  state.apply({ kind: "job-queue-put", jobQueue });
  const metrics = new Metrics(() => state, { diskLimitMiB: 1 });
  metrics.requestEnded({ service: "batch", operation: "SubmitJob", status: 200, durationMs: 1 });
  metrics.attemptStarted(1);
  metrics.attemptFinished("succeeded");
  const blocked = [{ jobQueueArn: jobQueue.arn, jobId: "waiting", because: "host-full" as const }];
  metrics.cycleEnded({ blocked, isCutShort: false }, HOST);
  metrics.diskSeen({
    use: { imageBytes: 1, scratchBytes: 1, logBytes: 1 },
    fileSystems: [{ path: "/", totalBytes: 2, freeBytes: 1, hasImages: false }],
  });
  const { text } = await metrics.render();
  const own = [...text.matchAll(/^# HELP (batchyard_(?!process_|nodejs_)\w+) (.+)\n# TYPE \w+ (\w+)$/gm)];
  return own.map(([, name = "", help = "", kind = ""]) => {
    const [, labels = ""] = new RegExp(`^${name}(?:_bucket)?\\{(.+)\\} `, "m").exec(text) ?? [];
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label);
    return { name, kind, labels: names.filter((label) => label !== "le"), help };
  });
}
