import * as fc from "fast-check";
import { jobDefinitionArn, jobQueueArn } from "../../src/batch/arn.ts";
import { ENGINE_CAUSE } from "../../src/batch/cause.ts";
import type { BatchEvent } from "../../src/batch/event.ts";
import { JOB_STATUSES } from "../../src/batch/job.ts";
import type { Job, JobDependency, JobProgressPatch, UnspawnedChildren } from "../../src/batch/job.ts";
import type { PlainResource } from "../../src/batch/plain-resource.ts";
import type { ServiceJob } from "../../src/batch/service-job.ts";
import type { Change } from "../../src/store/change.ts";
import {
  aComputeEnvironment,
  aConsumableResource,
  aJob,
  aJobDefinition,
  aJobQueue,
  anAttempt,
  anInstance,
  aSecret,
  aQuotaShare,
  aSchedulingPolicy,
  aServiceJob,
  aShareUsage,
  aLogGroup,
  aLogStream,
  OTHER_SCOPES,
  SCOPE,
  SUBMITTED,
  submitted,
} from "./store-examples.ts";

/** Few of each, so that histories meet the same things again and again. */
export const SCOPES = [SCOPE, ...OTHER_SCOPES.slice(0, 1)];
export const JOB_IDS = ["1", "2", "3", "4", "5", "6"];
export const CHILD_IDS = ["3:0", "3:1", "3:2", "4:0", "4:1", "5#0", "5#1", "5#2", "6#0"];
/** Of other kinds than their parents, out of range, without a parent. */
export const NO_CHILD_IDS = ["1:0", "2#0", "3#0", "5:0", "3:3", "5#3", "7:0"];
export const NAMES = ["a", "A", "ab", "aB", "b", "Ñ", "ñ", "\uffee", "😀"];
export const DEFINITION_NAMES = ["d", "d-1", "e"];
export const TIMES = [-1, 0, 1, 2, 3, 1_700_000_000_000];
export const SHARES = ["red", "blue"];
export const CONSUMABLES = ["licence", "token"];
export const QUEUES = ["queue", "another"];
export const PREFIXES = ["", "a", "A", "d", "\uffee"];

const scope = fc.constantFrom(...SCOPES);
const name = fc.constantFrom(...NAMES);
const time = fc.constantFrom(...TIMES);
const jobKey = fc.record({ scope, jobId: fc.constantFrom(...JOB_IDS) });
const childKey = fc.record({ scope, jobId: fc.constantFrom(...CHILD_IDS) });

const dependency: fc.Arbitrary<JobDependency> = fc.record(
  {
    jobId: fc.constantFrom(...JOB_IDS, ...CHILD_IDS, ...NO_CHILD_IDS),
    type: fc.constantFrom("N_TO_N", "SEQUENTIAL"),
  },
  { requiredKeys: [] },
);

/** A job is always of the same kind. */
function familyOf(jobId: string): Pick<Job, "kind" | "arraySize" | "nodes"> {
  if (jobId === "3" || jobId === "4") return { kind: "array", arraySize: 3 };
  if (jobId === "5" || jobId === "6") return { kind: "multi-node", nodes: { count: 3, main: 1 } };
  return { kind: "single" };
}

const job: fc.Arbitrary<Job> = fc
  .record({
    key: jobKey,
    jobName: name,
    queue: fc.constantFrom(...QUEUES),
    definition: fc.constantFrom(...DEFINITION_NAMES),
    revision: fc.integer({ min: 1, max: 3 }),
    createdAtMs: time,
    shareIdentifier: fc.option(fc.constantFrom(...SHARES)),
    attemptDurationSeconds: fc.option(fc.constantFrom(60, 90)),
    attempts: fc.integer({ min: 1, max: 3 }),
    vcpuMillis: fc.constantFrom(250, 1000),
    dependsOn: fc.array(dependency, { maxLength: 3 }),
    consumables: fc.subarray(CONSUMABLES),
  })
  .map(({ key, queue, definition, revision, shareIdentifier, attemptDurationSeconds, ...rest }) =>
    aJob(key.jobId, {
      ...familyOf(key.jobId),
      dependsOn: rest.dependsOn,
      scope: key.scope,
      jobName: rest.jobName,
      jobQueueArn: jobQueueArn(key.scope, queue),
      jobDefinitionArn: jobDefinitionArn(key.scope, definition, revision),
      createdAtMs: rest.createdAtMs,
      retryStrategy: { attempts: rest.attempts, evaluateOnExit: [] },
      resources: { vcpuMillis: rest.vcpuMillis, memoryMiB: 512, gpuCount: 0 },
      ...(rest.consumables.length > 0 && {
        consumableResources: rest.consumables.map((consumableResource) => ({
          consumableResource,
          quantity: 2,
        })),
      }),
      ...(shareIdentifier !== null && { shareIdentifier }),
      ...(attemptDurationSeconds !== null && { attemptDurationSeconds }),
    }),
  );

const patch: fc.Arbitrary<JobProgressPatch> = fc.record(
  {
    status: fc.constantFrom(...JOB_STATUSES),
    statusReason: name,
    queuePosition: fc.integer({ min: -3, max: 3 }),
    attemptCount: fc.nat(3),
    scheduledAtMs: time,
    startedAtMs: time,
    stoppedAtMs: time,
    isCancelled: fc.boolean(),
    isTerminated: fc.boolean(),
    stoppedBy: fc.constantFrom(ENGINE_CAUSE, { principal: "a", requestId: "b" }),
  },
  { requiredKeys: [] },
);

const unspawned: fc.Arbitrary<UnspawnedChildren> = fc.record(
  {
    status: fc.constantFrom("RUNNABLE", "PENDING", "FAILED"),
    statusReason: name,
    stoppedAtMs: time,
  },
  { requiredKeys: ["status"] },
);

const jobPatch: fc.Arbitrary<JobProgressPatch> = fc
  .tuple(patch, fc.option(unspawned))
  .map(([one, of]) => ({ ...one, ...(of !== null && { unspawned: of }) }));

const childPut = fc
  .record({ scope, parentJobId: fc.constantFrom(...JOB_IDS, "7"), index: fc.nat(3), patch, atMs: time })
  .map(({ patch: one, ...child }): Change => ({
    kind: "child-put",
    ...child,
    progress: { ...SUBMITTED, ...one },
  }));

const attempt = fc
  .record({
    key: fc.oneof(jobKey, childKey),
    number: fc.integer({ min: 1, max: 3 }),
    outcome: fc.option(
      fc.constantFrom(
        { kind: "exited", exitCode: 0 } as const,
        { kind: "start-failed", reason: "x" } as const,
      ),
    ),
  })
  .map(({ key, number, outcome }) => anAttempt(key, number, { ...(outcome !== null && { outcome }) }));

const definition = fc
  .record({
    scope,
    name: fc.constantFrom(...DEFINITION_NAMES),
    revision: fc.integer({ min: 1, max: 12 }),
    deregisteredAtMs: fc.option(time),
  })
  .map(({ deregisteredAtMs, ...rest }) =>
    aJobDefinition(rest.name, rest.revision, {
      scope: rest.scope,
      ...(deregisteredAtMs !== null && { status: "INACTIVE", deregisteredAtMs }),
    }),
  );

const plainResource: fc.Arbitrary<PlainResource> = fc.oneof(
  fc.tuple(name, scope).map(([one, of]) => aSchedulingPolicy(one, of)),
  fc.tuple(name, scope).map(([one, of]) => aConsumableResource(one, { scope: of })),
  fc.tuple(name, scope).map(([one, of]) => aQuotaShare(`a/${one}`, of)),
);

/** What a service job was submitted with never changes. */
const serviceJob: fc.Arbitrary<ServiceJob> = fc
  .tuple(jobKey, name, fc.option(time))
  .map(([{ scope: of, jobId }, statusReason, stoppedAtMs]) =>
    aServiceJob(jobId, {
      scope: of,
      jobName: jobId === "1" ? "a" : "Ab",
      createdAtMs: Number(jobId),
      shareIdentifier: jobId === "2" ? "red" : "blue",
      statusReason,
      ...(stoppedAtMs !== null && { status: "FAILED", stoppedAtMs }),
    }),
  );

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: job.map((one) => submitted(one)) },
  {
    weight: 6,
    arbitrary: fc
      .oneof(fc.tuple(jobKey, jobPatch), fc.tuple(childKey, patch))
      .map(([key, one]): Change => ({ kind: "job-changed", ...key, patch: one, atMs: 1 })),
  },
  { weight: 4, arbitrary: childPut },
  { weight: 3, arbitrary: attempt.map((one): Change => ({ kind: "attempt-put", attempt: one })) },
  fc
    .tuple(jobKey, name)
    .map(([key, tag]): Change => ({ kind: "job-tagged", ...key, tags: { tag }, cause: ENGINE_CAUSE })),
  {
    weight: 3,
    arbitrary: definition.map((one): Change => ({ kind: "job-definition-put", jobDefinition: one })),
  },
  fc.tuple(name, scope).map(([one, of]): Change => ({
    kind: "compute-environment-put",
    computeEnvironment: aComputeEnvironment(one, of),
  })),
  fc
    .tuple(name, scope)
    .map(([one, of]): Change => ({ kind: "compute-environment-removed", name: one, scope: of })),
  fc.tuple(name, scope).map(([one, of]): Change => ({ kind: "job-queue-put", jobQueue: aJobQueue(one, of) })),
  fc.tuple(name, scope).map(([one, of]): Change => ({ kind: "job-queue-removed", name: one, scope: of })),
  fc.tuple(name, scope, fc.constantFrom(...SHARES), time).map(([one, of, share, asOfMs]): Change => ({
    kind: "share-usage-put",
    ...aShareUsage(one, share, { jobQueueArn: jobQueueArn(of, one), asOfMs, averageVcpus: asOfMs / 7 }),
    ...(asOfMs > 1 && { activeUntilMs: asOfMs + 1 }),
  })),
  fc.tuple(name, scope, fc.constantFrom(...SHARES)).map(([one, of, shareIdentifier]): Change => ({
    kind: "share-usage-removed",
    jobQueueArn: jobQueueArn(of, one),
    shareIdentifier,
  })),
  fc.tuple(name, scope, fc.option(time)).map(([one, of, terminatedAtMs]): Change => ({
    kind: "instance-put",
    instance: anInstance(one, { scope: of, ...(terminatedAtMs !== null && { terminatedAtMs }) }),
  })),
  fc.tuple(name, scope).map(([one, of]): Change => ({ kind: "log-group-put", logGroup: aLogGroup(one, of) })),
  fc.tuple(name, scope).map(([one, of]): Change => ({ kind: "log-group-removed", name: one, scope: of })),
  fc
    .tuple(name, name, scope)
    .map(([group, one, of]): Change => ({ kind: "log-stream-put", logStream: aLogStream(group, one, of) })),
  fc
    .tuple(name, name, scope)
    .map(([groupName, one, of]): Change => ({ kind: "log-stream-removed", groupName, name: one, scope: of })),
  fc.tuple(name, name).map(([one, value]): Change => ({ kind: "setting-put", name: one, value })),
  fc.tuple(name, scope).map(([one, of]): Change => ({ kind: "secret-put", secret: aSecret(one, of) })),
  plainResource.map((resource): Change => ({ kind: "plain-resource-put", resource })),
  plainResource.map((resource): Change => ({ kind: "plain-resource-removed", resource })),
  serviceJob.map((one): Change => ({ kind: "service-job-put", serviceJob: one })),
);

const batchEvent: fc.Arbitrary<BatchEvent> = fc.record(
  {
    kind: fc.constant("job-changed" as const),
    scope,
    jobId: fc.constantFrom(...JOB_IDS, ...CHILD_IDS),
    status: fc.constantFrom(...JOB_STATUSES),
    attemptCount: fc.nat({ max: 2 }),
    atMs: time,
    statusReason: name,
  },
  { requiredKeys: ["kind", "scope", "jobId", "status", "attemptCount", "atMs"] },
);

/** What happens to a store next. */
export type HistoryStep =
  | { readonly kind: "commit"; readonly changes: readonly Change[] }
  | { readonly kind: "append-events"; readonly events: readonly BatchEvent[] }
  | {
      readonly kind: "remove-jobs" | "remove-definitions" | "remove-instances";
      readonly beforeMs: number;
      readonly limit: number;
    };

/** Any step, about few things, so that they meet. */
export const historyStep: fc.Arbitrary<HistoryStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(change, { maxLength: 12 })
      .map((changes): HistoryStep => ({ kind: "commit", changes })),
  },
  fc
    .array(batchEvent, { minLength: 1, maxLength: 5 })
    .map((events): HistoryStep => ({ kind: "append-events", events })),
  fc.record({
    kind: fc.constantFrom("remove-jobs", "remove-definitions", "remove-instances"),
    beforeMs: time,
    limit: fc.integer({ min: 1, max: 3 }),
  }),
);
