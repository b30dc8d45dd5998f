import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { JobRunner } from "../support/job-runner.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

/** False where the machine has no prlimit(1) or does not let us. */
function limitDescriptors(pid: number, max: number): boolean {
  const limit = `--nofile=${max}:`;
  return spawnSync("prlimit", ["--pid", String(pid), limit]).status === 0;
}

test("a server without a free descriptor goes on once it has some, and loses no job", async ({ skip }) => {
  await using server = await ServerProcess.start({ flags: ["--vcpu-overcommit", "64"] });
  const { batch } = new AwsClients(server.url);
  const jobs = new JobRunner(batch);
  const running = await jobs.submit("sleep 1");
  await jobs.reached(running, "RUNNING");
  const descriptorCount = readdirSync(`/proc/${server.pid}/fd`).length;
  skip(!limitDescriptors(server.pid, descriptorCount - 2), "this machine does not let the test use prlimit");
  const next = await jobs.submit("true");
  await waitFor("the failure to be told of", async () =>
    server.errorOutput.includes("EMFILE") ? true : undefined,
  );
  limitDescriptors(server.pid, 4_096);
  const ended = [await jobs.ended(running), await jobs.ended(next)];
  expect(ended.map(({ status, attempts }) => [status, attempts?.length])).toEqual([
    ["SUCCEEDED", 1],
    ["SUCCEEDED", 1],
  ]);
});

test("logs make room also where the file system takes no new file", async (context) => {
  const inodesMax = 160;
  using disk = mountSmallDisk(128, context, inodesMax);
  const flags = ["--log-disk-limit", "16"];
  await using server = await ServerProcess.start({ dataDir: join(disk.path, "data"), flags });
  const jobs = new JobRunner(new AwsClients(server.url).batch);
  const fillers = join(disk.path, "fillers");
  mkdirSync(fillers);
  const jobId = await jobs.submit(
    `until [ -e '${fillers}/go' ]; do sleep 0.05; done; head -c 40000000 /dev/zero | tr '\\0' x`,
  );
  await jobs.reached(jobId, "RUNNING");
  expect(fillInodes(fillers, inodesMax)).toBeGreaterThan(10);
  await jobs.ended(jobId);
  await waitFor("the log to go", async () =>
    bytesBelow(join(disk.path, "data", "logs")) < 16_000_000 ? true : undefined,
  );
  rmSync(fillers, { recursive: true });
  expect(await jobs.run("true")).toMatchObject({ status: "SUCCEEDED" });
  expect(await server.end()).toBe(0);
});

/** Makes files until no more can be made; says how many. */
function fillInodes(folder: string, most: number): number {
  writeFileSync(join(folder, "go"), "");
  for (let count = 1; count <= most; count += 1) {
    try {
      writeFileSync(join(folder, `filler-${count}`), "");
    } catch {
      return count;
    }
  }
  throw new Error(`the disk took ${most} files`);
}

function bytesBelow(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.reduce((sum, name) => sum + (statOf(join(folder, name))?.blocks ?? 0) * BLOCK_BYTES, 0);
}

/** In which stat(2) counts. */
const BLOCK_BYTES = 512;

/** Files come and go meanwhile. */
function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}
