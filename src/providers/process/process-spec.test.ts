import { describe, expect, test } from "vitest";
import { aScript, anAttempt, onlyRun } from "../../../test/support/provider-driver.ts";
import { createJobEnvironment, createStartText, needsEnvCommand } from "./process-spec.ts";

const PLACES = {
  workFolder: "/w",
  logFile: "/l",
  cgroupProcsFile: undefined,
  umask: 0o027,
  isShellExportExact: true,
};

describe("createJobEnvironment", () => {
  test("gives a job its own environment over PATH, HOME and TMPDIR, and under the marker", () => {
    const spec = anAttempt(["true"], {
      environment: [
        { name: "A", value: "1" },
        { name: "HOME", value: "/home" },
        { name: "BATCHYARD_TASK_ID", value: "forged" },
        { name: "", value: "nameless" },
        { name: "A", value: "2" },
      ],
    });
    expect(Object.fromEntries(createJobEnvironment(onlyRun(spec), "/bin", "/w"))).toEqual({
      A: "2",
      BATCHYARD_TASK_ID: spec.taskId,
      HOME: "/home",
      PATH: "/bin",
      TMPDIR: "/w",
    });
  });
});

describe("needsEnvCommand", () => {
  test.each<[name: string, isNeeded: boolean]>([
    ["PLAIN_1", false],
    ["IFS", false],
    ["PWD", false],
    ["OPTIND", true],
    ["BASH_FUNC_x%%", true],
    ["1ST", true],
    ["with space", true],
    ["ü", true],
  ])("of a variable %j: %j", (name, isNeeded) => {
    expect(needsEnvCommand(new Map([[name, ""]]), true)).toBe(isNeeded);
  });

  test("whatever the names, in a shell that adds its own", () => {
    expect(needsEnvCommand(new Map([["PLAIN", ""]]), false)).toBe(true);
  });
});

describe("createStartText", () => {
  test("makes the command known after the limit and before the environment", () => {
    const spec = aScript("it's");
    const places = { ...PLACES, cgroupProcsFile: "/c/cgroup.procs" };
    expect(createStartText(onlyRun(spec), places, new Map([["A", "x'y"]])).split("\n")).toEqual([
      `[ "$task" = '${spec.taskId}' ] || exit`,
      "exec >>'/l' 2>&1",
      "echo 0 >'/c/cgroup.procs' || exit",
      "cd '/w' || exit",
      "read -r line </proc/self/stat",
      `echo "command $task $line" >&5 || exit`,
      `echo "started $task" >&4`,
      "umask 0027",
      "unset PWD OLDPWD SHLVL",
      String.raw`export A='x'\''y'`,
      String.raw`exec 'sh' '-c' 'it'\''s' 3<&- 4<&- 5<&- 6<&-`,
      "exit",
      "",
    ]);
  });

  test("hands an environment that the shell cannot hand on to env", () => {
    const spec = anAttempt(["a", "b"]);
    expect(createStartText(onlyRun(spec), PLACES, new Map([["x%%", "1"]]))).toContain(
      "\nexec env -i 'x%%=1' 'a' 'b' 3<&- 4<&- 5<&- 6<&-\n",
    );
  });
});
