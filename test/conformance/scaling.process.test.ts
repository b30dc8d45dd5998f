import { expect, test } from "vitest";
import { makeEnvironment, makeQueue, settledEnvironment } from "../support/batch-resources.ts";
import { ec2Request } from "../support/environment-values.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const BOOT_SECONDS = 0.5;
const SHORT = ["--instance-boot-seconds", String(BOOT_SECONDS), "--instance-idle-seconds", "1"];
const used = useServer({ flags: [...ROOMY, ...SHORT] });

/** An environment, and a queue of the same name. The smallest instances of `optimal` have 2 vCPUs. */
async function makeScaling(name: string, minvCpus: number, instanceType = "optimal"): Promise<void> {
  await makeEnvironment(used.batch, name, {
    computeResources: ec2Request({
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      minvCpus,
      instanceTypes: [instanceType],
    }),
  });
  await makeQueue(used.batch, name, [name]);
}

async function untilDesired(name: string, wanted: number): Promise<void> {
  await waitFor(`desiredvCpus ${wanted} of ${name}`, async () => {
    const { computeResources } = await settledEnvironment(used.batch, name);
    return computeResources?.desiredvCpus === wanted ? true : undefined;
  });
}

test("an environment on optimal grows with its jobs and falls back to minvCpus when they have ended", async () => {
  await makeScaling("growing", 2);
  await untilDesired("growing", 2);
  const script = used.waitAt("grown");
  const jobIds = [];
  for (let count = 0; count < 3; count += 1) {
    jobIds.push(await used.jobs.submit(script, { jobQueue: "growing", vcpus: "2" }));
  }
  const instanceArns = [];
  for (const jobId of jobIds) {
    const { container } = await used.jobs.reached(jobId, "RUNNING");
    instanceArns.push(container?.containerInstanceArn);
  }
  expect(instanceArns).toEqual(
    Array(3).fill(expect.stringMatching(/:container-instance\/[^/]+\/[0-9a-f]{32}$/)),
  );
  // The one that was there has room for one of them.
  expect(new Set(instanceArns).size).toBeGreaterThan(1);
  await untilDesired("growing", 6);
  used.open("grown");
  await untilDesired("growing", 2);
  for (const jobId of jobIds) {
    const { attempts = [], container } = await used.jobs.ended(jobId);
    // What ran on an instance that is gone still says so.
    expect(attempts[0]?.container?.containerInstanceArn).toBe(container?.containerInstanceArn);
  }
});

test("a job starts when an instance for it has booted", async () => {
  await makeScaling("booting", 0);
  const jobId = await used.jobs.submit("true", { jobQueue: "booting" });
  const { createdAt = 0, startedAt = 0, status } = await used.jobs.ended(jobId);
  expect(status).toBe("SUCCEEDED");
  expect(startedAt - createdAt).toBeGreaterThanOrEqual(BOOT_SECONDS * 1000);
  await untilDesired("booting", 0);
});

test("desiredvCpus that somebody raises become instances, which go again while nothing runs on them", async () => {
  await makeScaling("wished", 0);
  await used.batch.updateComputeEnvironment({
    computeEnvironment: "wished",
    computeResources: { desiredvCpus: 4 },
  });
  await untilDesired("wished", 4);
  await untilDesired("wished", 0);
});

test("a minvCpus that an update changes is kept from then on, minScaleDownDelayMinutes or not", async () => {
  await makeScaling("kept", 4, "c5.large");
  await untilDesired("kept", 4);
  await used.batch.updateComputeEnvironment({
    computeEnvironment: "kept",
    computeResources: { minvCpus: 2, scalingPolicy: { minScaleDownDelayMinutes: 20 } },
  });
  // The delay is for instances that ran a job.
  await untilDesired("kept", 2);
});
