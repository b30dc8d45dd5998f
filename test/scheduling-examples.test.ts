import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reservedPart, usageAt } from "../src/batch/fair-share.ts";
import { PLACEMENTS_PER_TICK_MAX } from "../src/engine/tick.ts";
import { blockedReason } from "../src/scheduler/blocked-reason.ts";
import { WAIT_REASONS } from "../src/scheduler/wait-reason.ts";
import { readExamples } from "./support/scheduling-examples/read-example.ts";
import { runExample } from "./support/scheduling-examples/run-example.ts";

const PAGE = readFileSync(join(import.meta.dirname, "..", "docs", "scheduling.md"), "utf8");
const EXAMPLES = readExamples(PAGE);

describe("the examples of docs/scheduling.md", () => {
  test("are found", () => {
    expect(EXAMPLES.length).toBeGreaterThan(20);
    for (const { timeline } of EXAMPLES) expect(timeline.length).toBeGreaterThan(1);
  });

  test.each(EXAMPLES)("line $line: say what happens", async (example) => {
    expect(await runExample(example)).toEqual(example.timeline);
  });
});

test("docs/scheduling.md says how many jobs a cycle places", () => {
  expect(PAGE).toContain(`It places at most ${PLACEMENTS_PER_TICK_MAX} jobs;`);
});

describe("the tables of docs/scheduling.md", () => {
  test("say how the average decays", () => {
    const rows = rowsAfter("decay").map((row) => row.map(Number));
    expect(rows.length).toBeGreaterThan(5);
    let [minutes = 0, inUse = 0, lately = 0] = rows[0] ?? [];
    for (const [nextMinutes = 0, nextInUse = 0, expected = 0] of rows) {
      lately = usageAt(lately, inUse, (nextMinutes - minutes) * 60_000, 600_000);
      expect(lately).toBeCloseTo(expected, 3);
      [minutes, inUse] = [nextMinutes, nextInUse];
    }
  });

  test("say what is reserved", () => {
    const rows = rowsAfter("reservation").map((row) => row.map(Number.parseFloat));
    expect(rows).toHaveLength(3);
    for (const [count = 0, ofQuarter = 0, ofHalf = 0] of rows) {
      expect(reservedPart(25, count) * 100).toBeCloseTo(ofQuarter, 2);
      expect(reservedPart(50, count) * 100).toBeCloseTo(ofHalf, 2);
    }
  });

  test("name each wait reason, in the order in which they tell, with AWS's code", () => {
    const shown = rowsAfter("reasons").map(([because, , code]) => [plain(because), plain(code)]);
    // Whether a job that waits for the host's room blocks its queue depends on what would be launched for it.
    const wanted = { instanceType: "c5.large" };
    const expected = WAIT_REASONS.map((because) => [
      because,
      blockedReason(because, "away", wanted)?.split(" - ")[0] ?? "",
    ]);
    expect(shown).toEqual(expected);
  });
});

describe("a page that says what does not happen, or nothing that is understood", () => {
  const SETTINGS = "environment ce: EC2, instanceTypes c5.large, maxvCpus 2\nqueue q: ce\n";

  test.each([
    ["host: 4 pigeons\n0:00 > submit a to q: 1 vCPU", 'unknown: "4 pigeons"'],
    ["wueue q: ce\n0:00 > submit a to q: 1 vCPU", 'unknown line: "wueue q: ce"'],
    [`${SETTINGS}0:00 > submit a to q: 1 vCPUs`, 'unknown: "1 vCPUs"'],
    [`${SETTINGS}0:00 > submti a to q: 1 vCPU`, 'unknown line: "submti a to q: 1 vCPU"'],
  ])("is refused: %s", (text, message) => {
    expect(() => readExamples(blockOf(text))).toThrow(message);
  });

  test("is told from what does", async () => {
    const [example] = readExamples(blockOf(`${SETTINGS}0:00 > submit a to q: 1 vCPU\n a starts on ce/2\n`));
    expect(example?.timeline).toEqual(["0:00 > submit a to q: 1 vCPU", "0:00 a starts on ce/2"]);
    expect(example && (await runExample(example))).toEqual([
      "0:00 > submit a to q: 1 vCPU",
      "0:00 ce/1 is launched: c5.large",
      "0:00 a starts on ce/1",
    ]);
  });
});

function blockOf(text: string): string {
  return `\`\`\`scheduling\n${text}\n\`\`\`\n`;
}

/** The rows of the table behind the mark. */
function rowsAfter(mark: string): readonly (readonly string[])[] {
  const lines = PAGE.slice(PAGE.indexOf(`<!-- ${mark} -->`)).split("\n");
  const from = lines.findIndex((line) => line.startsWith("|"));
  const to = lines.findIndex((line, index) => index > from && !line.startsWith("|"));
  return lines.slice(from + 2, to).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function plain(cell = ""): string {
  return cell.replaceAll("`", "");
}
