import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const VCPUS_PER_CPU = 2;
const used = useServer({ flags: ["--vcpu-overcommit", String(VCPUS_PER_CPU)] });

/** The most jobs that ran at one time, by the lines `+` and `-` that they wrote at their begin and end. */
function mostAtOnce(journal: string): number {
  let running = 0;
  let most = 0;
  for (const mark of readFileSync(used.path(journal), "utf8").trim().split("\n")) {
    running += mark === "+" ? 1 : -1;
    most = Math.max(most, running);
  }
  return most;
}

/** A script that writes both marks and waits between them until the gate is opened. */
function marking(journal: string, gate: string): string {
  const file = used.path(journal);
  return `echo + >>'${file}'; ${used.waitAt(gate)}; echo - >>'${file}'`;
}

/** The value of one of the server's own metrics. */
async function metric(name: string): Promise<number> {
  const response = await fetch(`${used.server.url}/metrics`);
  const text = await response.text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  expect(line).toBeDefined();
  return Number(line?.split(" ")[1]);
}

async function countIn(jobQueue: string, jobStatus: "RUNNABLE" | "RUNNING"): Promise<number> {
  const { jobSummaryList = [] } = await used.batch.listJobs({ jobQueue, jobStatus });
  return jobSummaryList.length;
}

/** Waits until so many run, checks that the others wait, lets all go on and holds the journal to the number. */
async function expectAtOnce(jobQueue: string, jobIds: readonly string[], wanted: number): Promise<void> {
  await waitFor(`${wanted} running jobs of ${jobQueue}`, async () =>
    (await countIn(jobQueue, "RUNNING")) === wanted ? true : undefined,
  );
  expect(await countIn(jobQueue, "RUNNABLE")).toBe(jobIds.length - wanted);
  used.open(`${jobQueue}-gate`);
  for (const jobId of jobIds) {
    expect(await used.jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
  }
  expect(mostAtOnce(`${jobQueue}-journal`)).toBe(wanted);
}

test("maxvCpus of an environment is reached and never exceeded", async () => {
  await makeEnvironment(used.batch, "two-vcpus", { maxvCpus: 2 });
  await makeQueue(used.batch, "narrow", ["two-vcpus"]);
  const script = marking("narrow-journal", "narrow-gate");
  const jobIds = [];
  for (let count = 0; count < 7; count += 1) {
    jobIds.push(await used.jobs.submit(script, { jobQueue: "narrow" }));
  }
  await expectAtOnce("narrow", jobIds, 2);
});

test("memory of the machine is promised once", async () => {
  await makeEnvironment(used.batch, "any-vcpus");
  await makeQueue(used.batch, "large", ["any-vcpus"]);
  await used.jobs.run("true");
  const memoryMiB = (await metric('batchyard_host_capacity{resource="memory_bytes"}')) / 1_048_576;
  const memory = String(Math.floor(memoryMiB * 0.4));
  const script = marking("large-journal", "large-gate");
  const jobIds = [];
  for (let count = 0; count < 4; count += 1) {
    jobIds.push(await used.jobs.submit(script, { jobQueue: "large", memory }));
  }
  await expectAtOnce("large", jobIds, 2);
});

test("vCPUs of the machine are promised as often as the server was told, over all environments together", async () => {
  await used.jobs.run("true");
  const vcpuCount = await metric('batchyard_host_capacity{resource="vcpus"}');
  await makeEnvironment(used.batch, "plenty", { maxvCpus: vcpuCount * 10 });
  await makeQueue(used.batch, "wide", ["local", "plenty"]);
  const script = marking("wide-journal", "wide-gate");
  const jobIds = [];
  for (let count = 0; count < vcpuCount + 2; count += 1) {
    jobIds.push(await used.jobs.submit(script, { jobQueue: "wide", memory: "16" }));
  }
  await expectAtOnce("wide", jobIds, vcpuCount);
  expect(await metric('batchyard_host_in_use{resource="vcpus"}')).toBe(0);
});
