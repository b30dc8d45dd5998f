import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setFlagsFromString } from "node:v8";
import type { Attempt } from "../../batch/attempt.ts";
import { NO_RESOURCES } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { RetryStrategy } from "../../batch/retry-strategy.ts";
import type { Scope } from "../../batch/scope.ts";
import type { StoredLiveJob } from "../store.ts";
import type { JobListIndex } from "./job-list-index.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { FIRST_TERMINAL_STATUS, isUnderWay, parseDocument, parseScopeKey, statusOf } from "./rows.ts";

/**
 * Reads every live job in slim form, in the order of submission. A start with a million of them waits for this: rows
 * come as arrays, what jobs have in common is one object for all of them, and no list of them is made.
 */
export function* readLiveJobs(
  database: DatabaseSync,
  texts: NumberedTexts,
  index: JobListIndex,
): Generator<StoredLiveJob> {
  const reader = new LiveJobReader(database, texts);
  const select = database.prepare(LIVE_JOBS);
  select.setReturnArrays(true);
  using _cache = smallCache(database);
  using _youngGeneration = smallYoungGeneration();
  // The types of node:sqlite do not know about rows that are arrays; `LIVE_JOBS` selects what `LiveJobRow` names.
  for (const row of select.iterate({ indexEnd: index.end }) as Iterable<unknown> as Iterable<LiveJobRow>) {
    yield reader.liveJob(row);
  }
}

/** Pages that are read once are not worth keeping: SQLite would not give the memory back. */
function smallCache(database: DatabaseSync): Disposable {
  const { cache_size: before } = database.prepare("PRAGMA cache_size").get() ?? {};
  database.exec("PRAGMA cache_size = -512");
  return { [Symbol.dispose]: () => database.exec(`PRAGMA cache_size = ${Number(before)}`) };
}

/**
 * What is read stays. V8 takes that for a reason to enlarge the young generation, to 32 MiB, which it then keeps.
 * Measured: 170 bytes a job at 100,000 jobs, and no time. https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
function smallYoungGeneration(): Disposable {
  setFlagsFromString("--semi-space-growth-factor=1");
  return { [Symbol.dispose]: () => setFlagsFromString("--semi-space-growth-factor=2") };
}

/** The keys are collected from one range of the index and the tail and then visited in their order: that of submission. */
const LIVE_JOBS = `SELECT job_key, scope, job_id, queue, status, queue_position, attempt_count,
    vcpu_millis, memory_mib, gpu_count, retry_strategy, attempt_duration_seconds
  FROM jobs WHERE job_key IN (
    SELECT job_key FROM jobs WHERE is_indexed = 1 AND status < ${FIRST_TERMINAL_STATUS} UNION ALL
    SELECT job_key FROM jobs NOT INDEXED
    WHERE job_key > :indexEnd AND is_indexed = 0 AND status < ${FIRST_TERMINAL_STATUS})
  ORDER BY job_key`;

type LiveJobRow = readonly [
  jobKey: number,
  scope: number,
  jobId: string,
  queue: number,
  status: number,
  queuePosition: number,
  attemptCount: number,
  vcpuMillis: number,
  memoryMiB: number,
  gpuCount: number,
  retryStrategy: number,
  attemptDurationSeconds: number | null,
];

class LiveJobReader {
  readonly #texts: NumberedTexts;
  readonly #selectAttempt: StatementSync;
  readonly #scopes = new Map<number, Scope>();
  readonly #retryStrategies = new Map<number, RetryStrategy>();
  readonly #resources = new Map<string, Resources>();
  #lastResources = NO_RESOURCES;

  constructor(database: DatabaseSync, texts: NumberedTexts) {
    this.#texts = texts;
    this.#selectAttempt = database.prepare(
      "SELECT document FROM attempts WHERE job_key = ? ORDER BY number DESC LIMIT 1",
    );
  }

  liveJob(row: LiveJobRow): StoredLiveJob {
    const [jobKey, scope, jobId, queue, statusNumber, queuePosition, attemptCount] = row;
    const [, , , , , , , vcpuMillis, memoryMiB, gpuCount, retryStrategy, attemptDurationSeconds] = row;
    const status = statusOf(statusNumber);
    const activeAttempt = isUnderWay(status) ? this.#latestAttempt(jobKey) : undefined;
    return {
      scope: this.#shared(this.#scopes, scope, parseScopeKey),
      jobId,
      jobQueueArn: this.#texts.textOf(queue),
      status,
      queuePosition,
      attemptCount,
      resources: this.#sharedResources(vcpuMillis, memoryMiB, gpuCount),
      retryStrategy: this.#shared(this.#retryStrategies, retryStrategy, parseDocument<RetryStrategy>),
      attemptDurationSeconds: attemptDurationSeconds ?? undefined,
      activeAttempt,
      isStopRequested: false,
    };
  }

  #latestAttempt(jobKey: number): Attempt | undefined {
    const row = this.#selectAttempt.get(jobKey);
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
