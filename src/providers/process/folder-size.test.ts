import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { measureTree } from "./folder-size.ts";

const MIB = 1024 ** 2;
const NEVER = new AbortController().signal;

test("what is below a folder counts, at any depth, and not what links lead to", async () => {
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  writeFileSync(join(elsewhere.path, "theirs"), Buffer.alloc(4 * MIB, 1));
  symlinkSync(elsewhere.path, join(folder.path, "link"));
  mkdirSync(join(folder.path, "a", "b"), { recursive: true });
  writeFileSync(join(folder.path, "one"), Buffer.alloc(MIB, 1));
  writeFileSync(join(folder.path, "a", "b", "two"), Buffer.alloc(2 * MIB, 1));
  const bytes = await measureTree(folder.path, NEVER);
  expect(bytes).toBeGreaterThanOrEqual(3 * MIB);
  expect(bytes).toBeLessThan(3.1 * MIB);
});

test("a folder that is not there, or that is not to be counted any more, counts nothing", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "one"), Buffer.alloc(MIB, 1));
  expect(await measureTree(join(folder.path, "no", "such"), NEVER)).toBe(0);
  expect(await measureTree(folder.path, AbortSignal.abort())).toBe(0);
});
