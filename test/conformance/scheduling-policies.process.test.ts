import type { CreateSchedulingPolicyCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import {
  deleteQueue,
  makeEnvironment,
  makeQueue,
  settledQueue,
  setQueueState,
} from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });

function arnOf(name: string): string {
  return `arn:aws:batch:us-east-1:000000000000:scheduling-policy/${name}`;
}

const QUOTA_SHARE = { idleResourceAssignmentStrategy: "FIFO" } as const;

beforeAll(async () => {
  const { batch } = used;
  await makeEnvironment(batch, "ce");
  await batch.createSchedulingPolicy({ name: "fair" });
  await batch.createSchedulingPolicy({ name: "fairer" });
  await batch.createSchedulingPolicy({ name: "quota", quotaSharePolicy: QUOTA_SHARE });
  await makeQueue(batch, "shared", ["ce"], { schedulingPolicyArn: arnOf("fair") });
});

describe("a scheduling policy", () => {
  test("is there at once, shown with what AWS adds, updated as a whole and deleted", async () => {
    const { batch } = used;
    const shareDistribution = [{ shareIdentifier: "UserA*", weightFactor: 0.5 }];
    const arn = arnOf("whole");
    expect(
      await batch.createSchedulingPolicy({
        name: "whole",
        fairsharePolicy: { shareDecaySeconds: 60, shareDistribution },
        tags: { team: "a" },
      }),
    ).toMatchObject({ name: "whole", arn });
    const shown = async () => (await batch.describeSchedulingPolicies({ arns: [arn] })).schedulingPolicies;
    expect(await shown()).toEqual([
      {
        name: "whole",
        arn,
        fairsharePolicy: { shareDecaySeconds: 60, computeReservation: 0, shareDistribution },
        tags: { team: "a" },
      },
    ]);
    await batch.updateSchedulingPolicy({ arn, fairsharePolicy: { computeReservation: 50 } });
    expect(await shown()).toMatchObject([
      { fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 50, shareDistribution: [] } },
    ]);
    await batch.tagResource({ resourceArn: arn, tags: { more: "b" } });
    await batch.untagResource({ resourceArn: arn, tagKeys: ["team"] });
    expect((await batch.listTagsForResource({ resourceArn: arn })).tags).toEqual({ more: "b" });
    await batch.deleteSchedulingPolicy({ arn });
    expect(await shown()).toEqual([]);
    await batch.deleteSchedulingPolicy({ arn });
  });

  test("is listed by its ARN, page by page", async () => {
    const first = await used.batch.listSchedulingPolicies({ maxResults: 2 });
    expect(first.schedulingPolicies).toEqual([{ arn: arnOf("fair") }, { arn: arnOf("fairer") }]);
    const { nextToken } = first;
    const last = await used.batch.listSchedulingPolicies({ maxResults: 2, nextToken });
    expect(last.schedulingPolicies).toEqual([{ arn: arnOf("quota") }]);
    expect(last.nextToken).toBeUndefined();
  });

  test.each<[what: string, request: Partial<CreateSchedulingPolicyCommandInput>, refusal: RefusalSeen]>([
    ["a name that is taken", { name: "fair" }, wrapped("Object already exists")],
    [
      "both kinds at once",
      { fairsharePolicy: {}, quotaSharePolicy: QUOTA_SHARE },
      wrapped("A scheduling policy can have either fairsharePolicy or quotaSharePolicy"),
    ],
    [
      "shares that overlap",
      { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "a*" }, { shareIdentifier: "ab" }] } },
      wrapped("Share identifier ab matches another share identifier a*"),
    ],
    [
      "a reservation of all",
      { fairsharePolicy: { computeReservation: 100 } },
      clientException("fairsharePolicy.computeReservation must be between 0 and 99, got 100"),
    ],
  ])("%s: refused", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.createSchedulingPolicy({ name: "refused", ...request }))).toEqual(
      refusal,
    );
  });

  test("that is not there cannot be updated", async () => {
    expect(await refusalOf(used.batch.updateSchedulingPolicy({ arn: arnOf("nowhere") }))).toEqual(
      clientException(`${arnOf("nowhere")} does not exist`),
    );
  });

  test("stays while a queue uses it", async () => {
    const { batch } = used;
    await batch.createSchedulingPolicy({ name: "held" });
    const { jobQueueArn = "" } = await makeQueue(batch, "holding", ["ce"], {
      schedulingPolicyArn: arnOf("held"),
    });
    const deletion = () => batch.deleteSchedulingPolicy({ arn: arnOf("held") });
    expect(await refusalOf(deletion())).toEqual(
      clientException(`Cannot delete ${arnOf("held")}, it is used by the job queue ${jobQueueArn}`),
    );
    await setQueueState(batch, "holding", "DISABLED");
    await deleteQueue(batch, "holding");
    await deletion();
  });
});

describe("a queue", () => {
  test("exchanges its policy for one of the same kind and keeps having one", async () => {
    const { batch } = used;
    const { jobQueueArn: jobQueue = "" } = await makeQueue(batch, "exchanging", ["ce"], {
      schedulingPolicyArn: arnOf("fair"),
    });
    await batch.updateJobQueue({ jobQueue, schedulingPolicyArn: arnOf("fairer") });
    expect(await settledQueue(batch, jobQueue)).toMatchObject({ schedulingPolicyArn: arnOf("fairer") });
    expect(await refusalOf(batch.updateJobQueue({ jobQueue, schedulingPolicyArn: "" }))).toEqual(
      clientException(`schedulingPolicyArn of ${jobQueue} can be replaced and not removed`),
    );
    expect(await refusalOf(batch.updateJobQueue({ jobQueue, schedulingPolicyArn: arnOf("quota") }))).toEqual(
      wrapped("Quota Management feature is only supported for SageMaker Training job queues."),
    );
  });

  test("16.41 that is FIFO never gets a policy", async () => {
    const update = used.batch.updateJobQueue({ jobQueue: "default", schedulingPolicyArn: arnOf("fair") });
    expect(await refusalOf(update)).toEqual(
      clientException(
        `schedulingPolicyArn must be absent for a job queue that was created without one, got ${arnOf("fair")}`,
      ),
    );
  });
});

describe("a submission", () => {
  const onlyFairShare = clientException(
    "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
  );

  test("16.51 with a share to a FIFO queue is refused with AWS's text", async () => {
    expect(await refusalOf(used.jobs.submit("true", { shareIdentifier: "a" }))).toEqual(onlyFairShare);
    expect(await refusalOf(used.jobs.submit("true", { schedulingPriorityOverride: 1 }))).toEqual(
      onlyFairShare,
    );
  });

  test("16.51 without a share to a fair-share queue is refused", async () => {
    const { jobs } = used;
    const submission = { jobQueue: "shared", schedulingPriorityOverride: 1 };
    expect(await refusalOf(jobs.submit("true", submission))).toEqual(
      clientException("shareIdentifier must be specified."),
    );
    expect(await refusalOf(jobs.submit("true", { jobQueue: "shared", shareIdentifier: "a" }))).toEqual(
      clientException(
        "Either schedulingPriority in job definition or schedulingPriorityOverride is required.",
      ),
    );
  });

  test("with a share and a priority runs and shows both", async () => {
    const submission = { jobQueue: "shared", shareIdentifier: "UserA-1", schedulingPriorityOverride: 9999 };
    expect(await used.jobs.run("true", submission)).toMatchObject({
      status: "SUCCEEDED",
      shareIdentifier: "UserA-1",
      schedulingPriority: 9999,
    });
    const filters = [{ name: "SHARE_IDENTIFIER", values: ["UserA-1"] }];
    const listed = await used.batch.listJobs({ jobQueue: "shared", jobStatus: "SUCCEEDED", filters });
    expect(listed.jobSummaryList).toMatchObject([{ shareIdentifier: "UserA-1" }]);
  });
});
