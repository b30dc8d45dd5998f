import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readWebhookHeaders } from "./webhook-headers.ts";

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-headers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "headers");
  writeFileSync(path, text);
  return path;
}

test("reads a header from each line but comments and empty ones", () => {
  const path = fileOf("# who we are\nAuthorization: Bearer a:b\r\n\n  X-Team:genomics \n");
  expect(readWebhookHeaders(path)).toEqual({ Authorization: "Bearer a:b", "X-Team": "genomics" });
  expect(readWebhookHeaders(undefined)).toEqual({});
});

test.each(["no colon", "A B: c", "A:", "Ä: c", "A: \u0007"])("refuses %j, naming the line", (line) => {
  const path = fileOf(`X: y\n${line}\n`);
  expect(() => readWebhookHeaders(path)).toThrow(`${path}, line 2: a header must be NAME: VALUE`);
});

test("says which file cannot be read", () => {
  expect(() => readWebhookHeaders("/nowhere/headers")).toThrow(
    "--event-webhook-headers /nowhere/headers cannot be read: ENOENT",
  );
});
