import { describe, expect, onTestFinished, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { EventStream } from "../support/event-stream.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: [...ROOMY, "--blocked-after", "1"] });

const MAX_RESOURCE =
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.";

function notices({ received }: EventStream): readonly unknown[] {
  return received.filter(({ event }) => event === "Batch Job Queue Blocked").map(({ data }) => data);
}

describe("a job that asks for more vCPUs than the environments of its queue may have", () => {
  test("16.44 says why, is told of by one event, and lets the next job go on when it is cancelled", async () => {
    const { batch, jobs, server } = used;
    await makeEnvironment(batch, "narrow", { maxvCpus: 1 });
    await makeQueue(batch, "narrow", ["narrow"]);
    const stream = new EventStream(server.url);
    onTestFinished(() => stream[Symbol.dispose]());
    await stream.opened();
    const blocking = await jobs.submit("true", { jobQueue: "narrow", vcpus: "2" });
    const behind = await jobs.submit("true", { jobQueue: "narrow" });
    const notice = await waitFor("the event", async () => notices(stream)[0]);

    const { jobArn, jobName, jobQueue, status, statusReason, createdAt } = await jobs.describe(blocking);
    expect([status, statusReason]).toEqual(["RUNNABLE", MAX_RESOURCE]);
    expect(notice).toMatchObject({
      "detail-type": "Batch Job Queue Blocked",
      source: "aws.batch",
      resources: [jobArn, jobQueue],
      detail: { jobArn, jobName, jobId: blocking, jobQueue, status, statusReason, attempts: [], createdAt },
    });
    expect((await jobs.describe(behind)).statusReason).toBeUndefined();
    const top = (await (await fetch(`${server.url}/batchyard/top`)).json()) as {
      readonly jobQueues: readonly {
        readonly jobQueueName: string;
        readonly blocked?: { readonly sinceMs: number };
      }[];
    };
    const { sinceMs } = top.jobQueues.find(({ jobQueueName }) => jobQueueName === "narrow")?.blocked ?? {};
    expect(Number.isInteger(sinceMs)).toBe(true);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(
      `batchyard_queue_blocked{queue="${jobQueue}",reason="MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"} 1\n`,
    );

    await batch.cancelJob({ jobId: blocking, reason: "too big" });
    expect((await jobs.ended(behind)).status).toBe("SUCCEEDED");
    expect(notices(stream)).toEqual([notice]);
  });
});
