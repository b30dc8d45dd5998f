import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EventReceiver } from "../support/event-receiver.ts";
import { EventStream } from "../support/event-stream.ts";
import { startServer, temporaryDataFolder } from "../support/own-server.ts";
import { waitFor } from "../support/wait-for.ts";

const FOUR = ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"];

describe("the webhook", () => {
  test("gets each event in order, again where it failed, and what it refuses is a dead letter", async () => {
    await using receiver = new EventReceiver();
    const url = await receiver.listen();
    receiver.answer = ({ detail }, count) => {
      if (detail.status === "STARTING") return count < 2 ? 503 : 204;
      return detail.status === "RUNNING" ? 400 : 200;
    };
    const dataDir = temporaryDataFolder();
    const { server, jobs } = await startServer(dataDir, ["--event-webhook", url]);
    const jobId = await jobs.submit(["true"]);
    await waitFor("the last event", async () =>
      receiver.bodies.some(({ detail }) => detail.status === "SUCCEEDED") ? true : undefined,
    );
    expect(receiver.bodies.map(({ detail }) => detail.status)).toEqual([
      "RUNNABLE",
      "STARTING",
      "STARTING",
      "RUNNING",
      "SUCCEEDED",
    ]);
    expect(receiver.headers[0]).toMatchObject({ "content-type": "application/json" });
    const stream = new EventStream(server.url, "since=0&follow=no");
    await stream.ended();
    expect(receiver.distinct).toEqual(stream.documents);
    const letters = readFileSync(join(dataDir, "event-dead-letters.jsonl"), "utf8").trim().split("\n");
    expect(letters.map((line) => JSON.parse(line) as object)).toEqual([
      {
        time: expect.any(String) as string,
        problem: "HTTP 400",
        tries: 1,
        event: receiver.distinct.find(({ detail }) => detail.status === "RUNNING"),
      },
    ]);
    expect(jobId).toBe(receiver.bodies[0]?.detail.jobId);
  });

  test("that is away for a while gets all in order, also across a kill of the server", async () => {
    const url = await (async () => {
      await using closed = new EventReceiver();
      return await closed.listen();
    })();
    const dataDir = temporaryDataFolder();
    const first = await startServer(dataDir, ["--event-webhook", url]);
    const jobIds = [(await first.jobs.run(["true"])).jobId];
    await first.server.end("SIGKILL");

    const second = await startServer(dataDir, ["--event-webhook", url]);
    jobIds.push((await second.jobs.run(["true"])).jobId);
    await using receiver = new EventReceiver();
    await receiver.listen(Number(new URL(url).port));
    await waitFor("the last event", async () => (receiver.distinct.length === 8 ? true : undefined));
    expect(receiver.distinct.map(({ detail }) => [detail.jobId, detail.status])).toEqual(
      jobIds.flatMap((jobId) => FOUR.map((status) => [jobId, status])),
    );
  });
});
