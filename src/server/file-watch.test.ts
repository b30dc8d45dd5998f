import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileWatchTask, watchFiles } from "./file-watch.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-watch-"));
  path = join(folder, "data", "lock.db");
  mkdirSync(join(folder, "data"));
  writeFileSync(path, "");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each<[what: string, act: () => void]>([
  ["the file removed", () => rmSync(path)],
  ["the folder removed", () => rmSync(join(folder, "data"), { recursive: true })],
  ["the folder moved", () => renameSync(join(folder, "data"), join(folder, "elsewhere"))],
  [
    "the folder replaced",
    () => {
      renameSync(join(folder, "data"), join(folder, "elsewhere"));
      mkdirSync(join(folder, "data"));
      writeFileSync(path, "");
    },
  ],
])("%s is seen", async (_what, act) => {
  const findLost = watchFiles([path]);
  const lost: string[] = [];
  const task = fileWatchTask(findLost, (lostPath) => lost.push(lostPath));
  expect(await task.run(0, 0)).toBe(1_000);
  act();
  expect(await task.run(0, 0)).toBeUndefined();
  expect(lost).toEqual([path]);
});

test("a file that was written to is still the same", () => {
  const findLost = watchFiles([path]);
  writeFileSync(path, "more");
  expect(findLost()).toBeUndefined();
});

test("one that was not there from the beginning is lost", () => {
  expect(watchFiles([join(folder, "none")])()).toBe(join(folder, "none"));
});
