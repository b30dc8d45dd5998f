import { describe, expect, test } from "vitest";
import { aJob, aJobQueue, aState, SCOPE } from "../../test/support/builders.ts";
import { aSchedulingPolicy } from "../../test/support/store-examples.ts";
import { jobQueueArn, schedulingPolicyArn } from "../batch/arn.ts";
import type { Change } from "./change.ts";
import type { LiveState } from "./live-state.ts";

const QUEUE = jobQueueArn(SCOPE, "q");
const TEN_MINUTES_MS = 600_000;

function policyPut(name: string, shareDecaySeconds: number): Change {
  const body = { fairsharePolicy: { shareDecaySeconds } };
  return { kind: "plain-resource-put", resource: { ...aSchedulingPolicy(name, SCOPE), body } };
}

function queueWith(policyName: string): readonly Change[] {
  return aJobQueue("q", [], { schedulingPolicyArn: schedulingPolicyArn(SCOPE, policyName) }).changes();
}

/** An attempt of one vCPU of a job of the share. */
function placed(shareIdentifier: string, placedAtMs: number): readonly Change[] {
  const jobId = `job-of-${shareIdentifier}`;
  const { job, progress } = aJob(jobId);
  const attempt = {
    scope: SCOPE,
    jobId,
    number: 1,
    taskId: `task-of-${shareIdentifier}`,
    taskArn: "arn:task",
    computeEnvironmentArn: "arn:ce",
    placedAtMs,
  };
  return [
    { kind: "job-submitted", job: { ...job, shareIdentifier }, progress },
    { kind: "attempt-put", attempt },
  ];
}

/** Two shares, the second with its vCPU ten minutes after the first. */
function twoShares(): LiveState {
  return aState({
    changes: () => [
      policyPut("quick", 600),
      policyPut("slow", 86_400),
      ...queueWith("quick"),
      ...placed("early", 0),
      ...placed("late", TEN_MINUTES_MS),
    ],
  });
}

function averages(state: LiveState): readonly unknown[] {
  return [...(state.jobs.readyQueue(QUEUE)?.shares.values() ?? [])].map(
    ({ identifier, averageVcpuMillis, asOfMs }) => [identifier, averageVcpuMillis, asOfMs],
  );
}

describe("what the shares of a queue have had", () => {
  test("is brought to an instant when something happens to the share, and not before", () => {
    expect(averages(twoShares())).toEqual([
      ["early", 0, 0],
      ["late", 0, TEN_MINUTES_MS],
    ]);
  });

  test("is brought to the instant as of which it is written down", () => {
    const state = twoShares();
    const usage = { jobQueueArn: QUEUE, shareIdentifier: "early", averageVcpus: 0.75 };
    state.apply({ kind: "share-usage-put", ...usage, asOfMs: 2 * TEN_MINUTES_MS });
    expect(averages(state)).toEqual([
      ["early", 750, 2 * TEN_MINUTES_MS],
      ["late", 0, TEN_MINUTES_MS],
    ]);
  });

  test.each<[how: string, changes: readonly Change[]]>([
    ["is updated", [policyPut("quick", 86_400)]],
    ["is exchanged for another", queueWith("slow")],
  ])("counts until then by the policy before, where that %s", (_how, changes) => {
    const state = twoShares();
    for (const change of changes) state.apply(change);
    expect(state.jobs.readyQueue(QUEUE)?.fairShare?.halfLifeMs).toBe(86_400_000);
    expect(averages(state)).toEqual([
      ["early", 500, TEN_MINUTES_MS],
      ["late", 0, TEN_MINUTES_MS],
    ]);
  });

  test("stays as it was where the policy is put as it is", () => {
    const state = twoShares();
    for (const change of queueWith("quick")) state.apply(change);
    expect(averages(state)).toEqual(averages(twoShares()));
  });
});
