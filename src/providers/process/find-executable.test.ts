import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeMissingExecutable } from "./find-executable.ts";

const root = mkdtempSync(join(tmpdir(), "batchyard-executable-"));
mkdirSync(join(root, "bin"));
mkdirSync(join(root, "bin", "folder"));
writeFileSync(join(root, "bin", "program"), "");
chmodSync(join(root, "bin", "program"), 0o755);
writeFileSync(join(root, "bin", "plain"), "");
afterAll(() => rmSync(root, { recursive: true }));

test.each<[command: string, path: string, expected: string | undefined]>([
  ["program", `/no/such:${root}/bin`, undefined],
  ["program", "bin", undefined],
  ["program", "", 'exec: "program": executable file not found in $PATH'],
  ["plain", `${root}/bin`, 'exec: "plain": executable file not found in $PATH'],
  ["folder", `${root}/bin`, 'exec: "folder": executable file not found in $PATH'],
  ["", `${root}/bin`, 'exec: "": executable file not found in $PATH'],
  ["./bin/program", "", undefined],
  [`${root}/bin/plain`, "", `exec: "${root}/bin/plain": permission denied`],
  [`${root}/bin/folder`, "", `exec: "${root}/bin/folder": permission denied`],
  ["bin/absent", "", 'exec: "bin/absent": stat bin/absent: no such file or directory'],
])("%j in PATH %j", (command, path, expected) => {
  expect(describeMissingExecutable(command, path, root)).toBe(expected);
});
