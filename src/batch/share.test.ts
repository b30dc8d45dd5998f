import { describe, expect, test } from "vitest";
import { submissionRequest } from "../../test/support/batch-values.ts";
import type { SubmitJobRequest } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";
import { checkActiveShares, checkShare } from "./share.ts";

const FIFO = {};
const FAIR = { schedulingPolicyArn: "arn:aws:batch:us-east-1:111122223333:scheduling-policy/p" };

describe("checkShare", () => {
  const onlyFairShare = Refusal.bare(
    "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
  );
  test.each<[request: Partial<SubmitJobRequest>, queue: typeof FAIR | typeof FIFO, expected: unknown]>([
    [{}, FIFO, undefined],
    [{ shareIdentifier: "a" }, FIFO, onlyFairShare],
    [{ schedulingPriorityOverride: 0 }, FIFO, onlyFairShare],
    [{ shareIdentifier: "a", schedulingPriorityOverride: 9999 }, FAIR, undefined],
    [{ shareIdentifier: "User_A-1", schedulingPriorityOverride: 0 }, FAIR, undefined],
    [{ schedulingPriorityOverride: 1 }, FAIR, Refusal.bare("shareIdentifier must be specified.")],
    [{ shareIdentifier: "a*" }, FAIR, Refusal.wrapped("ShareIdentifier name should match a valid pattern.")],
    [
      { shareIdentifier: "a" },
      FAIR,
      Refusal.bare("Either schedulingPriority in job definition or schedulingPriorityOverride is required."),
    ],
    [
      { shareIdentifier: "a", schedulingPriorityOverride: 10_000 },
      FAIR,
      Refusal.bare("schedulingPriorityOverride must be between 0 and 9999, got 10000"),
    ],
  ])("decides about %j in a queue with %j", (request, queue, expected) => {
    const { schedulingPriorityOverride: priority } = request;
    const job = priority === undefined ? {} : { schedulingPriority: priority };
    expect(checkShare(submissionRequest(request), job, queue)).toEqual(expected);
  });

  test("is content with the priority of the definition", () => {
    const request = submissionRequest({ shareIdentifier: "a" });
    expect(checkShare(request, { schedulingPriority: 0 }, FAIR)).toBeUndefined();
  });

  test("lets a definition's priority pass where there is no fair share: it has no effect", () => {
    expect(checkShare(submissionRequest(), { schedulingPriority: 7 }, FIFO)).toBeUndefined();
  });
});

describe("checkActiveShares", () => {
  const jobQueueArn = "arn:aws:batch:us-east-1:111122223333:job-queue/q";
  const job = { shareIdentifier: "team", jobQueueArn };

  test.each<[count: number, isActive: boolean]>([
    [0, false],
    [499, false],
    [500, true],
  ])("takes a job where %d shares are active, its own among them: %s", (count, isActive) => {
    expect(checkActiveShares(job, { count: () => count, isActive })).toBeUndefined();
  });

  test("refuses a job that would add the 501st active share", () => {
    expect(checkActiveShares(job, { count: () => 500, isActive: false })).toEqual(
      Refusal.bare(
        `shareIdentifier must be one of the 500 that are active in ${jobQueueArn}, as it can have no more, got team`,
      ),
    );
  });

  test("has nothing to say of jobs without a share", () => {
    expect(checkActiveShares({ jobQueueArn }, { count: () => 500, isActive: false })).toBeUndefined();
  });
});
