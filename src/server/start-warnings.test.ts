import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startWarnings } from "./start-warnings.ts";

test.each<[auth: "none" | "sigv4", userId: number, count: number]>([
  ["none", 0, 1],
  ["sigv4", 0, 0],
  ["none", 1000, 0],
])("under --auth %s as user %s there are %d warnings", (auth, userId, count) => {
  const warnings = startWarnings({ auth }, userId);
  expect(warnings).toHaveLength(count);
  if (count > 0) expect(warnings[0]).toContain("runs commands as root");
});

test.each<[mode: number, isTold: boolean]>([
  [0o600, false],
  [0o400, false],
  [0o640, true],
  [0o604, true],
])("a credentials file of mode %o is told of: %j", (mode, isTold) => {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-warnings-"));
  const credentialsFile = join(folder, "credentials");
  writeFileSync(credentialsFile, "");
  chmodSync(credentialsFile, mode);
  const told = [
    `${credentialsFile} can be read by other users of this machine: chmod 600 ${credentialsFile}`,
  ];
  expect(startWarnings({ auth: "sigv4", credentialsFile }, 1000)).toEqual(isTold ? told : []);
  rmSync(folder, { recursive: true });
});
