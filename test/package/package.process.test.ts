import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isProcessProviderSupported } from "../../src/providers/process/support.ts";
import { ServerProcess } from "../support/server-process.ts";
import { InstalledPackage, PATH_WITH_NODE } from "./installed-package.ts";

const ROOT = join(import.meta.dirname, "..", "..");

describe("the package", () => {
  let installed: InstalledPackage;

  beforeAll(() => {
    installed = new InstalledPackage();
    return () => installed[Symbol.dispose]();
  });

  test("holds the program and nothing else", () => {
    const { packedFiles } = installed;
    const topLevel = new Set(packedFiles.map((path) => path.replace(/\/.*/, "/")));
    expect([...topLevel].sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "NOTICE",
      "README.md",
      "bin/",
      "dist/",
      "package.json",
      "packaging/",
    ]);
    const compiled = packedFiles.filter((path) => path.startsWith("dist/"));
    expect(compiled.length).toBeGreaterThan(150);
    expect(compiled.filter((path) => !path.endsWith(".js"))).toEqual(["dist/providers/process/shim.sh"]);
    expect(packedFiles.filter((path) => /\.test\.|-contract\.|\.d\.ts$/.test(path))).toEqual([]);
  });

  test("brings the files that it reads at run time", () => {
    const read = installed.packedFiles.flatMap((path) =>
      [...readPacked(path).matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)].map(([, target = ""]) =>
        join(installed.packageFolder, dirname(path), target),
      ),
    );
    expect(read.length).toBeGreaterThanOrEqual(2);
    expect(read.filter((path) => !existsSync(path))).toEqual([]);
  });

  test("says nothing of the machine that it was made on", () => {
    const telling = [`${ROOT}/`, join(tmpdir(), "batchyard")];
    const told = installed.packedFiles.flatMap((path) =>
      telling.filter((text) => readPacked(path).includes(text)).map((text) => `${path}: ${text}`),
    );
    expect(told).toEqual([]);
  });

  test("needs few packages and none of their install scripts", () => {
    const dependencies = installed.dependencies();
    process.stdout.write(sizeTable(installed));
    expect(dependencies.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
    expect(dependencies.map(({ name }) => name)).toContain("batchyard");
    const bytes = dependencies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(bytes).toBeLessThan(SIZE_BYTES_MAX);
  });

  test("says so where Node is too old", () => {
    const old = `Object.defineProperty(process, "versions", { value: { node: "20.1.0" } });`;
    const launcher = join(installed.packageFolder, "bin", "batchyard.cjs");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(old)}`, launcher, "--version"],
      { encoding: "utf8" },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: "batchyard: needs Node 24 or later, this is Node 20.1.0\n",
    });
  });

  test("is called by npx", () => {
    const { stdout } = spawnSync("npx", ["batchyard", "--version"], {
      cwd: installed.folder,
      encoding: "utf8",
      env: { ...process.env, PATH: PATH_WITH_NODE },
    });
    expect(stdout).toBe(`${versionOfSources()}\n`);
  });

  test.skipIf(!isProcessProviderSupported().ok)("serves and runs a job", async () => {
    await using server = await ServerProcess.start({
      program: [installed.program],
      environment: { PATH: PATH_WITH_NODE },
      flags: ["--provider", "process"],
    });
    const script = "echo from the package; exit 3";
    const words = ["run", "--endpoint", server.url, "--", "sh", "-c", script];
    const { status, stdout, stderr } = spawnSync(installed.program, words, {
      encoding: "utf8",
      env: { PATH: PATH_WITH_NODE, HOME: installed.folder },
    });
    expect({ status, stdout }, stderr).toEqual({ status: 3, stdout: "from the package\n" });
  });

  function readPacked(path: string): string {
    return readFileSync(join(installed.packageFolder, path), "utf8");
  }
});

/** All that is installed, far above what it takes today: a dependency that brings much should be noticed. */
const SIZE_BYTES_MAX = 15_000_000;

function sizeTable(installed: InstalledPackage): string {
  const dependencies = [...installed.dependencies()].sort((a, b) => b.sizeBytes - a.sizeBytes);
  const total = dependencies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    ...dependencies.map(({ name, version, sizeBytes }) => row(name, version, sizeBytes)),
    row(`${dependencies.length} packages installed`, "", total),
    row("the tarball", "", installed.packedBytes),
  ].join("");
}

function row(name: string, version: string, bytes: number): string {
  return `${name.padEnd(28)} ${version.padEnd(10)} ${(bytes / 1000).toFixed(0).padStart(7)} kB\n`;
}

function versionOfSources(): string {
  return (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
}
