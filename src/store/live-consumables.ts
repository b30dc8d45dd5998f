import type { Attempt } from "../batch/attempt.ts";
import { submittedJobId } from "../batch/child-job.ts";
import type { ConsumableRequirement } from "../batch/consumable-resource.ts";
import { isTerminal } from "../batch/job.ts";
import type { Job, JobProgressPatch } from "../batch/job.ts";
import type { LiveJob } from "./live-job.ts";
import type { LiveRequirements } from "./store.ts";

/** What jobs need and attempts hold of consumable resources, as decisions see it. */
export interface Consumables {
  /** Whether any live job needs any. */
  readonly isAnyNeeded: boolean;
  /** What each attempt of the job needs; a child's are its array's. */
  neededBy(jobId: string): readonly ConsumableRequirement[];
  /** How much of the resource attempts under way hold. */
  heldOf(consumableResourceArn: string): number;
}

/** For use by the live state only, which hands it out as `Consumables`. */
export class LiveConsumables implements Consumables {
  readonly #needs = new Map<string, readonly ConsumableRequirement[]>();
  /** By the task id of the attempt. */
  readonly #held = new Map<string, readonly ConsumableRequirement[]>();
  /** Ids of jobs and children whose attempt is about to follow. */
  readonly #reserved = new Set<string>();
  readonly #quantities = new Map<string, number>();

  /** @param jobs those whose attempts are under way. */
  load(requirements: readonly LiveRequirements[], jobs: Iterable<Pick<LiveJob, "activeAttempt">>): void {
    for (const job of requirements) this.submit(job);
    for (const { activeAttempt } of jobs) if (activeAttempt !== undefined) this.noteAttempt(activeAttempt);
  }

  get isAnyNeeded(): boolean {
    return this.#needs.size > 0;
  }

  neededBy(jobId: string): readonly ConsumableRequirement[] {
    if (this.#needs.size === 0) return NOTHING;
    return this.#needs.get(submittedJobId(jobId)) ?? NOTHING;
  }

  heldOf(consumableResourceArn: string): number {
    return this.#quantities.get(consumableResourceArn) ?? 0;
  }

  submit({ jobId, consumableResources }: Pick<Job, "jobId" | "consumableResources">): void {
    if (consumableResources !== undefined) this.#needs.set(jobId, consumableResources);
  }

  /** What a job needed that has ended is forgotten. */
  noteChange({ jobId, patch }: { readonly jobId: string; readonly patch: JobProgressPatch }): void {
    if (patch.status !== undefined && isTerminal(patch.status)) this.#needs.delete(jobId);
  }

  /** The job has its place: what its attempt, which is about to follow, needs is taken. */
  reserve(jobId: string): void {
    const needs = this.neededBy(jobId);
    if (needs.length === 0) return;
    this.#reserved.add(jobId);
    for (const { consumableResource, quantity } of needs) this.#add(consumableResource, quantity);
  }

  /** An attempt takes what its job needs when it is placed and gives it back when it ends. */
  noteAttempt({ jobId, taskId, outcome }: Pick<Attempt, "jobId" | "taskId" | "outcome">): void {
    if (outcome !== undefined) {
      for (const held of this.#held.get(taskId) ?? NOTHING)
        this.#add(held.consumableResource, -held.quantity);
      this.#held.delete(taskId);
      return;
    }
    const needs = this.neededBy(jobId);
    if (needs.length === 0 || this.#held.has(taskId)) return;
    this.#held.set(taskId, needs);
    if (this.#reserved.delete(jobId)) return;
    for (const { consumableResource, quantity } of needs) this.#add(consumableResource, quantity);
  }

  #add(consumableResource: string, quantity: number): void {
    const sum = this.heldOf(consumableResource) + quantity;
    if (sum === 0) this.#quantities.delete(consumableResource);
    else this.#quantities.set(consumableResource, sum);
  }
}

const NOTHING: readonly ConsumableRequirement[] = [];
