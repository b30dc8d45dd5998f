import type { Attempt } from "../../batch/attempt.ts";
import { parseChildJobId } from "../../batch/child-job.ts";
import { unreachable } from "../../lib/assert.ts";
import type { Change } from "../change.ts";
import type { MergedChange } from "./merge-job-changes.ts";
import type { Tables } from "./tables.ts";

/** Writes a change. For use in a transaction only. */
export function applyChange(tables: Tables, change: MergedChange): void {
  switch (change.kind) {
    case "compute-environment-put":
      return tables.computeEnvironments.put(change.computeEnvironment);
    case "compute-environment-removed":
      return tables.computeEnvironments.remove(change.scope, change.name);
    case "job-queue-put":
      return tables.jobQueues.put(change.jobQueue);
    case "job-queue-removed":
      tables.jobQueues.remove(change.scope, change.name);
      return tables.shareUsages.removeQueue(change.scope, change.name);
    case "share-usage-put":
      return tables.shareUsages.put(change);
    case "share-usage-removed":
      return tables.shareUsages.remove(change);
    case "job-definition-put":
      return tables.jobDefinitions.put(change.jobDefinition);
    case "job-submitted":
      return tables.jobWrites.submit(change.job, change.progress, "patch" in change ? change.patch : {});
    case "job-changed":
      return changeJob(tables, change);
    case "child-put":
      return tables.childJobWrites.put(change);
    case "job-tagged":
      return tables.jobWrites.tag(change.scope, change.jobId, change.tags, change.cause);
    case "attempt-put":
      return putAttempt(tables, change.attempt);
    case "instance-put":
      return tables.instances.put(change.instance);
    case "log-group-put":
      return tables.logGroups.put(change.logGroup);
    case "log-group-removed":
      tables.logGroups.remove(change.scope, change.name);
      return tables.logStreams.removeGroup(change.scope, change.name);
    case "log-stream-put":
      return tables.logStreams.put(change.logStream);
    case "log-stream-removed":
      return tables.logStreams.remove(change.scope, change.groupName, change.name);
    case "plain-resource-put":
      return tables.plainResources.put(change.resource);
    case "plain-resource-removed":
      return tables.plainResources.remove(change.resource);
    case "service-job-put":
      return tables.serviceJobs.put(change.serviceJob);
    case "secret-put":
      return tables.secrets.put(change.secret);
    case "secret-removed":
      return tables.secrets.remove(change.scope, change.name);
    case "events-appended":
      return tables.events.append(change.firstSequence, change.events);
    case "setting-put":
      return tables.settings.put(change.name, change.value);
    default:
      return unreachable(change);
  }
}

function changeJob(
  { jobWrites, childJobWrites }: Tables,
  { scope, jobId, patch }: Extract<Change, { kind: "job-changed" }>,
): void {
  const child = parseChildJobId(jobId);
  if (child === undefined) jobWrites.change(scope, jobId, patch);
  else childJobWrites.change(scope, child, patch);
}

function putAttempt({ jobWrites, childJobWrites }: Tables, attempt: Attempt): void {
  const child = parseChildJobId(attempt.jobId);
  if (child === undefined) jobWrites.putAttempt(attempt);
  else childJobWrites.putAttempt(child, attempt);
}
