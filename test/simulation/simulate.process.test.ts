import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { parseRunOptions } from "../../src/simulator/run-options.ts";

function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/simulate.ts", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, lines: stderr.split("\n").slice(0, -1) };
}

test.each([["--bogus"], ["--trace", "/nope"], ["--trace", "."]])(
  "wrong options (%s %s) are one line and exit code 2",
  (...args) => {
    const { status, stdout, lines } = simulate(...args);
    expect({ status, stdout, lineCount: lines.length }).toEqual({ status: 2, stdout: "", lineCount: 1 });
  },
);

test("a run that fails prints the command that runs it again", () => {
  // A machine without instances has no room for an environment.
  const options = "--scenario steady --seed 3 --jobs 5 --instances 0 --hours 1 --faults yes --audit 77";
  const first = simulate(...options.split(" "));
  const printed = first.lines.find((line) => line.includes("npm run simulate -- "));
  const args = printed?.trim().split(" ").slice(4) ?? [];
  expect(parseRunOptions(args)).toEqual(parseRunOptions(options.split(" ")));
  expect(simulate(...args)).toMatchObject({ status: 1, lines: first.lines });
});
