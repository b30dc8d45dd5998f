import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataFolderError, openDataFolder } from "./data-folder.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-folder-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(path: string): string[] {
  const told: string[] = [];
  openDataFolder(path, (sentence) => told.push(sentence))[Symbol.dispose]();
  return told;
}

test("is made with all folders above it, and can be taken again once it was given back", () => {
  const path = join(folder, "a", "b");
  expect([open(path), open(path)]).toEqual([[], []]);
});

test("where none can be made it is refused at once", () => {
  expect(() => open("/proc/batchyard")).toThrow(DataFolderError);
  expect(() => open("/proc/batchyard/data")).toThrow(/the data folder .* cannot be made: ENOENT/);
});

test("below or in place of a file it is refused in a sentence", () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  expect(() => open(path)).toThrow(/the data folder .*file cannot be used: /);
  expect(() => open(join(path, "data"))).toThrow(/the data folder .*file\/data cannot be made: ENOTDIR/);
});

test("with a folder where the pid should be it is refused in a sentence, and left free", () => {
  mkdirSync(join(folder, "pid"));
  expect(() => open(folder)).toThrow(/the data folder .* cannot be used: EISDIR/);
  rmSync(join(folder, "pid"), { recursive: true });
  expect(open(folder)).toEqual([]);
});
