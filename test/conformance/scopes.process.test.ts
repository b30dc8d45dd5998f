import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Batch } from "@aws-sdk/client-batch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { JobRunner } from "../support/job-runner.ts";
import { clientException, refusalOf } from "../support/refusals.ts";
import { ServerProcess } from "../support/server-process.ts";

const ACCOUNTS = ["111111111111", "222222222222"];
const REGIONS = ["us-east-1", "cn-north-1"];

/** One account in one region, with what it was given. */
interface Place {
  readonly prefix: string;
  readonly clients: AwsClients;
  readonly jobs: JobRunner;
  readonly tag: string;
  readonly jobId: string;
}

let folder: string;
let server: ServerProcess;
const places: Place[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-credentials-"));
  const credentials = join(folder, "credentials");
  const profiles = ACCOUNTS.map(
    (accountId, index) =>
      `[user${index}]\naws_access_key_id = KEY${index}\naws_secret_access_key = s${index}\naws_account_id = ${accountId}\n`,
  );
  writeFileSync(credentials, profiles.join("\n"));
  server = await ServerProcess.start({ flags: ["--auth", "sigv4", "--credentials", credentials] });
  for (const [index, accountId] of ACCOUNTS.entries()) {
    for (const region of REGIONS) {
      const options = { region, accessKeyId: `KEY${index}`, secretAccessKey: `s${index}` };
      const partition = region.startsWith("cn-") ? "aws-cn" : "aws";
      const prefix = `arn:${partition}:batch:${region}:${accountId}`;
      places.push(await settle(new AwsClients(server.url, options), prefix));
    }
  }
});

afterAll(async () => {
  for (const { jobs } of places) await jobs.endAll();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes the same things under the same names wherever it is called, and runs one job there. */
async function settle(clients: AwsClients, prefix: string): Promise<Place> {
  const { batch } = clients;
  const tag = prefix;
  await makeEnvironment(batch, "same", { tags: { tag } });
  await makeQueue(batch, "same", ["same"], { tags: { tag } });
  const jobs = new JobRunner(batch);
  const { jobId = "" } = await jobs.run(`echo 'from ${tag}'`, { jobQueue: "same", tags: { tag } });
  return { prefix, clients, jobs, tag, jobId };
}

async function namesSeenBy(batch: Batch) {
  const { computeEnvironments = [] } = await batch.describeComputeEnvironments({});
  const { jobQueues = [] } = await batch.describeJobQueues({});
  const { jobDefinitions = [] } = await batch.describeJobDefinitions({});
  const { jobSummaryList = [] } = await batch.listJobs({ jobQueue: "same", jobStatus: "SUCCEEDED" });
  return [
    ...computeEnvironments.map(({ computeEnvironmentArn }) => computeEnvironmentArn),
    ...jobQueues.map(({ jobQueueArn }) => jobQueueArn),
    ...jobDefinitions.map(({ jobDefinitionArn }) => jobDefinitionArn),
    ...jobSummaryList.map(({ jobArn }) => jobArn),
  ];
}

test("each account in each region has its own resources under the same names", async () => {
  expect(places).toHaveLength(4);
  for (const { prefix, clients, jobId } of places) {
    expect(await namesSeenBy(clients.batch)).toEqual([
      `${prefix}:compute-environment/same`,
      `${prefix}:job-queue/same`,
      `${prefix}:job-definition/shell:1`,
      `${prefix}:job/${jobId}`,
    ]);
  }
});

test("each is told who it is", async () => {
  for (const { prefix, clients } of places) {
    const [, partition, , , accountId] = prefix.split(":");
    const user = `user${ACCOUNTS.indexOf(accountId ?? "")}`;
    expect(await clients.sts.getCallerIdentity({})).toMatchObject({
      Account: accountId,
      Arn: `arn:${partition}:iam::${accountId}:user/${user}`,
    });
  }
});

test("each has its own logs", async () => {
  for (const { clients, jobs, jobId, tag } of places) {
    const { events } = await clients.logs.filterLogEvents({ logGroupName: "/aws/batch/job" });
    expect(events?.map(({ message }) => message)).toEqual([`from ${tag}`]);
    const job = await jobs.describe(jobId);
    expect(job.container?.logStreamName).toBe(events?.[0]?.logStreamName);
  }
});

/** Every pair of two different places. */
function strangers(): readonly (readonly [own: Place, other: Place])[] {
  return places.flatMap((own) =>
    places.filter((other) => other !== own).map((other) => [own, other] as const),
  );
}

describe("what belongs to another", () => {
  test("is not described, neither by id nor by ARN", async () => {
    expect(strangers()).toHaveLength(12);
    for (const [{ clients }, { prefix, jobId }] of strangers()) {
      const { batch } = clients;
      expect((await batch.describeJobs({ jobs: [jobId] })).jobs).toEqual([]);
      const jobQueues = [`${prefix}:job-queue/same`];
      expect((await batch.describeJobQueues({ jobQueues })).jobQueues).toEqual([]);
      const computeEnvironments = [`${prefix}:compute-environment/same`];
      const environments = await batch.describeComputeEnvironments({ computeEnvironments });
      expect(environments.computeEnvironments).toEqual([]);
      const jobDefinitions = [`${prefix}:job-definition/shell:1`];
      expect((await batch.describeJobDefinitions({ jobDefinitions })).jobDefinitions).toEqual([]);
    }
  });

  test("cannot be used, tagged, changed or deleted", async () => {
    for (const [{ clients, jobs }, { prefix }] of strangers()) {
      const { batch } = clients;
      const jobQueue = `${prefix}:job-queue/same`;
      const jobDefinition = `${prefix}:job-definition/shell:1`;
      expect(await refusalOf(jobs.submit("true", { jobQueue }))).toEqual(
        clientException(`JobQueue ${jobQueue} not found.`),
      );
      expect(await refusalOf(jobs.submit("true", { jobQueue: "same", jobDefinition }))).toEqual(
        clientException(`JobDefinition ${jobDefinition} not found.`),
      );
      const gone = clientException(`${jobQueue} does not exist`);
      expect(await refusalOf(batch.updateJobQueue({ jobQueue, priority: 5 }))).toEqual(gone);
      expect(await refusalOf(batch.listTagsForResource({ resourceArn: jobQueue }))).toEqual(gone);
      expect(await refusalOf(batch.tagResource({ resourceArn: jobQueue, tags: { a: "b" } }))).toEqual(gone);
      await batch.deleteJobQueue({ jobQueue });
    }
    for (const { clients, tag } of places) {
      const { jobQueues } = await clients.batch.describeJobQueues({ jobQueues: ["same"] });
      expect(jobQueues).toMatchObject([{ priority: 1, tags: { tag } }]);
    }
  });

  test("is not ended, though the call succeeds as for any unknown id", async () => {
    const [own, ...others] = places;
    const jobId = (await own?.jobs.submit("sleep 600", { jobQueue: "same" })) ?? "";
    await own?.jobs.reached(jobId, "RUNNING");
    for (const { clients } of others) {
      await clients.batch.terminateJob({ jobId, reason: "not mine" });
      await clients.batch.cancelJob({ jobId, reason: "not mine" });
    }
    expect(await own?.jobs.describe(jobId)).toMatchObject({ status: "RUNNING", isTerminated: false });
    await own?.clients.batch.terminateJob({ jobId, reason: "mine" });
    expect(await own?.jobs.ended(jobId)).toMatchObject({ statusReason: "mine" });
  });

  test("has not its page tokens taken", async () => {
    const [one, other] = places;
    await one?.jobs.run("true", { jobQueue: "same" });
    const listing = { jobQueue: "same", jobStatus: "SUCCEEDED", maxResults: 1 } as const;
    const nextToken = (await one?.clients.batch.listJobs(listing))?.nextToken;
    expect(nextToken).toBeDefined();
    const stolen = other?.clients.batch.listJobs({ ...listing, nextToken });
    expect((await refusalOf(stolen ?? Promise.resolve())).message).toMatch(/^nextToken must be one that /);
  });
});

test("a new revision in one place leaves the numbers of the others alone", async () => {
  const request = {
    jobDefinitionName: "numbered",
    type: "container",
    containerProperties: { image: "busybox", vcpus: 1, memory: 64 },
  } as const;
  const revisions = [];
  for (const { clients } of [...places, ...places]) {
    revisions.push((await clients.batch.registerJobDefinition(request)).revision);
  }
  expect(revisions).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
});
