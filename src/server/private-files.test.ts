import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePrivate } from "./private-files.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-private-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function make(mode: number, ...names: readonly string[]): void {
  for (const name of names) {
    const path = join(folder, name);
    if (name.endsWith("/")) mkdirSync(path);
    else writeFileSync(path, "");
    chmodSync(path, mode);
  }
}

/** As in `755`. */
function modeOf(name: string): string {
  return (statSync(join(folder, name)).mode & 0o7777).toString(8);
}

test("a folder of ours and what is in it become its owner's alone, and it is told", () => {
  const files = ["batchyard.db", "batchyard.db-wal", "lock.db", "pid", "event-dead-letters.jsonl"];
  make(0o644, ...files);
  make(0o755, "logs/", "process/");
  chmodSync(folder, 0o755);
  expect(makePrivate(folder)).toEqual([`${folder} had mode 755 and is its owner's alone now`]);
  expect(modeOf(".")).toBe("700");
  for (const name of files) expect(modeOf(name)).toBe("600");
  for (const name of ["logs", "process"]) expect(modeOf(name)).toBe("700");
  expect(makePrivate(folder)).toEqual([]);
});

test("a folder that holds other things keeps its mode; what is in it of ours is closed all the same", () => {
  make(0o644, "batchyard.db", "notes.txt");
  chmodSync(folder, 0o755);
  expect(makePrivate(folder)).toEqual([
    `${folder} has mode 755: other users of this machine can see the names in it`,
  ]);
  expect([modeOf("."), modeOf("batchyard.db"), modeOf("notes.txt")]).toEqual(["755", "600", "644"]);
});

test("a folder that everybody shares is never closed", () => {
  chmodSync(folder, 0o1777);
  expect(makePrivate(folder)).toHaveLength(1);
  expect(modeOf(".")).toBe("1777");
});

test("a link is left alone, and what it leads to", () => {
  make(0o755, "elsewhere/");
  symlinkSync(join(folder, "elsewhere"), join(folder, "logs"));
  chmodSync(folder, 0o700);
  expect(makePrivate(folder)).toEqual([]);
  expect(modeOf("elsewhere")).toBe("755");
});
