import type { Attempt } from "../batch/attempt.ts";
import type { Cause } from "../batch/cause.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { BatchEvent } from "../batch/event.ts";
import type { StoredShareUsage } from "../batch/fair-share.ts";
import type { Instance } from "../batch/instance.ts";
import type { Job, JobProgress, JobProgressPatch } from "../batch/job.ts";
import type { JobDefinition } from "../batch/job-definition.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../batch/log-stream.ts";
import type { PlainResource } from "../batch/plain-resource.ts";
import type { Scope } from "../batch/scope.ts";
import type { StoredSecret } from "../batch/secret.ts";
import type { ServiceJob } from "../batch/service-job.ts";
import type { PlainResourceKey } from "./live-plain-resources.ts";

/**
 * What a commit is made of. Every decision of the API and of the engine is a list of these; the live state and every
 * store apply the same list. Each is an upsert or a removal by key, so that applying one twice changes nothing more.
 * One about a job, a stream or a resource that is not there changes nothing.
 */
export type Change =
  | { readonly kind: "compute-environment-put"; readonly computeEnvironment: ComputeEnvironment }
  | { readonly kind: "compute-environment-removed"; readonly scope: Scope; readonly name: string }
  | { readonly kind: "job-queue-put"; readonly jobQueue: JobQueue }
  /** Takes the usage of the queue's shares with it. */
  | { readonly kind: "job-queue-removed"; readonly scope: Scope; readonly name: string }
  | ({ readonly kind: "share-usage-put" } & StoredShareUsage)
  /** Of a share without live jobs. */
  | ({ readonly kind: "share-usage-removed" } & Pick<StoredShareUsage, "jobQueueArn" | "shareIdentifier">)
  | { readonly kind: "job-definition-put"; readonly jobDefinition: JobDefinition }
  /** A job that is there already stays as it is. */
  | { readonly kind: "job-submitted"; readonly job: Job; readonly progress: JobProgress }
  | {
      readonly kind: "job-changed";
      readonly scope: Scope;
      /** Of any job, spawned children and nodes (`id:3`, `id#1`) included. */
      readonly jobId: string;
      readonly patch: JobProgressPatch;
      /** When it came about. */
      readonly atMs: number;
    }
  /** A child of an array is spawned, or a node other than the main one placed: one that is there gets this progress. */
  | {
      readonly kind: "child-put";
      readonly scope: Scope;
      readonly parentJobId: string;
      readonly index: number;
      readonly progress: JobProgress;
      readonly atMs: number;
    }
  | {
      readonly kind: "job-tagged";
      readonly scope: Scope;
      readonly jobId: string;
      /** All tags that the job has from now on. */
      readonly tags: Readonly<Record<string, string>>;
      readonly cause: Cause;
    }
  | { readonly kind: "attempt-put"; readonly attempt: Attempt }
  | { readonly kind: "instance-put"; readonly instance: Instance }
  | { readonly kind: "log-group-put"; readonly logGroup: LogGroup }
  /** Takes the group's streams with it. */
  | { readonly kind: "log-group-removed"; readonly scope: Scope; readonly name: string }
  | { readonly kind: "log-stream-put"; readonly logStream: LogStream }
  | {
      readonly kind: "log-stream-removed";
      readonly scope: Scope;
      readonly groupName: string;
      readonly name: string;
    }
  | { readonly kind: "plain-resource-put"; readonly resource: PlainResource }
  | { readonly kind: "plain-resource-removed"; readonly resource: PlainResourceKey }
  | { readonly kind: "service-job-put"; readonly serviceJob: ServiceJob }
  | { readonly kind: "secret-put"; readonly secret: StoredSecret }
  | { readonly kind: "secret-removed"; readonly scope: Scope; readonly name: string }
  /** What the other changes of the commit mean to those who follow jobs. The first is numbered next to the last before. */
  | {
      readonly kind: "events-appended";
      readonly firstSequence: number;
      /** At least one. */
      readonly events: readonly BatchEvent[];
    }
  /** A fact about the data folder itself, such as which provider it was made for. */
  | { readonly kind: "setting-put"; readonly name: string; readonly value: string };
