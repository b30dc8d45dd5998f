import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import { isUnderWay } from "../../batch/job.ts";
import type { UnspawnedChildren } from "../../batch/job.ts";
import { NO_RESOURCES } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { RetryStrategy } from "../../batch/retry-strategy.ts";
import type { Scope } from "../../batch/scope.ts";
import { isWaiting } from "../stored-child.ts";
import type { StoredLiveChild, StoredLiveJob } from "../store.ts";
import { wholeWorkload } from "./job-document.ts";
import type { JobDocument } from "./job-document.ts";
import type { JobListIndex } from "./job-list-index.ts";
import { readLiveChildren, SELECT_LATEST_ATTEMPT } from "./live-children.ts";
import type { LiveParents } from "./live-children.ts";
import { LiveDependencyReads } from "./live-dependency-reads.ts";
import { readLiveJobRows } from "./live-job-rows.ts";
import type { LiveJobRow } from "./live-job-rows.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { FAMILY_COLUMNS, familyOf, JOB_ITSELF, parseDocument, parseScopeKey, statusOf } from "./rows.ts";
import type { FamilyRow } from "./rows.ts";

/**
 * Reads every live job in slim form, in the order of submission, and then their children. What jobs have in common is one
 * object for all of them; what most jobs have not, such as dependencies, is read of the few that have it.
 */
export class LiveJobReads {
  readonly #database: DatabaseSync;
  readonly #texts: NumberedTexts;
  readonly #index: JobListIndex;
  readonly #parents: LiveParents = new Map();

  constructor(database: DatabaseSync, texts: NumberedTexts, index: JobListIndex) {
    this.#database = database;
    this.#texts = texts;
    this.#index = index;
  }

  *jobs(): Generator<StoredLiveJob> {
    const reader = new LiveJobReader(this.#database, this.#texts, this.#parents);
    for (const page of readLiveJobRows(this.#database, this.#index.end)) {
      for (const row of page) yield reader.liveJob(row);
    }
  }

  /** To be read after the jobs: only they tell which of them have children. */
  children(): Generator<StoredLiveChild> {
    return readLiveChildren(this.#database, this.#parents);
  }
}

/** What few jobs have. */
const REST = `SELECT ${FAMILY_COLUMNS}, has_dependencies AS hasDependencies, unspawned,
    is_cancelled OR is_terminated AS isStopRequested
  FROM jobs WHERE job_key = ?`;

interface RestRow extends FamilyRow {
  readonly hasDependencies: 0 | 1;
  readonly unspawned: string | null;
  readonly isStopRequested: 0 | 1;
}

class LiveJobReader {
  readonly #texts: NumberedTexts;
  readonly #parents: LiveParents;
  readonly #dependencies: LiveDependencyReads;
  readonly #selectRest: StatementSync;
  readonly #selectAttempt: StatementSync;
  readonly #selectDocument: StatementSync;
  readonly #scopes = new Map<number, Scope>();
  readonly #retryStrategies = new Map<number, RetryStrategy>();
  readonly #resources = new Map<string, Resources>();
  #lastResources = NO_RESOURCES;

  constructor(database: DatabaseSync, texts: NumberedTexts, parents: LiveParents) {
    this.#texts = texts;
    this.#parents = parents;
    this.#dependencies = new LiveDependencyReads(database, parents);
    this.#selectRest = database.prepare(REST);
    this.#selectAttempt = database.prepare(SELECT_LATEST_ATTEMPT);
    this.#selectDocument = database.prepare("SELECT document FROM job_documents WHERE job_key = ?");
  }

  liveJob(row: LiveJobRow): StoredLiveJob {
    const [jobKey, scope, jobId, queue, markedStatus, queuePosition, attemptCount] = row;
    const [
      ,
      ,
      ,
      ,
      ,
      ,
      ,
      vcpuMillis,
      memoryMiB,
      gpuCount,
      retryStrategy,
      attemptDurationSeconds,
      shareIdentifier,
      schedulingPriority,
    ] = row;
    const status = statusOf(markedStatus < 0 ? ~markedStatus : markedStatus);
    const activeAttempt = isUnderWay(status) ? this.#latestAttempt(jobKey) : undefined;
    const job = {
      scope: this.#shared(this.#scopes, scope, parseScopeKey),
      jobId,
      jobQueueArn: this.#texts.textOf(queue),
      status,
      queuePosition,
      attemptCount,
      resources: this.#sharedResources(vcpuMillis, memoryMiB, gpuCount),
      retryStrategy: this.#shared(this.#retryStrategies, retryStrategy, parseDocument<RetryStrategy>),
      attemptDurationSeconds: attemptDurationSeconds ?? undefined,
      nodeResources: undefined,
      shareIdentifier: shareIdentifier ?? undefined,
      schedulingPriority,
      activeAttempt,
      isStopRequested: false,
    };
    return markedStatus >= 0 ? job : { ...job, ...this.#rest(jobKey, scope, job) };
  }

  #rest(
    jobKey: number,
    scope: number,
    { jobId, status }: Pick<StoredLiveJob, "jobId" | "status">,
  ): Pick<StoredLiveJob, "array" | "nodes" | "nodeResources" | "dependsOn" | "isStopRequested"> {
    // `REST` names its columns as the type does.
    const row = this.#selectRest.get(jobKey) as unknown as RestRow;
    const { arraySize, nodes } = familyOf(row);
    const unspawned = row.unspawned === null ? undefined : parseDocument<UnspawnedChildren>(row.unspawned);
    if (arraySize !== undefined) this.#parents.set(jobKey, { jobId, kind: "array" });
    if (nodes !== undefined && isUnderWay(status)) this.#parents.set(jobKey, { jobId, kind: "multi-node" });
    const hasToWait =
      row.hasDependencies === 1 && isWaiting({ status, ...(unspawned !== undefined && { unspawned }) });
    return {
      ...(arraySize !== undefined && { array: { size: arraySize, unspawned } }),
      nodeResources: nodes && this.#nodeResources(jobKey),
      ...(nodes !== undefined && { nodes }),
      ...(hasToWait && { dependsOn: this.#dependencies.of(jobKey, scope) }),
      isStopRequested: row.isStopRequested === 1,
    };
  }

  #nodeResources(jobKey: number): readonly Resources[] | undefined {
    const document = parseDocument<JobDocument>(this.#selectDocument.get(jobKey)?.["document"]);
    const workload = wholeWorkload(document.workload);
    return workload.kind === "multi-node" ? workload.nodes.map(({ resources }) => resources) : undefined;
  }

  #latestAttempt(jobKey: number): Attempt | undefined {
    const row = this.#selectAttempt.get(jobKey, JOB_ITSELF);
    return row === undefined ? undefined : parseDocument<Attempt>(row["document"]);
  }

  #shared<Value>(known: Map<number, Value>, number: number, parse: (text: string) => Value): Value {
    const existing = known.get(number);
    if (existing !== undefined) return existing;
    const value = parse(this.#texts.textOf(number));
    known.set(number, value);
    return value;
  }

  /** Jobs that were submitted one after the other often ask for the same. */
  #sharedResources(vcpuMillis: number, memoryMiB: number, gpuCount: number): Resources {
    const last = this.#lastResources;
    if (last.vcpuMillis === vcpuMillis && last.memoryMiB === memoryMiB && last.gpuCount === gpuCount) {
      return last;
    }
    const key = `${vcpuMillis} ${memoryMiB} ${gpuCount}`;
    const resources = this.#resources.get(key) ?? { vcpuMillis, memoryMiB, gpuCount };
    this.#resources.set(key, resources);
    this.#lastResources = resources;
    return resources;
  }
}
