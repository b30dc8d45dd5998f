import { writeFileSync } from "node:fs";
import { join } from "node:path";
import aws4 from "aws4";
import { describe, expect, onTestFinished, test } from "vitest";
import { EventStream } from "../support/event-stream.ts";
import type { EventDocument } from "../support/event-stream.ts";
import { startServer, temporaryDataFolder } from "../support/own-server.ts";
import { sendRaw } from "../support/raw-request.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

async function openStream(query = "", headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const stream = new EventStream(used.server.url, query, headers);
  onTestFinished(() => stream[Symbol.dispose]());
  await stream.opened();
  return stream;
}

function ofJob(stream: EventStream, jobId: string): readonly EventDocument[] {
  return stream.documents.filter(({ detail }) => detail.jobId === jobId);
}

describe("Batch Job State Change", () => {
  test("16.59 each event of a job that succeeds is what AWS sends, member by member", async () => {
    const stream = await openStream();
    const job = await used.jobs.run(["true"], { tags: { team: "genomics" }, parameters: { a: "1" } });
    const { jobId = "", jobArn = "", createdAt, startedAt, stoppedAt, jobQueue, jobDefinition } = job;
    await stream.statuses(jobId, "SUCCEEDED");
    const events = ofJob(stream, jobId);

    const { networkInterfaces, ...container } = job.container ?? {};
    const { exitCode, logStreamName, taskArn, containerInstanceArn, ...effective } = container;
    expect(exitCode).toBe(0);
    const placed = { containerInstanceArn, taskArn };
    const detail = {
      jobArn,
      jobName: "job",
      jobId,
      jobQueue,
      attempts: [],
      createdAt,
      retryStrategy: { attempts: 1, evaluateOnExit: [] },
      dependsOn: [],
      jobDefinition,
      parameters: { a: "1" },
      propagateTags: false,
      platformCapabilities: job.platformCapabilities,
    };
    const statusReason = "Essential container in task exited";
    const attempt = {
      container: { ...placed, exitCode: 0, logStreamName, networkInterfaces: [] },
      startedAt,
      stoppedAt,
      statusReason,
      taskProperties: [],
    };
    const containers = [
      {},
      placed,
      { ...placed, logStreamName },
      { ...placed, exitCode: 0, logStreamName },
    ].map((marks) => ({ ...effective, ...marks, networkInterfaces }));
    expect(events.map((event) => event.detail)).toEqual([
      { ...detail, status: "RUNNABLE", container: containers[0] },
      { ...detail, status: "STARTING", container: containers[1] },
      { ...detail, status: "RUNNING", startedAt, container: containers[2] },
      {
        ...detail,
        status: "SUCCEEDED",
        attempts: [attempt],
        statusReason,
        startedAt,
        stoppedAt,
        container: containers[3],
      },
    ]);
    for (const { detail: _detail, id, ...envelope } of events) {
      expect(id).toMatch(UUID);
      expect(envelope).toEqual({
        version: "0",
        "detail-type": "Batch Job State Change",
        source: "aws.batch",
        account: "000000000000",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        region: "us-east-1",
        resources: [jobArn],
      });
    }
    const last = events.at(-1) as EventDocument & { time: string };
    expect(Date.parse(last.time)).toBe(Math.floor((stoppedAt ?? 0) / 1000) * 1000);
    expect(Object.keys(last)).toEqual(ENVELOPE_ORDER);
    expect(Object.keys(last.detail)).toEqual(DETAIL_ORDER);
    const { resourceRequirements } = last.detail["container"] as { resourceRequirements: object[] };
    for (const requirement of resourceRequirements)
      expect(Object.keys(requirement)).toEqual(["value", "type"]);
  });

  test("16.15 there is no event of the submission: the first is of the state that follows", async () => {
    const stream = await openStream();
    const jobId = await used.jobs.submit(["true"]);
    expect(await stream.statuses(jobId, "SUCCEEDED")).toEqual([
      "RUNNABLE",
      "STARTING",
      "RUNNING",
      "SUCCEEDED",
    ]);
  });

  test("16.59 a job that fails after a retry tells each attempt as it stood then", async () => {
    const stream = await openStream();
    const script = 'exit "$((3 + AWS_BATCH_JOB_ATTEMPT))"';
    const job = await used.jobs.run(script, { retryStrategy: { attempts: 2 } });
    const { jobId = "" } = job;
    await stream.statuses(jobId, "FAILED");
    const told = ofJob(stream, jobId).map(({ detail }) => {
      const attempts = detail["attempts"] as { container: { exitCode: number; taskArn: string } }[];
      const { exitCode, taskArn } = detail["container"] as { exitCode?: number; taskArn?: string };
      return {
        status: detail.status,
        ended: attempts.map(({ container }) => container.exitCode),
        exitCode,
        attempt: job.attempts?.findIndex((one) => one.container?.taskArn === taskArn),
        startedAt: detail["startedAt"],
        stoppedAt: detail["stoppedAt"],
        statusReason: detail["statusReason"],
      };
    });
    const [first, second] = job.attempts ?? [];
    const none = { exitCode: undefined, startedAt: undefined, stoppedAt: undefined, statusReason: undefined };
    const reason = "Essential container in task exited";
    const retried = { startedAt: first?.startedAt, statusReason: reason };
    expect(told).toEqual([
      { ...none, status: "RUNNABLE", ended: [], attempt: -1 },
      { ...none, status: "STARTING", ended: [], attempt: 0 },
      { ...none, status: "RUNNING", ended: [], attempt: 0, startedAt: first?.startedAt },
      { ...none, ...retried, status: "RUNNABLE", ended: [4], attempt: 0, exitCode: 4 },
      { ...none, ...retried, status: "STARTING", ended: [4], attempt: 1 },
      { ...none, ...retried, status: "RUNNING", ended: [4], attempt: 1, startedAt: second?.startedAt },
      {
        status: "FAILED",
        ended: [4, 5],
        attempt: 1,
        exitCode: 5,
        startedAt: second?.startedAt,
        stoppedAt: job.stoppedAt,
        statusReason: reason,
      },
    ]);
  });

  test("a job that is cancelled while it waits is FAILED with the reason, and has no attempt", async () => {
    const stream = await openStream();
    const jobId = await used.jobs.submit(["true"], { memory: "900000000" });
    await used.batch.cancelJob({ jobId, reason: "not wanted" });
    expect(await stream.statuses(jobId, "FAILED")).toEqual(["RUNNABLE", "FAILED"]);
    const [, failed] = ofJob(stream, jobId);
    expect(failed?.detail).toMatchObject({ attempts: [], statusReason: "not wanted" });
    expect(failed?.detail).not.toHaveProperty("startedAt");
  });

  test("an array and its children are told alike, each child from RUNNABLE on", async () => {
    const stream = await openStream();
    const job = await used.jobs.run(["true"], { arrayProperties: { size: 2 } });
    const { jobId = "", jobArn = "" } = job;
    expect(await stream.statuses(jobId, "SUCCEEDED")).toEqual(["PENDING", "SUCCEEDED"]);
    for (const index of [0, 1]) {
      const childId = `${jobId}:${index}`;
      const statuses = await stream.statuses(childId, "SUCCEEDED");
      expect(statuses).toEqual(["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]);
      expect(ofJob(stream, childId)[0]?.resources).toEqual([`${jobArn}:${index}`]);
    }
  });
});

test("each node of a multi-node job is told by its id, the main one included, as its attempts stood", async () => {
  const container = { image: "busybox", command: ["true"], resourceRequirements: NODE_REQUIREMENTS };
  await used.batch.registerJobDefinition({
    jobDefinitionName: "nodes",
    type: "multinode",
    nodeProperties: {
      numNodes: 2,
      mainNode: 1,
      nodeRangeProperties: [{ targetNodes: "0:", container }],
    },
  });
  const stream = await openStream();
  const { jobId = "" } = await used.batch.submitJob({
    jobName: "nodes",
    jobQueue: "default",
    jobDefinition: "nodes",
  });
  expect(await stream.statuses(jobId, "SUCCEEDED")).toEqual(FOUR);
  expect(await stream.statuses(`${jobId}#1`, "SUCCEEDED")).toEqual(FOUR);
  const other = await stream.statuses(`${jobId}#0`, "RUNNING");
  expect(other.slice(0, 3)).toEqual(["RUNNABLE", "STARTING", "RUNNING"]);
  const ended = ofJob(stream, `${jobId}#1`).map(({ detail }) => (detail["attempts"] as object[]).length);
  expect(ended).toEqual([0, 0, 0, 1]);
});

const NODE_REQUIREMENTS = [
  { type: "VCPU" as const, value: "1" },
  { type: "MEMORY" as const, value: "32" },
];

const ENVELOPE_ORDER = [
  "version",
  "id",
  "detail-type",
  "source",
  "account",
  "time",
  "region",
  "resources",
  "detail",
];

const DETAIL_ORDER = [
  "jobArn",
  "jobName",
  "jobId",
  "jobQueue",
  "status",
  "attempts",
  "statusReason",
  "createdAt",
  "retryStrategy",
  "startedAt",
  "stoppedAt",
  "dependsOn",
  "jobDefinition",
  "parameters",
  "container",
  "propagateTags",
  "platformCapabilities",
];

describe("GET /events", () => {
  test("goes on behind Last-Event-ID, which goes before since, or behind since", async () => {
    const stream = await openStream();
    const jobId = await used.jobs.submit(["true"]);
    await stream.statuses(jobId, "SUCCEEDED");
    const [runnable, starting, ...rest] = stream.received.filter(({ event }) => event !== undefined);
    const id = String(starting?.id);
    for (const again of [
      await openStream("since=0", { "last-event-id": id }),
      await openStream(`since=${id}`),
    ]) {
      await again.statuses(jobId, "SUCCEEDED");
      expect(again.received.filter(({ event }) => event !== undefined)).toEqual(rest);
    }
    expect(runnable?.id).toBe(Number(id) - 1);
  });

  test("ends with the last event where it is not to follow", async () => {
    await used.jobs.run(["true"]);
    const stream = await openStream("since=0&follow=no");
    await stream.ended();
    expect(stream.documents.length).toBeGreaterThan(3);
    const ids = stream.received.filter(({ data }) => data !== undefined).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  });

  test("begins at a time", async () => {
    await used.jobs.run(["true"]);
    const since = new Date().toISOString();
    const jobId = (await used.jobs.run(["true"])).jobId;
    const stream = await openStream(`since=${since}&follow=no`);
    await stream.ended();
    expect(new Set(stream.documents.map(({ detail }) => detail.jobId))).toEqual(new Set([jobId]));
    expect(stream.documents).toHaveLength(4);
  });

  test("says so where the position is none of this log", async () => {
    const stream = await openStream("", { "last-event-id": "999999999" });
    const gap = await waitFor("the gap", async () => stream.received.find(({ event }) => event === "gap"));
    expect(gap.data).toEqual({ reason: "unknown", after: 999_999_999, to: gap.id });
  });

  test.each(["since=yesterday", "since=-1", "since=2026-99-99T00:00:00Z", "since=1e3"])(
    "refuses %s",
    async (query) => {
      const { status } = await sendRaw(used.server.url, { method: "GET", path: `/events?${query}` });
      expect(status).toBe(400);
    },
  );

  test("tells only what happens in the caller's region, and keeps the position of others current", async () => {
    const elsewhere = new EventStream(used.server.url, "", {
      authorization:
        "AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/batch/aws4_request, SignedHeaders=host, Signature=0",
    });
    onTestFinished(() => elsewhere[Symbol.dispose]());
    await elsewhere.opened();
    const stream = await openStream();
    const jobId = await used.jobs.submit(["true"]);
    await stream.statuses(jobId, "SUCCEEDED");
    await waitFor("the position", async () => (elsewhere.lastId >= stream.lastId ? true : undefined));
    expect(elsewhere.documents).toEqual([]);
  });

  test("a follower that reads nothing holds up nobody, and has every event once in the end", async () => {
    const slow = await openStream();
    slow.pause();
    const quick = await openStream();
    const jobIds = await Promise.all(Array.from({ length: 40 }, () => used.jobs.submit(["true"])));
    for (const jobId of jobIds) await quick.statuses(jobId, "SUCCEEDED");
    slow.resume();
    for (const jobId of jobIds) expect(await slow.statuses(jobId, "SUCCEEDED")).toHaveLength(4);
    const ids = slow.received.filter(({ data }) => data !== undefined).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
  });
});

test("who resumes across kills of the server misses nothing and gets nothing twice", async () => {
  const dataDir = temporaryDataFolder();
  const seen: { id: number; event: EventDocument }[] = [];
  const jobIds: string[] = [];
  let position = 0;
  for (let round = 0; round < 3; round += 1) {
    const { server, jobs } = await startServer(dataDir);
    const stream = new EventStream(server.url, "", { "last-event-id": String(position) });
    await stream.opened();
    for (let count = 0; count < 8; count += 1) jobIds.push(await jobs.submit(["sleep", "0.05"]));
    const known = jobIds.at(-4) ?? "";
    await stream.statuses(known, round === 2 ? "SUCCEEDED" : "RUNNING");
    if (round === 2) for (const jobId of jobIds) await jobs.ended(jobId);
    if (round === 2) await stream.statuses(jobIds.at(-1) ?? "", "SUCCEEDED");
    if (round < 2) await server.end("SIGKILL");
    if (round < 2) await stream.ended();
    for (const { id, event, data } of stream.received) {
      if (event !== undefined) seen.push({ id, event: data as EventDocument });
    }
    position = Math.max(position, stream.lastId);
    stream[Symbol.dispose]();
    if (round < 2) continue;
    const whole = new EventStream(server.url, "since=0&follow=no");
    await whole.ended();
    expect(seen.map(({ id }) => id)).toEqual(seen.map((_, index) => index + 1));
    expect(seen.map(({ event }) => event)).toEqual(whole.documents);
    for (const jobId of jobIds) {
      const statuses = seen.filter(({ event }) => event.detail.jobId === jobId);
      expect(statuses.map(({ event }) => event.detail.status)).toEqual(FOUR);
    }
  }
});

test("the server ends at once for followers, whether they read or not", async () => {
  const { server, jobs } = await startServer(temporaryDataFolder());
  const [reading, stuck] = [new EventStream(server.url), new EventStream(server.url)];
  await Promise.all([reading.opened(), stuck.opened()]);
  stuck.pause();
  const padding = "x".repeat(7_000);
  const jobIds = await Promise.all(
    Array.from({ length: 200 }, () => jobs.submit(["true"], { parameters: { padding } })),
  );
  await reading.statuses(jobIds.at(-1) ?? "", "SUCCEEDED");
  const startedAtMs = performance.now();
  expect(await server.end("SIGTERM")).toBe(0);
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  await reading.ended();
});

test("where requests must be signed, these must, too", async () => {
  const folder = temporaryDataFolder();
  const credentials = join(folder, "credentials");
  writeFileSync(credentials, "[a]\naws_access_key_id = KEY\naws_secret_access_key = SECRET\n");
  const { server } = await startServer(folder, ["--auth", "sigv4", "--credentials", credentials]);
  const path = "/events?since=0&follow=no";
  const { host } = new URL(server.url);
  const request = { method: "GET", host, path, service: "batch", region: "us-east-1" };
  const statuses: (number | undefined)[] = [];
  for (const secretAccessKey of ["SECRET", "another"]) {
    const { headers = {} } = aws4.sign({ ...request, headers: {} }, { accessKeyId: "KEY", secretAccessKey });
    const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    statuses.push((await sendRaw(server.url, { method: "GET", path, headers: signed })).status);
  }
  statuses.push((await sendRaw(server.url, { method: "GET", path })).status);
  expect(statuses).toEqual([200, 403, 403]);
});

const FOUR = ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"];
