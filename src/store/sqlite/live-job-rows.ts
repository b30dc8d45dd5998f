import type { DatabaseSync } from "node:sqlite";
import { setFlagsFromString } from "node:v8";
import { FIRST_TERMINAL_STATUS } from "./rows.ts";

/** What decisions need of every live job, in the order of `COLUMNS`. */
export type LiveJobRow = readonly [
  jobKey: number,
  scope: number,
  jobId: string,
  queue: number,
  /** With each bit turned round, and so below 0, where there is more to read of the job. */
  markedStatus: number,
  queuePosition: number,
  attemptCount: number,
  vcpuMillis: number,
  memoryMiB: number,
  gpuCount: number,
  retryStrategy: number,
  attemptDurationSeconds: number | null,
  shareIdentifier: string | null,
  schedulingPriority: number,
];

const COLUMNS = `job_key, scope, job_id, queue,
  iif(child_count IS NOT NULL OR has_dependencies OR is_cancelled OR is_terminated, ~status, status),
  queue_position, attempt_count, vcpu_millis, memory_mib, gpu_count, retry_strategy, attempt_duration_seconds,
  share_identifier, scheduling_priority`;

/** Measured: of a million rows, pages take 0.66 s, rows one by one 0.9 s, and ten times as many in a page no less. */
const PAGE_ROWS = 1_000;

/** Where one key of so many is that of a live job, passing over the others costs less than looking up the live ones. */
const KEYS_PER_LIVE_JOB_MAX = 4;

/**
 * The rows of all live jobs in the order of submission, in pages. A start with a million of them waits for this: rows
 * come as arrays, many at once, and no list of all of them is made.
 *
 * @param indexEnd the last job key that is in the list indexes.
 */
export function* readLiveJobRows(database: DatabaseSync, indexEnd: number): Generator<readonly LiveJobRow[]> {
  using _cache = smallCache(database);
  using _youngGeneration = smallYoungGeneration();
  const { count, firstKey, lastKey } = spanOf(database, indexEnd);
  if (count * KEYS_PER_LIVE_JOB_MAX < lastKey - firstKey) yield* readScattered(database, indexEnd);
  else yield* readFrom(database, firstKey);
}

interface Span {
  /** Of the live jobs that are in the list indexes. */
  readonly count: number;
  readonly firstKey: number;
  /** Of any job. */
  readonly lastKey: number;
}

function spanOf(database: DatabaseSync, indexEnd: number): Span {
  const indexed = database.prepare(
    `SELECT count(*) AS count, min(job_key) AS firstKey FROM jobs
    WHERE is_indexed = 1 AND status < ${FIRST_TERMINAL_STATUS}`,
  );
  const { count, firstKey } = indexed.get() ?? {};
  const last = database.prepare("SELECT max(job_key) AS lastKey FROM jobs").get();
  return {
    count: Number(count),
    firstKey: Number(firstKey ?? indexEnd + 1),
    lastKey: Number(last?.["lastKey"] ?? 0),
  };
}

/** Reads all jobs from that key on, and passes over those that have ended. */
function* readFrom(database: DatabaseSync, firstKey: number): Generator<readonly LiveJobRow[]> {
  const select = database.prepare(
    `SELECT ${COLUMNS} FROM jobs NOT INDEXED
    WHERE job_key >= ? AND status < ${FIRST_TERMINAL_STATUS} ORDER BY job_key LIMIT ${PAGE_ROWS}`,
  );
  select.setReturnArrays(true);
  let nextKey: number | undefined = firstKey;
  while (nextKey !== undefined) {
    const page = select.all(nextKey) as unknown as readonly LiveJobRow[];
    yield page;
    const [lastKey] = page.at(-1) ?? [];
    nextKey = lastKey === undefined ? undefined : lastKey + 1;
  }
}

/** The keys are collected from one range of the index and the tail and then visited in their order. */
function* readScattered(database: DatabaseSync, indexEnd: number): Generator<readonly LiveJobRow[]> {
  const select = database.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE job_key IN (
      SELECT job_key FROM jobs WHERE is_indexed = 1 AND status < ${FIRST_TERMINAL_STATUS} UNION ALL
      SELECT job_key FROM jobs NOT INDEXED
      WHERE job_key > ? AND is_indexed = 0 AND status < ${FIRST_TERMINAL_STATUS})
    ORDER BY job_key`,
  );
  select.setReturnArrays(true);
  // The types of node:sqlite do not know about rows that are arrays; both statements select `COLUMNS`.
  for (const row of select.iterate(indexEnd) as Iterable<unknown> as Iterable<LiveJobRow>) yield [row];
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
