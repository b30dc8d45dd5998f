import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readExamples } from "./support/scheduling-examples/read-example.ts";
import { runExample } from "./support/scheduling-examples/run-example.ts";

const PAGE = readFileSync(join(import.meta.dirname, "..", "docs", "scheduling.md"), "utf8");
const EXAMPLES = readExamples(PAGE);

describe("docs/scheduling.md", () => {
  test("has examples", () => {
    expect(EXAMPLES.length).toBeGreaterThan(10);
    for (const { timeline } of EXAMPLES) expect(timeline.length).toBeGreaterThan(1);
  });

  test.each(EXAMPLES)("says what happens in the example of line $line", async (example) => {
    expect(await runExample(example)).toEqual(example.timeline);
  });
});
