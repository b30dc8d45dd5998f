import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");
const PTY = join(import.meta.dirname, "on-terminal.py");

/** The program as a user starts it, with nothing of this process's settings. */
class CliProcess {
  readonly #child;
  readonly #ended: Promise<unknown>;
  output = "";
  errors = "";

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { PATH = "" } = process.env;
    this.#child = spawn(process.execPath, [MAIN, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH, HOME: "/nowhere", ...environment },
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    this.#ended = once(this.#child, "close");
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(): Promise<{
    readonly exitCode: number | null;
    readonly output: string;
    readonly errors: string;
  }> {
    await this.#ended;
    return { exitCode: this.#child.exitCode, output: this.output, errors: this.errors };
  }
}

async function runCli(server: ServerProcess, words: readonly string[]) {
  return await new CliProcess([...words.slice(0, 1), "--endpoint", server.url, ...words.slice(1)]).end();
}

describe("run", () => {
  test("passes on the job's output and its exit code", async () => {
    await using server = await ServerProcess.start();
    const failed = await runCli(server, ["run", "--", "sh", "-c", "echo hi; echo there >&2; exit 3"]);
    expect({ ...failed, errors: failed.errors.includes("FAILED") }).toEqual({
      exitCode: 3,
      output: "hi\nthere\n",
      errors: true,
    });
    const { exitCode, output } = await runCli(server, ["run", "--", "seq", "20000"]);
    expect(exitCode).toBe(0);
    expect(output).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(""));
    expect((await runCli(server, ["run", "--", "sh", "-c", "kill -9 $$"])).exitCode).toBe(137);
    const unknown = await runCli(server, ["run", "--", "no-such-program"]);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.errors).toMatch(/CannotStartContainerError.*\n.*check how the program/);
  });

  test("shows the output of each attempt", async () => {
    await using server = await ServerProcess.start();
    const command = "echo attempt $AWS_BATCH_JOB_ATTEMPT; exit 4";
    const { exitCode, output, errors } = await runCli(server, [
      "run",
      "--retries",
      "2",
      "--",
      "sh",
      "-c",
      command,
    ]);
    expect(exitCode).toBe(4);
    expect(output).toBe("attempt 1\nattempt 2\nattempt 3\n");
    expect(errors).toContain("attempt 2 of 3 follows");
  });

  test("ends with 125 where there is no server, and says what to do", async () => {
    const { exitCode, errors } = await new CliProcess([
      "run",
      "--endpoint",
      "http://127.0.0.1:1",
      "true",
    ]).end();
    expect(exitCode).toBe(125);
    expect(errors).toBe(
      "batchyard: no server answers at http://127.0.0.1:1 (ECONNREFUSED)\n" +
        "  Start one with `batchyard serve`, or name another with --endpoint URL.\n",
    );
  });

  test.each([
    ["SIGINT", 130, "Ctrl-C in"],
    ["SIGTERM", 143, "a signal to"],
  ] as const)("terminates the job on %s where nobody can be asked", async (signal, code, cause) => {
    await using server = await ServerProcess.start();
    const cli = new CliProcess(["run", "--endpoint", server.url, "sh", "-c", "echo up; sleep 600"]);
    await waitFor("the job's output", async () => cli.output || undefined);
    cli.signal(signal);
    const { exitCode, errors } = await cli.end();
    expect(exitCode).toBe(code);
    expect(errors).toMatch(/FAILED after .*: exit 143/);
    expect(errors).toContain(`Terminated by ${cause} batchyard run`);
    const { output } = await runCli(server, ["ls", "--output", "json"]);
    expect(JSON.parse(output)).toMatchObject({ jobSummaryList: [{ status: "FAILED", isTerminated: true }] });
  });

  test("is signed as a server that checks demands", async () => {
    const folder = mkdtempSync(join(tmpdir(), "batchyard-keys-"));
    try {
      const credentials = join(folder, "credentials");
      writeFileSync(credentials, "[me]\naws_access_key_id = AKIDME\naws_secret_access_key = s/e+c\n");
      const flags = ["--auth", "sigv4", "--credentials", credentials];
      await using server = await ServerProcess.start({ flags });
      const words = ["run", "--endpoint", server.url, "--region", "us-east-1", "echo", "signed"];
      const keys = { AWS_ACCESS_KEY_ID: "AKIDME", AWS_SECRET_ACCESS_KEY: "s/e+c" };
      expect(await new CliProcess(words, keys).end()).toMatchObject({ exitCode: 0, output: "signed\n" });
      const profile = { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_PROFILE: "me" };
      expect(await new CliProcess(words, profile).end()).toMatchObject({ exitCode: 0 });
      const refused = await new CliProcess(words, { ...keys, AWS_SECRET_ACCESS_KEY: "wrong" }).end();
      expect(refused.exitCode).toBe(125);
      expect(refused.errors).toContain("Check the access key");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Runs the program on a terminal; each answer is typed when its text is shown. */
function onTerminal(words: readonly string[], answers: readonly (readonly [shown: string, typed: string])[]) {
  const { status, stdout, stderr } = spawnSync(
    "python3",
    [PTY, JSON.stringify(answers), process.execPath, MAIN, ...words],
    {
      encoding: "utf8",
      timeout: 50_000,
      env: { PATH: process.env["PATH"], HOME: "/nowhere", TERM: "xterm" },
    },
  );
  expect(stderr).toBe("");
  return { exitCode: status, shown: stdout };
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!hasPython)("Ctrl-C on a terminal, which python3 makes", () => {
  const QUESTION = "leave it running or terminate? [l/t]";
  const CTRL_C = "\u0003";

  test("leaves the job running if that is the answer", async () => {
    await using server = await ServerProcess.start();
    const words = ["run", "--endpoint", server.url, "sh", "-c", "echo up; sleep 600"];
    const { exitCode, shown } = onTerminal(words, [
      ["up\r\n", CTRL_C],
      [QUESTION, "l\n"],
    ]);
    expect(exitCode).toBe(130);
    const id = /follow it again: batchyard logs -f (\w+)/.exec(shown)?.[1] ?? "";
    const { output } = await runCli(server, ["describe", id, "--output", "json"]);
    expect(JSON.parse(output)).toMatchObject({ jobs: [{ status: "RUNNING" }] });
    expect(await runCli(server, ["terminate", id])).toMatchObject({ exitCode: 0 });
  });

  test("withdraws the question when the job ends before the answer, and ends as the job did", async () => {
    await using server = await ServerProcess.start();
    const words = ["run", "--endpoint", server.url, "sh", "-c", "echo up; sleep 2; echo down; exit 3"];
    const { exitCode, shown } = onTerminal(words, [["up\r\n", CTRL_C]]);
    expect(shown).toContain(QUESTION);
    expect(shown).toMatch(/down\r\n[^]*FAILED.* after .*: exit 3/);
    expect(exitCode).toBe(3);
  });

  test.each([
    ["t\n", "the answer"],
    [CTRL_C, "a second Ctrl-C"],
  ])("terminates it for %j, %s", async (typed) => {
    await using server = await ServerProcess.start();
    const words = ["run", "--endpoint", server.url, "sh", "-c", "echo up; sleep 600"];
    const { exitCode, shown } = onTerminal(words, [
      ["up\r\n", CTRL_C],
      [QUESTION, typed],
    ]);
    expect(exitCode).toBe(130);
    expect(shown).toMatch(/FAILED.* after .*: exit 143, Terminated by Ctrl-C/);
  });
});

describe("logs -f", () => {
  test("goes on where it was when the server is killed and started again: no line twice, none lost", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "batchyard-cli-"));
    try {
      await using first = await ServerProcess.start({ dataDir });
      const port = new URL(first.url).port;
      const command = "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; sleep 0.05; done";
      const { output: id } = await runCli(first, ["submit", "--", "sh", "-c", command]);
      const cli = new CliProcess(["logs", "-f", id.trim(), "--endpoint", first.url]);
      await waitFor("the first lines", async () => (cli.output.includes("line 5\n") ? true : undefined));
      await first.end("SIGKILL");
      await waitFor("its noticing", async () => (cli.errors.includes("waiting for it") ? true : undefined));
      await using second = await ServerProcess.start({ dataDir, flags: ["--port", port] });
      const { exitCode, output, errors } = await cli.end();
      expect(second.url).toBe(first.url);
      expect(output).toBe(Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join(""));
      expect(exitCode).toBe(0);
      expect(errors).toMatch(/the server is back\n[^]*SUCCEEDED/);
    } finally {
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

test("doctor says whether jobs can run, for people and for programs", async () => {
  await using server = await ServerProcess.start();
  const words = ["doctor", "--port", new URL(server.url).port, "--data", server.dataDir];
  const { output, exitCode } = await new CliProcess(words).end();
  expect(exitCode).toBe(0);
  expect(output).toMatch(/ok +server: +batchyard.* answers at/);
  expect(output).toMatch(/Jobs can run here, (as plain processes|in containers)\.\n$/);
  const json = await new CliProcess([...words, "--output", "json"]).end();
  expect(JSON.parse(json.output)).toMatchObject({ canRunJobs: true });
  const elsewhere = await new CliProcess(["doctor", "--port", "0", "--data", "/proc/nowhere"]).end();
  expect(elsewhere.exitCode).toBe(1);
  expect(elsewhere.output).toMatch(/no +data folder:/);
});

test("version tells the program's and the server's", async () => {
  await using server = await ServerProcess.start();
  const { output } = await runCli(server, ["version"]);
  expect(output).toMatch(/^client {2}\d+\.\d+\.\d+\nserver {2}.* at http:/);
});
