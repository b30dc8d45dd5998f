import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** What a provider may that runs jobs for real. */
const PROVIDER = [
  "providers/",
  "providers/disk-watch.ts",
  "logs/logs.ts",
  "batch/",
  "model/",
  "lib/",
  "node:",
];

/**
 * The arrows of ARCHITECTURE.md: what each place under `src/` may import. A place is the longest key that a file's
 * path begins with; a target ending in `/` is a folder with all below it. Node's modules and packages are listed by
 * name; `node:` stands for all of Node.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "model/": [],
  "lib/": [],
  "batch/": ["model/", "lib/"],
  "scheduler/": [
    "store/live-state.ts",
    "store/live-instances.ts",
    "store/live-job.ts",
    "store/live-queues.ts",
    "store/live-share.ts",
    "batch/",
    "lib/",
  ],
  "store/": ["batch/", "model/", "lib/"],
  "store/memory/": ["store/", "batch/", "model/", "lib/"],
  "store/sqlite/": ["store/", "batch/", "model/", "lib/", "node:"],
  "providers/": ["batch/", "model/", "lib/"],
  "providers/host-capacity.ts": ["batch/", "node:"],
  "providers/disk-watch.ts": ["providers/", "lib/", "node:"],
  "providers/process/": PROVIDER,
  "providers/docker/": [...PROVIDER, "providers/host-capacity.ts"],
  "providers/simulated/": ["providers/", "batch/", "lib/"],
  "logs/": ["lib/", "node:"],
  "engine/": ["scheduler/", "store/", "providers/provider.ts", "batch/", "model/", "lib/"],
  "secrets/": ["store/", "batch/", "lib/", "node:"],
  "identity/": ["secrets/", "batch/", "node:"],
  "api/": [
    "identity/",
    "secrets/",
    "scheduler/ordering/active-shares.ts",
    "scheduler/ordering/front-of-queue.ts",
    "store/",
    "logs/logs.ts",
    "logs/work-budget.ts",
    "batch/",
    "model/",
    "lib/",
    "node:",
  ],
  "events/": ["api/", "store/", "batch/", "lib/", "node:"],
  "simulator/": [
    "api/",
    "engine/",
    "scheduler/",
    "store/",
    "store/memory/",
    "providers/",
    "providers/simulated/",
    "batch/",
    "model/",
    "lib/",
    "node:",
  ],
  "main.ts": ["version.ts", "server/", "cli/"],
  "cli/": ["cli/doctor/", "model/", "lib/", "node:", "commander", "aws4"],
  "cli/doctor/": ["cli/", "providers/", "providers/disk-watch.ts", "providers/docker/", "lib/", "node:"],
  "version.ts": ["node:"],
  "server/": [
    "version.ts",
    "api/",
    "engine/",
    "events/",
    "scheduler/",
    "secrets/",
    "identity/",
    "logs/",
    "batch/",
    "model/",
    "lib/",
    "store/",
    "store/memory/",
    "store/sqlite/",
    "providers/",
    "providers/host-capacity.ts",
    "providers/disk-watch.ts",
    "providers/process/",
    "providers/docker/",
    "node:",
    "commander",
    "pino",
    "prom-client",
  ],
};

/** Folders that are deterministic and do no I/O. */
const PURE = ["lib/", "batch/", "scheduler/", "engine/"];

/** What would make a pure folder impure. */
const IMPURE =
  /\b(Date|setTimeout|setInterval|setImmediate|queueMicrotask|performance|crypto|process|fetch|Buffer)\s*[.(]|\bMath\.random\b|\bnew Date\b/;

interface SourceFile {
  /** Below `src/`, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Below `src/` for our own files, else the module's name. */
  readonly imports: readonly string[];
}

const FILES = readFiles();

describe("the tree", () => {
  test("is seen", () => {
    expect(FILES.length).toBeGreaterThan(80);
    expect(FILES.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
    for (const place of Object.keys(ARROWS)) {
      expect(FILES.filter(({ path }) => placeOf(path) === place).length, place).toBeGreaterThan(0);
    }
  });

  test("imports along its arrows only", () => {
    const strays = FILES.flatMap(({ path, imports }) =>
      imports.filter((target) => !mayImport(path, target)).map((target) => `${path} imports ${target}`),
    );
    expect(strays).toEqual([]);
  });

  test("keeps its pure folders pure", () => {
    const pure = FILES.filter(({ path }) => PURE.some((folder) => path.startsWith(folder)));
    expect(pure.length).toBeGreaterThan(40);
    const impure = pure.flatMap(({ path, text }) =>
      codeLines(text)
        .filter((line) => IMPURE.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(impure).toEqual([]);
  });

  test("sets timers in the loop only; the command line, a program of its own, pauses in one place", () => {
    const owners = FILES.filter(({ text }) =>
      // The time that a socket may be still is its own affair.
      codeLines(text).some((line) => /(?<!\bsocket\.)\b(setTimeout|setInterval)\b/.test(line)),
    ).map(({ path }) => path);
    expect(owners.toSorted()).toEqual(["cli/pause.ts", "server/loop.ts"]);
  });

  test("has no file over 400 lines and no function over 70", () => {
    const oxlint = join(ROOT, "node_modules", ".bin", "oxlint");
    const { stdout } = spawnSync(oxlint, ["--format", "json"], { cwd: ROOT, encoding: "utf8" });
    const { number_of_files: fileCount, diagnostics } = JSON.parse(stdout) as LintReport;
    expect(fileCount).toBeGreaterThan(100);
    const tooLarge = diagnostics.filter(({ code }) => /max-(lines|params|depth)/.test(code));
    expect(tooLarge.map(({ filename, message }) => `${filename}: ${message}`)).toEqual([]);
  });

  test("has its size limits as errors, for all of its own code", () => {
    const { rules, ignorePatterns } = JSON.parse(
      readFileSync(join(ROOT, ".oxlintrc.json"), "utf8"),
    ) as LintRules;
    expect(rules["max-lines"]).toMatchObject(["error", { max: 400 }]);
    expect(rules["max-lines-per-function"]).toMatchObject(["error", { max: 70 }]);
    expect(rules["max-params"]).toEqual(["error", 4]);
    expect(rules["max-depth"]).toEqual(["error", 3]);
    expect(ignorePatterns).toEqual(["src/model/*.ts", "node_modules", "dist"]);
  });
});

interface LintReport {
  readonly number_of_files: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly message: string;
  }[];
}

interface LintRules {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly ignorePatterns: readonly string[];
}

describe("the checks themselves", () => {
  test("tell an arrow that is not allowed", () => {
    expect(mayImport("batch/job.ts", "engine/tick.ts")).toBe(false);
    expect(mayImport("batch/job.ts", "node:fs")).toBe(false);
    expect(mayImport("engine/tick.ts", "providers/process/shim.ts")).toBe(false);
    expect(mayImport("api/handle.ts", "engine/tick.ts")).toBe(false);
    expect(mayImport("store/sqlite/schema.ts", "store/memory/memory-store.ts")).toBe(false);
    expect(mayImport("engine/tick.ts", "scheduler/schedule.ts")).toBe(true);
  });

  test("tell what is impure", () => {
    expect(IMPURE.test("const now = Date.now();")).toBe(true);
    expect(IMPURE.test("process.env.HOME")).toBe(true);
    expect(IMPURE.test("readonly processed: number")).toBe(false);
  });
});

function readFiles(): SourceFile[] {
  return globSync("src/**/*.ts", { cwd: ROOT })
    .filter((path) => !/(\.test|-contract)\.ts$/.test(path))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path: belowSrc(path), text, imports: importsOf(path, text) };
    });
}

function importsOf(path: string, text: string): string[] {
  const specifiers = [
    ...text.matchAll(
      /^(?:import|export)\b[^;]*?\bfrom "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gm,
    ),
  ];
  return specifiers.map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? "";
    return specifier.startsWith(".") ? belowSrc(join(dirname(path), specifier)) : specifier;
  });
}

function belowSrc(path: string): string {
  return relative("src", path).split(sep).join("/");
}

function placeOf(path: string): string | undefined {
  return Object.keys(ARROWS)
    .filter((place) => path.startsWith(place))
    .sort((a, b) => b.length - a.length)[0];
}

function mayImport(path: string, target: string): boolean {
  const place = placeOf(path);
  if (place === undefined) return false;
  if (placeOf(target) === place) return true;
  return (ARROWS[place] ?? []).some((allowed) => allows(allowed, target));
}

/** A folder stands for the files of its own level and of places below that have no row of their own. */
function allows(allowed: string, target: string): boolean {
  if (allowed === "node:") return target.startsWith("node:");
  if (!allowed.endsWith("/")) return target === allowed;
  return placeOf(target) === allowed;
}

function codeLines(text: string): string[] {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .map((line) => line.replace(/\/\/.*$/, ""));
}
