import type { FairsharePolicy } from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import type { EnvironmentMembers } from "../support/batch-resources.ts";
import type { Submission } from "../support/job-runner.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });

/** A queue with an environment of its own. Its jobs run until the test is over. */
class FairQueue {
  readonly #name: string;
  #latestJobId = "";

  private constructor(name: string) {
    this.#name = name;
  }

  static async make(
    name: string,
    environment: EnvironmentMembers,
    fairsharePolicy: FairsharePolicy,
  ): Promise<FairQueue> {
    const { batch } = used;
    const { arn: schedulingPolicyArn } = await batch.createSchedulingPolicy({ name, fairsharePolicy });
    await makeEnvironment(batch, name, environment);
    await makeQueue(batch, name, [name], { schedulingPolicyArn });
    return new FairQueue(name);
  }

  async submit(shareIdentifier: string, submission: Submission = {}): Promise<void> {
    this.#latestJobId = await used.jobs.submit(used.waitAt("the end"), {
      jobQueue: this.#name,
      jobName: shareIdentifier,
      shareIdentifier,
      schedulingPriorityOverride: 0,
      ...submission,
    });
  }

  /** While these submissions are made one job of a share of its own has all vCPUs: they are decided on together. */
  async submitTogether(maxvCpus: number, submitAll: () => Promise<void>): Promise<void> {
    const gate = `${this.#name} is full`;
    const submission = {
      jobQueue: this.#name,
      shareIdentifier: "before",
      schedulingPriorityOverride: 0,
      vcpus: String(maxvCpus),
    };
    const before = await used.jobs.submit(used.waitAt(gate), submission);
    await used.jobs.reached(before, "RUNNING");
    await submitAll();
    await used.jobs.reached(this.#latestJobId, "RUNNABLE");
    used.open(gate);
    await used.jobs.ended(before);
  }

  /** The names of the jobs that run, once they are so many. */
  async running(count: number): Promise<readonly string[]> {
    return waitFor(`${count} running jobs of ${this.#name}`, async () => {
      const jobs = await this.#namesIn("RUNNING");
      return jobs.length === count ? jobs : undefined;
    });
  }

  async waiting(): Promise<readonly string[]> {
    return this.#namesIn("RUNNABLE");
  }

  async #namesIn(jobStatus: "RUNNABLE" | "RUNNING"): Promise<readonly string[]> {
    const { jobSummaryList = [] } = await used.batch.listJobs({ jobQueue: this.#name, jobStatus });
    return jobSummaryList.map(({ jobName = "" }) => jobName).sort();
  }
}

test.each<[claim: string, name: string, policy: FairsharePolicy, placed: readonly string[]]>([
  ["16.47 two shares of equal weight get the same", "equal", {}, ["a", "a", "a", "b", "b", "b"]],
  [
    "16.47 a share of weight 0.5 gets double",
    "weighted",
    { shareDistribution: [{ shareIdentifier: "b", weightFactor: 0.5 }] },
    ["a", "a", "b", "b", "b", "b"],
  ],
])("%s", async (_claim, name, policy, placed) => {
  const queue = await FairQueue.make(name, { maxvCpus: 6 }, policy);
  await queue.submitTogether(6, async () => {
    for (const share of ["a", "b"]) for (let count = 0; count < 6; count += 1) await queue.submit(share);
  });
  expect(await queue.running(6)).toEqual(placed);
});

test("16.48 priority orders the jobs of a share, and says nothing between shares", async () => {
  const queue = await FairQueue.make("prior", { maxvCpus: 2 }, {});
  await queue.submitTogether(2, async () => {
    await queue.submit("a", { jobName: "a-low", schedulingPriorityOverride: 8 });
    await queue.submit("a", { jobName: "a-high", schedulingPriorityOverride: 9 });
    await queue.submit("b", { jobName: "b-low", schedulingPriorityOverride: 1 });
    await queue.submit("b", { jobName: "b-high", schedulingPriorityOverride: 2 });
  });
  expect(await queue.running(2)).toEqual(["a-high", "b-high"]);
  expect(await queue.waiting()).toEqual(["a-low", "b-low"]);
});

test("16.49 the weight of a wildcard counts once for each active share that matches", async () => {
  const shareDistribution = [{ shareIdentifier: "User*", weightFactor: 1 }];
  const queue = await FairQueue.make("wild", { maxvCpus: 8 }, { shareDistribution });
  await queue.submitTogether(8, async () => {
    for (const share of ["UserA", "UserB", "other"])
      for (let count = 0; count < 8; count += 1) await queue.submit(share);
  });
  const placed = ["UserA", "UserA", "UserB", "UserB", "other", "other", "other", "other"];
  expect(await queue.running(8)).toEqual(placed);
});

test("16.50 a reservation of 50 % keeps half of the vCPUs free with one active share, a quarter with two", async () => {
  const queue = await FairQueue.make("reserving", { maxvCpus: 4 }, { computeReservation: 50 });
  for (let count = 0; count < 4; count += 1) await queue.submit("a");
  expect(await queue.running(2)).toEqual(["a", "a"]);
  await queue.submit("b");
  expect(await queue.running(3)).toEqual(["a", "a", "b"]);
  expect(await queue.waiting()).toEqual(["a", "a"]);
});

test.each<[claim: string, name: string, size: { unmanagedvCpus?: number }, count: number]>([
  ["of what an UNMANAGED environment is said to have, too", "own-sized", { unmanagedvCpus: 4 }, 2],
  ["of nothing where an UNMANAGED environment does not say what it has", "own", {}, 4],
])("a reservation is part %s", async (_claim, name, size, count) => {
  const unmanaged = { type: "UNMANAGED", computeResources: undefined, serviceRole: "batch" } as const;
  const queue = await FairQueue.make(name, { ...unmanaged, ...size }, { computeReservation: 50 });
  for (let index = 0; index < 4; index += 1) await queue.submit("a");
  expect(await queue.running(count)).toHaveLength(count);
  expect(await queue.waiting()).toHaveLength(4 - count);
});
