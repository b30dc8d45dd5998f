import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { jobQueueArn } from "../../src/batch/arn.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { StoredLiveJob } from "../../src/store/store.ts";
import type { Submission } from "./crash-record.ts";
import { QUEUES } from "./job-load.ts";
import type { MarksFolder } from "./marks.ts";
import { endsInTransaction } from "./wal-tail.ts";
import { loadStore } from "../support/load-store.ts";

/**
 * What a kill hit, by what it left. Nothing here is guessed from the moment that was aimed at: the store is opened as
 * the dead server left it (a copy, so that the next server finds it untouched) and held against what the clients know
 * and what the jobs have marked.
 *
 * - `submit`: SubmitJob was under way: its answer never came.
 * - `start`: an attempt is durable as placed, and not as RUNNING. Its command may not have begun, or may be at work
 *   already without the store knowing.
 * - `run`: the store has an attempt as RUNNING, and its command has begun and not come to its end.
 * - `finish`: a command has come to its end, and the store has its attempt as under way.
 * - `stop`: the store has the wish that an attempt be ended, and not its end.
 * - `commit`: the log of the store ends in the middle of a transaction; or a submission is durable whose answer was not
 *   delivered, so that the kill fell between the end of the transaction's writes and the answer.
 * - `gang`: of a job of several nodes some had begun their attempt, and others not.
 * - `restart`: the server was not ready yet.
 */
export const HITS = {
  "submit: the answer was lost": "submit",
  "start: placed, the command had not begun": "start",
  "start: the command had begun, RUNNING was not durable": "start",
  "run: the command was at work": "run",
  "finish: the command had ended, the end was not durable": "finish",
  "stop: asked for, the end was not durable": "stop",
  "commit: a transaction was written in part": "commit",
  "commit: durable, and nobody was told": "commit",
  "gang: some nodes of a job had begun": "gang",
  "restart: not ready yet": "restart",
} as const;

export type Hit = keyof typeof HITS;
export type Phase = (typeof HITS)[Hit];

export interface KilledServer {
  readonly dataDir: string;
  readonly marks: MarksFolder;
  /** Those whose answer this kill lost. */
  readonly lostSubmissions: readonly Submission[];
}

export async function findHits(killed: KilledServer): Promise<ReadonlySet<Hit>> {
  const { dataDir, marks, lostSubmissions } = killed;
  const copyDir = mkdtempSync(join(dataDir, "..", "killed-"));
  try {
    const copy = join(copyDir, "batchyard.db");
    copyFileSync(join(dataDir, "batchyard.db"), copy);
    const wal = join(dataDir, "batchyard.db-wal");
    if (existsSync(wal)) copyFileSync(wal, `${copy}-wal`);
    const isTorn = existsSync(wal) && endsInTransaction(readFileSync(`${copy}-wal`));

    await using store = SqliteStore.open(copy);
    const { liveJobs } = await loadStore(store);
    const isStopping = liveJobs.some(({ activeAttempt }) => activeAttempt?.stopping !== undefined);
    const isToldNobody = await someAreDurable(store, lostSubmissions);
    return new Set<Hit>([
      ...liveJobs.flatMap((job) => hitOfAttempt(job, marks)),
      ...(liveJobs.some((job) => isHalfStarted(job, marks))
        ? ["gang: some nodes of a job had begun" as const]
        : []),
      ...(isStopping ? ["stop: asked for, the end was not durable" as const] : []),
      ...(lostSubmissions.length > 0 ? ["submit: the answer was lost" as const] : []),
      ...(isTorn ? ["commit: a transaction was written in part" as const] : []),
      ...(isToldNobody ? ["commit: durable, and nobody was told" as const] : []),
    ]);
  } finally {
    rmSync(copyDir, { recursive: true });
  }
}

function hitOfAttempt({ jobId, activeAttempt }: StoredLiveJob, marks: MarksFolder): readonly Hit[] {
  if (activeAttempt === undefined) return [];
  const { number, startedAtMs } = activeAttempt;
  const [hasBegun, hasEnded] = (["starts", "ends"] as const).map((kind) =>
    marks.read(kind, jobId).some(({ attemptNumber }) => attemptNumber === number),
  );
  if (hasEnded === true) return ["finish: the command had ended, the end was not durable"];
  if (startedAtMs !== undefined) return hasBegun === true ? ["run: the command was at work"] : [];
  return hasBegun === true
    ? ["start: the command had begun, RUNNING was not durable"]
    : ["start: placed, the command had not begun"];
}

function isHalfStarted({ jobId, activeAttempt, nodes }: StoredLiveJob, marks: MarksFolder): boolean {
  if (nodes === undefined || activeAttempt === undefined) return false;
  const ids = [jobId, ...Array.from({ length: nodes.count }, (_, index) => `${jobId}#${index}`)];
  const begun = ids.filter((id) =>
    marks.read("starts", id).some(({ attemptNumber }) => attemptNumber === activeAttempt.number),
  );
  return begun.length > 0 && begun.length < nodes.count;
}

async function someAreDurable(store: SqliteStore, submissions: readonly Submission[]): Promise<boolean> {
  const scope = { accountId: "000000000000", region: "us-east-1" };
  for (const { plan } of submissions) {
    const queue = jobQueueArn(scope, plan.kind === "held" ? QUEUES.held : QUEUES.work);
    const nameEquals = { text: plan.name, isPrefix: false };
    const { items } = await store.listJobs(scope, { jobQueueArn: queue, nameEquals }, { limit: 1 });
    if (items.length > 0) return true;
  }
  return false;
}
