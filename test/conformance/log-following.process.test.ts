import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { JobRunner } from "../support/job-runner.ts";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });
const GROUP = "/aws/batch/job";

interface Followed {
  readonly messages: readonly string[];
  readonly token: string;
  /** The answer's `x-batchyard-waited`. */
  readonly waited: string | null;
  readonly atMs: number;
}

/** One call of GetLogEvents that is held for so many seconds while there is nothing new. */
async function follow(
  url: string,
  place: { readonly logStreamName: string; readonly logGroupName?: string },
  { token, waitSeconds, signal }: { token?: string; waitSeconds?: number; signal?: AbortSignal },
): Promise<Followed> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "Logs_20140328.GetLogEvents",
      ...(waitSeconds !== undefined && { "x-batchyard-wait": String(waitSeconds) }),
    },
    body: JSON.stringify({ logGroupName: GROUP, startFromHead: true, nextToken: token, ...place }),
    ...(signal && { signal }),
  });
  // As the model has it: the test compares what is in it.
  const page = (await answer.json()) as { events: { message: string }[]; nextForwardToken: string };
  expect(answer.status, JSON.stringify(page)).toBe(200);
  return {
    messages: page.events.map(({ message }) => message),
    token: page.nextForwardToken,
    waited: answer.headers.get("x-batchyard-waited"),
    atMs: Date.now(),
  };
}

async function streamOf(jobId: string): Promise<string> {
  const { container } = await used.jobs.reached(jobId, "RUNNING");
  return container?.logStreamName ?? "";
}

describe("GetLogEvents with x-batchyard-wait", () => {
  test("answers with a line within 100 ms of its being written", async () => {
    const times = used.path("times");
    const script = `${used.waitAt("write")}; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2; date +%s%3N >>'${times}'; echo $i; done`;
    const logStreamName = await streamOf(await used.jobs.submit(script));
    used.open("write");
    const seen: [message: string, atMs: number][] = [];
    let token: string | undefined;
    while (seen.length < 9) {
      const page = await follow(
        used.server.url,
        { logStreamName },
        { ...(token && { token }), waitSeconds: 10 },
      );
      token = page.token;
      seen.push(...page.messages.map((message): [string, number] => [message, page.atMs]));
    }
    const writtenAtMs = readFileSync(times, "utf8").trim().split("\n").map(Number);
    const delaysMs = seen.map(([, atMs], index) => atMs - (writtenAtMs[index] ?? 0)).sort((a, b) => a - b);
    expect(seen.map(([message]) => message)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    // The middle one: others share the machine.
    expect(delaysMs[4]).toBeLessThan(100);
  });

  test("answers at once where there is something, and says so where it waited in vain", async () => {
    const job = await used.jobs.run("echo one");
    const logStreamName = job.container?.logStreamName ?? "";
    const first = await follow(used.server.url, { logStreamName }, { waitSeconds: 30 });
    expect(first).toMatchObject({ messages: ["one"], waited: null });
    const beganAtMs = Date.now();
    const { token } = first;
    const second = await follow(used.server.url, { logStreamName }, { token, waitSeconds: 1 });
    expect(second).toMatchObject({ messages: [], token, waited: "1" });
    expect(second.atMs - beganAtMs).toBeGreaterThanOrEqual(900);
    const impatient = await follow(used.server.url, { logStreamName }, { token });
    expect(impatient).toMatchObject({ messages: [], token, waited: null });
  });

  test("sees events that clients put, and the end of a last line without a newline", async () => {
    const place = { logGroupName: "followed", logStreamName: "one" };
    await used.logs.createLogGroup({ logGroupName: "followed" });
    await used.logs.createLogStream(place);
    const put = follow(used.server.url, place, { waitSeconds: 30 });
    await used.logs.putLogEvents({ ...place, logEvents: [{ timestamp: Date.now(), message: "put" }] });
    expect(await put).toMatchObject({ messages: ["put"] });

    const logStreamName = await streamOf(await used.jobs.submit(`printf half; ${used.waitAt("over")}`));
    const half = follow(used.server.url, { logStreamName }, { waitSeconds: 30 });
    used.open("over");
    expect(await half).toMatchObject({ messages: ["half"], waited: "1" });
  });

  test("goes on after a restart without loss, and is answered when the server stops", async () => {
    await using first = await ServerProcess.start({ flags: ROOMY, dataDir: used.path("restarted") });
    const clients = new AwsClients(first.url);
    const jobs = new JobRunner(clients.batch);
    const jobId = await jobs.submit(`echo before; ${used.waitAt("restarted-gate")}; echo after; sleep 60`);
    const { container } = await jobs.reached(jobId, "RUNNING");
    const place = { logStreamName: container?.logStreamName ?? "" };
    let page = await follow(first.url, place, { waitSeconds: 30 });
    expect(page.messages).toEqual(["before"]);

    const held = follow(first.url, place, { token: page.token, waitSeconds: 60 });
    const beganAtMs = Date.now();
    const [answer] = await Promise.all([held, follow(first.url, place, {}).then(() => first.end())]);
    expect(answer).toMatchObject({ messages: [], token: page.token, waited: "1" });
    expect(Date.now() - beganAtMs).toBeLessThan(20_000);
    clients.destroy();

    used.open("restarted-gate");
    await using second = await ServerProcess.start({ flags: ROOMY, dataDir: used.path("restarted") });
    page = await follow(second.url, place, { token: page.token, waitSeconds: 30 });
    expect(page.messages).toEqual(["after"]);
    const again = new AwsClients(second.url);
    await new JobRunner(again.batch).endAll();
    again.destroy();
  });

  test("does not hold a stream that is not there, nor a wait that is none", async () => {
    const body = JSON.stringify({ logGroupName: GROUP, logStreamName: "missing" });
    const ask = (wait: string) =>
      fetch(used.server.url, {
        method: "POST",
        headers: { "x-amz-target": "Logs_20140328.GetLogEvents", "x-batchyard-wait": wait },
        body,
      }).then((answer) => answer.json());
    expect(await ask("60")).toEqual({
      __type: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
    expect(await ask("61")).toEqual({
      __type: "InvalidParameterException",
      message: "x-batchyard-wait must be 1 to 60 whole seconds, got 61",
    });
  });
});
