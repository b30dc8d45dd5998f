import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import { findKeyFileProblem, masterKeyOf } from "./secret-key-file.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-key-"));
  path = join(folder, "key");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a key file", () => {
  test("that is not there is made for its owner alone when the key is first needed", () => {
    const key = masterKeyOf({ path, isInUse: false });
    expect(findKeyFileProblem({ path, isInUse: false })).toBeUndefined();
    expect(existsSync(path)).toBe(false);
    const made = key();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(masterKeyOf({ path, isInUse: true })()).toEqual(made);
  });

  test("that went away from what was sealed with it is not made anew, and works again once it is back", () => {
    const made = masterKeyOf({ path, isInUse: false })();
    const file = { path, isInUse: true };
    renameSync(path, `${path}.away`);
    const key = masterKeyOf(file);
    expect(key).toThrow(SecretKeyFileError);
    expect(findKeyFileProblem(file)).toMatch(
      /it is gone, and secrets were sealed with it: put it back, or remove them/,
    );
    expect(existsSync(path)).toBe(false);
    renameSync(`${path}.away`, path);
    expect(findKeyFileProblem(file)).toBeUndefined();
    expect(key()).toEqual(made);
  });

  test.each<[problem: string, make: () => void]>([
    ["other users of this machine can read it; close it with chmod 600", () => chmodSync(writeKey(), 0o644)],
    ["it must hold 64 hexadecimal digits", () => writeFileSync(path, "garbage", { mode: 0o600 })],
    ["it is not a file", () => mkdirSync(path)],
  ])("is refused because %s", (problem, make) => {
    make();
    const sentence = `the key file ${path} cannot be used: ${problem}. --secret-key-file names another place for it`;
    expect(findKeyFileProblem({ path, isInUse: false })).toBe(sentence);
    expect(masterKeyOf({ path, isInUse: false })).toThrow(sentence);
  });
});

function writeKey(): string {
  writeFileSync(path, "0".repeat(64), { mode: 0o600 });
  return path;
}
