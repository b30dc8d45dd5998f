import { writeFileSync } from "node:fs";
import { join } from "node:path";
import aws4 from "aws4";
import { expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { startServer, temporaryDataFolder } from "../support/own-server.ts";
import { sendRaw } from "../support/raw-request.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });

interface Answer {
  readonly status: number | undefined;
  readonly body: Record<string, unknown>;
}

async function ask(path: string, body?: unknown): Promise<Answer> {
  const answer = await sendRaw(used.server.url, {
    method: body === undefined ? "GET" : "POST",
    path: `/batchyard/${path}`,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
}

async function explained(jobId: string): Promise<Record<string, unknown>> {
  return (await ask(`explain?jobId=${encodeURIComponent(jobId)}`)).body;
}

async function makeSpotEnvironment(name: string, maxvCpus: number): Promise<void> {
  await makeEnvironment(used.batch, name, {
    computeResources: {
      type: "SPOT",
      allocationStrategy: "SPOT_CAPACITY_OPTIMIZED",
      minvCpus: 0,
      maxvCpus,
      instanceTypes: ["c5.large"],
      subnets: ["subnet-1"],
      securityGroupIds: ["sg-1"],
      instanceRole: "ecsInstanceRole",
    },
  });
}

test("says of each waiting job why it waits, and what would start it", async () => {
  await makeEnvironment(used.batch, "one-vcpu", { maxvCpus: 1 });
  await makeQueue(used.batch, "one", ["one-vcpu"]);
  const script = used.waitAt("one-gate");
  const submit = (members = {}) => used.jobs.submit(script, { jobQueue: "one", ...members });
  const running = await submit({ timeout: { attemptDurationSeconds: 600 } });
  await used.jobs.reached(running, "RUNNING");
  const head = await submit();
  const array = await submit({ arrayProperties: { size: 3 } });
  const tooLarge = await submit({ vcpus: "2" });
  const dependent = await submit({ dependsOn: [{ jobId: running }] });
  await used.jobs.reached(tooLarge, "RUNNABLE");
  await used.jobs.reached(dependent, "PENDING");

  expect(await explained(running)).toMatchObject({ status: "RUNNING", because: "not-waiting" });
  expect(await explained(head)).toMatchObject({
    jobName: "job",
    because: "environments-full",
    line: { aheadCount: 0 },
    sentence: expect.stringContaining("one-vcpu has 0 vCPU free (1 of 1 vCPU are in use)."),
    environments: [{ computeEnvironment: "one-vcpu", verdict: { kind: "environments-full" } }],
    remedies: [
      {
        kind: "jobs-end",
        jobs: [{ jobId: running }],
        sentence: expect.stringMatching(/^The end of job \S+ \(for \S+ s, time limit in 10 min\)\.$/),
      },
    ],
    expectedStart: { basis: "time-limits" },
  });
  expect(await explained(`${array}:2`)).toMatchObject({
    because: "behind-others",
    line: { aheadCount: 3, head: { jobId: head, because: "environments-full" } },
  });
  expect(await explained(tooLarge)).toMatchObject({
    because: "behind-others",
    isImpossible: true,
    line: { aheadCount: 4 },
    remedies: [{ kind: "raise-max-vcpus", toVcpus: 2 }, { kind: "ask-for-less" }],
  });
  expect(await explained(dependent)).toMatchObject({
    because: "dependencies",
    waitsFor: [{ jobId: running, status: "RUNNING" }],
  });
  expect(await explained(`${dependent}0`)).toMatchObject({ message: `Job ${dependent}0 not found.` });
  expect(await ask("explain")).toMatchObject({ status: 400 });

  await used.batch.terminateJob({ jobId: tooLarge, reason: "too large" });
  used.open("one-gate");
  await used.jobs.ended(head);
  expect(await explained(head)).toMatchObject({ because: "not-waiting", status: "SUCCEEDED" });
});

test("a plan says where a job would run, is refused as a submission would be, and submits nothing", async () => {
  await makeEnvironment(used.batch, "four-vcpus", { maxvCpus: 4 });
  await makeQueue(used.batch, "plans", ["four-vcpus"]);
  await used.jobs.run("true");
  const submission = { jobName: "planned", jobQueue: "plans", jobDefinition: "shell" };
  expect(await ask("plan", submission)).toMatchObject({
    status: 200,
    body: { because: "placeable", jobName: "planned", environments: [{ computeEnvironment: "four-vcpus" }] },
  });
  const resourceRequirements = [{ type: "VCPU", value: "5" }];
  const tooLarge = await ask("plan", { ...submission, containerOverrides: { resourceRequirements } });
  expect(tooLarge.body).toMatchObject({
    because: "exceeds-environments",
    isImpossible: true,
    sentence: expect.stringContaining("four-vcpus may have 4 vCPU at most (maxvCpus)."),
  });
  expect(await ask("plan", { ...submission, jobQueue: "none" })).toMatchObject({
    status: 400,
    body: { message: "JobQueue none not found." },
  });
  expect(await ask("plan", { ...submission, jobName: 7 })).toMatchObject({ status: 400 });
  expect(await ask("plan", [])).toMatchObject({ status: 400 });
  const { jobSummaryList } = await used.batch.listJobs({ jobQueue: "plans", jobStatus: "RUNNABLE" });
  expect(jobSummaryList).toEqual([]);
});

test("top shows queues, environments, instances; Spot capacity is taken back when somebody asks", async () => {
  await makeSpotEnvironment("spot", 4);
  await makeQueue(used.batch, "spot-jobs", ["spot"]);
  const jobId = await used.jobs.submit("sleep 600", {
    jobQueue: "spot-jobs",
    retryStrategy: { attempts: 1 },
  });
  await used.jobs.reached(jobId, "RUNNING");
  const { body: top } = await ask("top");
  expect(top["jobQueues"]).toContainEqual(
    expect.objectContaining({
      jobQueueName: "spot-jobs",
      counts: expect.objectContaining({ RUNNING: 1 }),
    }),
  );
  expect(top["computeEnvironments"]).toContainEqual(
    expect.objectContaining({
      computeEnvironmentName: "spot",
      type: "SPOT",
      vcpuMillisInUse: 1000,
      vcpuMillisLaunched: 2000,
      maxvCpus: 4,
      instances: { starting: 0, busy: 1, idle: 0, leaving: 0 },
    }),
  );
  const instances = top["instances"] as { readonly instanceId: string; readonly isSpot: boolean }[];
  const spot = instances.find(({ isSpot }) => isSpot);
  const onDemand = instances.find(({ isSpot }) => !isSpot);
  expect(await ask("reclaim", { instanceId: onDemand?.instanceId })).toMatchObject({
    status: 400,
    body: { message: `Instance ${onDemand?.instanceId} is not Spot capacity: only that is taken back` },
  });
  expect(await ask("reclaim", { instanceId: "i-0" })).toMatchObject({ status: 404 });
  expect(await ask("reclaim", { instanceId: spot?.instanceId, noticeSeconds: 0.5 })).toMatchObject({
    status: 400,
  });
  expect(await ask("reclaim", { instanceId: spot?.instanceId, noticeSeconds: 0 })).toMatchObject({
    status: 200,
    body: { instanceId: spot?.instanceId, attemptCount: 1 },
  });
  expect(await used.jobs.ended(jobId)).toMatchObject({
    status: "FAILED",
    statusReason: `Host EC2 (instance ${spot?.instanceId}) terminated.`,
  });
  await waitFor("the end of the instance", async () => {
    const { body } = await ask("top");
    const left = body["instances"] as readonly { readonly instanceId: string }[];
    return left.some(({ instanceId }) => instanceId === spot?.instanceId) ? undefined : true;
  });
  expect(await ask(`instance?instanceId=${spot?.instanceId}`)).toMatchObject({
    status: 200,
    body: {
      instanceId: spot?.instanceId,
      computeEnvironmentName: "spot",
      terminatedBecause: "reclaimed",
      sentence: expect.stringMatching(/ It went at \S+: its Spot capacity was taken back\.$/),
    },
  });
  expect(await ask("reclaim", { instanceId: spot?.instanceId })).toMatchObject({
    status: 400,
    body: {
      message: expect.stringMatching(
        /^Instance i-\w+ is gone\. It went at \S+: its Spot capacity was taken back\.$/,
      ),
    },
  });
  expect(await ask("instance?instanceId=i-0")).toMatchObject({ status: 404 });
  expect(await ask("instance")).toMatchObject({ status: 400 });
});

test.each([
  ["explain", "GET, HEAD"],
  ["instance", "GET, HEAD"],
  ["plan", "POST"],
  ["top", "GET, HEAD"],
  ["reclaim", "POST"],
])("%s says which methods it takes", async (path, allowed) => {
  const { status, headers } = await sendRaw(used.server.url, { method: "PUT", path: `/batchyard/${path}` });
  expect([status, headers["allow"]]).toEqual([405, allowed]);
});

test("where requests must be signed, so must these", async () => {
  const folder = temporaryDataFolder();
  const credentials = join(folder, "credentials");
  writeFileSync(credentials, "[a]\naws_access_key_id = KEY\naws_secret_access_key = SECRET\n");
  const { server } = await startServer(folder, ["--auth", "sigv4", "--credentials", credentials]);
  const path = "/batchyard/top";
  const { host } = new URL(server.url);
  const request = { method: "GET", host, path, service: "batch", region: "us-east-1", headers: {} };
  const { headers = {} } = aws4.sign(request, { accessKeyId: "KEY", secretAccessKey: "SECRET" });
  const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const answers = [
    await sendRaw(server.url, { method: "GET", path, headers: signed }),
    await sendRaw(server.url, { method: "GET", path }),
    await sendRaw(server.url, { path: "/batchyard/reclaim", body: JSON.stringify({ instanceId: "i-0" }) }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 403, 403]);
});
