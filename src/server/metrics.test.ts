import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue } from "../../test/support/builders.ts";
import { EngineBench } from "../../test/support/engine-bench.ts";
import { passes } from "../../test/support/instance-bench.ts";
import { Metrics } from "./metrics.ts";

const ARN = "arn:aws:batch:us-east-1:123456789012:job-queue";

/** What is said of queues once a full environment and one that is off have been waited for so long. */
async function queuesAfter(
  lengthMs: number,
  furtherSteps: (bench: EngineBench) => Promise<void> = async () => {},
) {
  const metrics: Metrics = new Metrics(() => bench.engine.sequencer.state, {});
  const observer = {
    attemptStarted() {},
    attemptFinished() {},
    cycleEnded: (...report: Parameters<Metrics["cycleEnded"]>) => metrics.cycleEnded(...report),
  };
  const bench = await EngineBench.open(
    [
      aComputeEnvironment("full", { maxvCpus: 1 }),
      aComputeEnvironment("off", { state: "DISABLED" }),
      aJobQueue("turns", ["full"]),
      aJobQueue("stuck", ["off"]),
      aJobQueue("none", ["off"]),
    ],
    { observer },
  );
  await bench.submit(
    aJob("running").inQueue("turns"),
    aJob("waiting").inQueue("turns"),
    aJob("blocking").inQueue("stuck"),
  );
  await passes(bench, lengthMs);
  await furtherSteps(bench);
  const { text } = await metrics.render();
  return text.split("\n").filter((line) => line.startsWith("batchyard_queue_"));
}

const TURN = `batchyard_queue_head_waiting{queue="${ARN}/turns",because="environments-full"} 1`;
const STUCK = `batchyard_queue_head_waiting{queue="${ARN}/stuck",because="environments-unavailable"} 1`;

describe("metrics of queues", () => {
  test("tell of each head that waits, and of none that it blocks before that is judged", async () => {
    expect(await queuesAfter(599_999)).toEqual([STUCK, TURN]);
  });

  test("call a queue blocked by AWS's reason once that is judged, never for a head that waits for its turn", async () => {
    expect(await queuesAfter(600_000)).toEqual([
      STUCK,
      TURN,
      `batchyard_queue_blocked{queue="${ARN}/stuck",reason="ACTION_REQUIRED"} 1`,
    ]);
  });

  test("forget a queue that goes on", async () => {
    expect(
      await queuesAfter(600_000, async (bench) => {
        await bench.apply(aComputeEnvironment("off"));
        await bench.settle();
      }),
    ).toEqual([TURN]);
  });
});
