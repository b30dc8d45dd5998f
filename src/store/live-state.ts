import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { JobDefinition } from "../batch/job-definition.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LogGroup } from "../batch/log-stream.ts";
import type { PlainResource } from "../batch/plain-resource.ts";
import { isSameScope, scopeKey } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { unreachable } from "../lib/assert.ts";
import type { Change } from "./change.ts";
import { LiveConsumables } from "./live-consumables.ts";
import { LiveInstances } from "./live-instances.ts";
import type { Instances, LiveInstance } from "./live-instances.ts";
import type { AttemptPlace } from "./live-attempts.ts";
import type { LiveJob } from "./live-job.ts";
import type { Consumables } from "./live-consumables.ts";
import { LivePlainResources } from "./live-plain-resources.ts";
import type { PlainResources } from "./live-plain-resources.ts";
import { LiveServiceJobs } from "./live-service-jobs.ts";
import type { ServiceJobs } from "./live-service-jobs.ts";
import { LiveJobs } from "./live-jobs.ts";
import type { StoredState } from "./store.ts";

export type { LiveJob } from "./live-job.ts";

export interface LiveJobDefinition {
  readonly latestRevision: number;
  /** Ascending. */
  readonly activeRevisions: readonly number[];
}

/**
 * All that decisions are made on, in memory: a fold over changes. It has one owner, the sequencer, and changes only
 * through `apply`; what it holds after a restart is what it held before.
 */
export class LiveState {
  readonly #computeEnvironments = new Map<string, ComputeEnvironment>();
  readonly #jobQueues = new Map<string, JobQueue>();
  readonly #jobDefinitions = new Map<string, LiveJobDefinition>();
  readonly #logGroups = new Map<string, LogGroup>();
  readonly #plainResources = new LivePlainResources();
  readonly #serviceJobs = new LiveServiceJobs();
  readonly #consumables = new LiveConsumables();
  readonly #unsettled = new Set<string>();
  readonly #instances = new LiveInstances();
  readonly #jobs = new LiveJobs(this.#instances);

  static from(stored: StoredState): LiveState {
    const state = new LiveState();
    for (const computeEnvironment of stored.computeEnvironments) state.#putEnvironment(computeEnvironment);
    for (const { scope, name, latestRevision, activeRevisions } of stored.jobDefinitions) {
      state.#jobDefinitions.set(jobDefinitionKey(scope, name), { latestRevision, activeRevisions });
    }
    for (const logGroup of stored.logGroups) state.#logGroups.set(logGroup.arn, logGroup);
    for (const resource of stored.plainResources) state.#plainResources.put(resource);
    for (const jobQueue of stored.jobQueues) state.#putQueue(jobQueue);
    for (const serviceJob of stored.serviceJobs) state.#serviceJobs.put(serviceJob);
    for (const instance of stored.instances) state.#instances.put(instance);
    for (const usage of stored.shareUsages) state.#jobs.setShareUsage(usage);
    state.#jobs.load(stored.liveJobs, stored.liveChildren);
    state.#consumables.load(stored.requirements, state.#jobs.active.values());
    return state;
  }

  /** By ARN. */
  get computeEnvironments(): ReadonlyMap<string, ComputeEnvironment> {
    return this.#computeEnvironments;
  }

  /** By ARN. */
  get jobQueues(): ReadonlyMap<string, JobQueue> {
    return this.#jobQueues;
  }

  /** By ARN. */
  get logGroups(): ReadonlyMap<string, LogGroup> {
    return this.#logGroups;
  }

  get plainResources(): PlainResources {
    return this.#plainResources;
  }

  get consumables(): Consumables {
    return this.#consumables;
  }

  get serviceJobs(): ServiceJobs {
    return this.#serviceJobs;
  }

  /** ARNs of compute environments and job queues whose status is CREATING, UPDATING or DELETING. */
  get unsettled(): ReadonlySet<string> {
    return this.#unsettled;
  }

  get jobs(): LiveJobs {
    return this.#jobs;
  }

  jobDefinition(scope: Scope, name: string): LiveJobDefinition | undefined {
    return this.#jobDefinitions.get(jobDefinitionKey(scope, name));
  }

  get instances(): Instances {
    return this.#instances;
  }

  /** Gives a RUNNABLE job its place, and all that it needs: see `LiveJobs.reserve`. */
  reserve(job: LiveJob, place: AttemptPlace, instances: readonly LiveInstance[]): string {
    const placedId = this.#jobs.reserve(job, place, instances);
    this.#consumables.reserve(placedId);
    return placedId;
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "compute-environment-put":
        return this.#putEnvironment(change.computeEnvironment);
      case "compute-environment-removed":
        return this.#removeNamed(this.#computeEnvironments, change);
      case "job-queue-put":
        return this.#putQueue(change.jobQueue);
      case "job-queue-removed":
        return this.#removeNamed(this.#jobQueues, change);
      case "job-definition-put":
        return this.#putJobDefinition(change.jobDefinition);
      case "job-submitted":
        this.#consumables.submit(change.job);
        return this.#jobs.submit(change.job, change.progress);
      case "job-changed":
        this.#consumables.noteChange(change);
        return this.#jobs.change(change.jobId, change.patch);
      case "child-put":
        return this.#jobs.putChild(change);
      case "attempt-put":
        this.#consumables.noteAttempt(change.attempt);
        return this.#jobs.putAttempt(change.attempt);
      case "instance-put":
        return this.#instances.put(change.instance);
      case "log-group-put":
        this.#logGroups.set(change.logGroup.arn, change.logGroup);
        return;
      case "log-group-removed":
        return this.#removeNamed(this.#logGroups, change);
      case "plain-resource-put":
        return this.#putPlainResource(change.resource);
      case "plain-resource-removed":
        return this.#plainResources.remove(change.resource);
      case "service-job-put":
        return this.#serviceJobs.put(change.serviceJob);
      case "share-usage-put":
        return this.#jobs.noteShareUsage(change);
      case "share-usage-removed":
        return this.#jobs.forgetShare(change.jobQueueArn, change.shareIdentifier);
      case "events-appended":
      case "job-tagged":
      case "log-stream-put":
      case "log-stream-removed":
      case "secret-put":
      case "secret-removed":
      case "setting-put":
        return; // in the store only: no decision reads them
      default:
        return unreachable(change);
    }
  }

  #putEnvironment(environment: ComputeEnvironment): void {
    this.#computeEnvironments.set(environment.arn, environment);
    this.#noteStatus(environment);
  }

  #putQueue(queue: JobQueue): void {
    this.#jobQueues.set(queue.arn, queue);
    this.#noteStatus(queue);
    if (queue.schedulingPolicyArn !== undefined) this.#setPolicy(queue.arn, queue.schedulingPolicyArn);
  }

  #setPolicy(jobQueueArn: string, schedulingPolicyArn: string): void {
    const body = this.#plainResources.find("scheduling-policy", schedulingPolicyArn)?.body;
    const policy = body !== undefined && "fairsharePolicy" in body ? body.fairsharePolicy : undefined;
    this.#jobs.setPolicy(jobQueueArn, policy);
  }

  #putPlainResource(resource: PlainResource): void {
    this.#plainResources.put(resource);
    if (resource.resourceType !== "scheduling-policy") return;
    for (const { arn, schedulingPolicyArn } of this.#jobQueues.values()) {
      if (schedulingPolicyArn === resource.arn) this.#setPolicy(arn, resource.arn);
    }
  }

  #noteStatus({ arn, status }: { readonly arn: string; readonly status: string }): void {
    if (status === "VALID" || status === "INVALID") this.#unsettled.delete(arn);
    else this.#unsettled.add(arn);
  }

  #removeNamed(
    resources: Map<string, { readonly scope: Scope; readonly name: string; readonly arn: string }>,
    { scope, name }: { readonly scope: Scope; readonly name: string },
  ): void {
    for (const { arn, ...resource } of resources.values()) {
      if (resource.name !== name || !isSameScope(resource.scope, scope)) continue;
      resources.delete(arn);
      this.#unsettled.delete(arn);
      this.#jobs.forgetQueue(arn);
      this.#jobs.forgetEnvironment(arn);
      this.#instances.forgetEnvironment(arn);
      return;
    }
  }

  #putJobDefinition({ scope, jobDefinitionName, revision, status }: JobDefinition): void {
    const key = jobDefinitionKey(scope, jobDefinitionName);
    const known = this.#jobDefinitions.get(key);
    const others = (known?.activeRevisions ?? []).filter((other) => other !== revision);
    const activeRevisions = status === "ACTIVE" ? [...others, revision].sort((a, b) => a - b) : others;
    const latestRevision = Math.max(known?.latestRevision ?? 0, revision);
    this.#jobDefinitions.set(key, { latestRevision, activeRevisions });
  }
}

function jobDefinitionKey(scope: Scope, name: string): string {
  return `${scopeKey(scope)}/${name}`;
}
