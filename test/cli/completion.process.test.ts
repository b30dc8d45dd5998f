import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");

function script(shell: string): string {
  const { stdout, status } = spawnSync(process.execPath, [MAIN, "completion", shell], { encoding: "utf8" });
  expect(status).toBe(0);
  return stdout;
}

/** What bash offers for the last of the words. */
function complete(words: readonly string[]): string[] {
  const run = `${script("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _batchyard; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", run, "bash", ...words], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

const hasBash = spawnSync("bash", ["--version"]).status === 0;

describe.skipIf(!hasBash)("bash", () => {
  test.each([
    [
      ["batchyard", "l"],
      ["ls", "logs"],
    ],
    [["batchyard", "ls", "--st"], ["--status"]],
    [["batchyard", "logs", "--output", "j"], ["json"]],
    [
      ["batchyard", "serve", "--store", ""],
      ["sqlite", "memory"],
    ],
    [
      ["batchyard", "ls", "--status", "R"],
      ["RUNNABLE", "RUNNING"],
    ],
    [
      ["batchyard", "ls", "--status", "=", "R"],
      ["RUNNABLE", "RUNNING"],
    ],
    [["batchyard", "ls", "--status", "="], expect.arrayContaining(["SUBMITTED", "ended"])],
    [
      ["batchyard", "ls", "--status=R"],
      ["--status=RUNNABLE", "--status=RUNNING"],
    ],
    [["batchyard", "ls", "--name", ""], []],
    [["batchyard", "ls", "--limit", ""], []],
    [["batchyard", "run", "--endpoint", ""], []],
    [["batchyard", "serve", "--data", "/et"], ["/etc"]],
    [["batchyard", "completion", "z"], ["zsh"]],
    [["batchyard", "help", "can"], ["cancel"]],
    [["batchyard", "logs", "-"], expect.arrayContaining(["-f", "--follow", "--tail"])],
    [["batchyard", "run", "--", "mkfif"], expect.arrayContaining(["mkfifo"])],
  ])("%o is completed to %o", (words, expected) => {
    expect(complete(words)).toEqual(expected);
  });

  test("is told to call it", () => {
    const run = `${script("bash")}\ncomplete -p batchyard`;
    const { stdout } = spawnSync("bash", ["--norc", "-c", run], { encoding: "utf8" });
    expect(stdout).toBe("complete -F _batchyard batchyard\n");
  });
});

test("other shells get theirs", () => {
  expect(script("zsh")).toMatch(/^autoload -U \+X bashcompinit && bashcompinit\n/);
  const fish = script("fish");
  expect(fish).toContain(
    "complete -c batchyard -f -n __fish_use_subcommand -a run -d 'Submit a job, show where",
  );
  expect(fish).toContain("-l follow -s f");
});
