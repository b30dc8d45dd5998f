import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { isAlive } from "../support/is-alive.ts";
import { JobRunner } from "../support/job-runner.ts";
import { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-surroundings-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The words that start `batchyard` from a shell, which does this first. */
function after(shellText: string): readonly [string, ...string[]] {
  return ["sh", "-c", `${shellText}; exec "$@"`, "sh", process.execPath, MAIN];
}

describe("what is not written", () => {
  test("to standard error stops neither the server nor its jobs", async () => {
    await using server = await ServerProcess.start({ program: after("exec 2>/dev/full") });
    const jobs = new JobRunner(new AwsClients(server.url).batch);
    expect(await jobs.run("true")).toMatchObject({ status: "SUCCEEDED" });
    expect(await server.end()).toBe(0);
  });

  test.each(["a full disk", "a reader that is gone"])(
    "to standard output, %s, stops nothing",
    async (reader) => {
      const full = openSync("/dev/full", "w");
      const words = ["serve", "--port", "0", "--provider", "process", "--data", join(folder, reader)];
      const child = spawn(process.execPath, [MAIN, ...words], {
        stdio: ["ignore", reader === "a full disk" ? full : "pipe", "pipe"],
      });
      closeSync(full);
      child.stdout?.destroy();
      let errorOutput = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (errorOutput += text));
      const ended = once(child, "exit");
      await waitFor("a word on standard output", async () =>
        errorOutput.includes("standard output takes nothing") ? true : undefined,
      );
      child.kill();
      expect(await ended).toEqual([0, null]);
    },
  );
});

describe("a signal", () => {
  test.each(["SIGHUP", "SIGQUIT"] as const)("%s ends the server as SIGTERM does", async (signal) => {
    await using server = await ServerProcess.start();
    expect(await server.end(signal)).toBe(0);
    expect(server.errorOutput).toContain(`"signal":"${signal}","msg":"stopping"`);
  });

  test("that Node gives a meaning of its own is ignored: no debugger is opened", async () => {
    await using server = await ServerProcess.start();
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
      process.kill(server.pid, signal);
      const line = `"signal":"${signal}","msg":"signal ignored"`;
      await waitFor(line, async () => (server.errorOutput.includes(line) ? true : undefined));
    }
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(server.errorOutput).not.toContain("Debugger listening");
  });
});

/** Every file below the folder that others than its owner may do anything with, but what jobs have of their own. */
function openToOthers(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name);
    if (entry.name === "work") return [];
    const isOpen = (statSync(below).mode & 0o077) !== 0;
    return [...(isOpen ? [below] : []), ...(entry.isDirectory() ? openToOthers(below) : [])];
  });
}

describe("the data folder", () => {
  test("is closed to others with all that is in it; jobs keep the umask that the server was started with", async () => {
    const dataDir = join(folder, "open");
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, "pid"), "");
    for (const [path, mode] of [
      [dataDir, 0o755],
      [join(dataDir, "pid"), 0o644],
    ] as const)
      chmodSync(path, mode);
    await using server = await ServerProcess.start({ dataDir, program: after("umask 027") });
    const { batch, logs } = new AwsClients(server.url);
    const { container } = await new JobRunner(batch).run("umask");
    const { events } = await logs.getLogEvents({
      logGroupName: "/aws/batch/job",
      logStreamName: container?.logStreamName ?? "",
    });
    expect(events?.map(({ message }) => message)).toEqual(["0027"]);
    expect((statSync(dataDir).mode & 0o777).toString(8)).toBe("700");
    expect(openToOthers(dataDir)).toEqual([]);
    expect(server.errorOutput).toContain("had mode 755 and is its owner's alone now");
  });

  test("that is gone ends the server in a sentence", async () => {
    const dataDir = mkdtempSync(join(folder, "gone-"));
    await using server = await ServerProcess.start({ dataDir });
    renameSync(dataDir, `${dataDir}.moved`);
    await waitFor("the end of the server", async () => (isAlive(server.pid) ? undefined : true));
    expect(await server.end()).toBe(1);
    expect(server.errorOutput).toContain("the data folder was removed, moved or replaced");
    expect(server.errorOutput).not.toMatch(/^ +at /m);
  });
});
