import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DeadLetters } from "./dead-letters.ts";

function openLetters(): DeadLetters {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-letters-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return new DeadLetters(join(folder, "letters.jsonl"));
}

test("keeps a line for each, behind those that were there", () => {
  const letters = openLetters();
  letters.add({ atMs: 0, problem: "HTTP 400", tryCount: 1, json: '{"id":"a"}' });
  letters.addGap(1, { after: 3, to: 9 });
  expect(readFileSync(letters.path, "utf8")).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","problem":"HTTP 400","tries":1,"event":{"id":"a"}}\n' +
      '{"time":"1970-01-01T00:00:00.001Z","problem":"removed from the log of events","after":3,"to":9}\n',
  );
});

test("begins anew when the file is large, and keeps the one before", () => {
  const letters = openLetters();
  writeFileSync(letters.path, "before\n");
  truncateSync(letters.path, 64 * 1_048_576 + 1);
  letters.addGap(1, { after: 3, to: 9 });
  expect(readFileSync(letters.path, "utf8").split("\n")).toHaveLength(2);
  expect(existsSync(`${letters.path}.1`)).toBe(true);
});
