import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { jobDefinitionArn } from "../../batch/arn.ts";
import { QUEUE, SCOPE } from "../../../test/support/store-examples.ts";
import type { JobFilter } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { loadStore } from "../../../test/support/load-store.ts";
import { temporaryStorePath } from "../../../test/support/temporary-store.ts";

/** Read whole by `load`, and by nothing else: resources, usage of shares, live service jobs, and which jobs need which resources. */
const READ_WHOLE = new RegExp(
  `^SCAN (${[
    "compute_environments",
    "job_queues",
    "log_groups",
    "job_definition_names",
    "instances USING INDEX instances_not_terminated",
    "client_tokens",
    "consumable_resources",
    "quota_shares",
    "scheduling_policies",
    "secrets",
    "service_environments",
    "share_usages",
    "service_jobs USING INDEX service_jobs_live",
    "consumable_jobs USING COVERING INDEX consumable_jobs_by_job",
  ].join("|")})$`,
);

/** The one statement that looks for the end of the tail, which `JobListIndex` keeps short, from behind. */
const READS_TAIL = "SELECT job_key FROM jobs NOT INDEXED WHERE is_indexed = 1 ORDER BY job_key DESC LIMIT 1";
/** The tail's jobs are in no index that has the order. */
const SORTS_TAIL = /SEARCH jobs USING INTEGER PRIMARY KEY \(rowid>\?\)\nUSE TEMP B-TREE FOR ORDER BY/g;

const JOB_FILTERS: readonly Omit<JobFilter, "jobQueueArn">[] = [
  {},
  { status: "RUNNABLE" },
  { createdBeforeMs: 1 },
  { createdAfterMs: 1 },
  { shareIdentifier: "share" },
  { shareIdentifier: "share", status: "RUNNABLE" },
  { nameEquals: { text: "a", isPrefix: false } },
  { nameEquals: { text: "a", isPrefix: true } },
  { definition: { by: "arn", arn: jobDefinitionArn(SCOPE, "a", 1) } },
  { definition: { by: "name", name: "a" } },
  { definition: { by: "name-prefix", name: "a" } },
];

test("every statement is answered by keys: nothing is scanned, nothing sorted", async () => {
  const path = temporaryStorePath();
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  {
    await using store = SqliteStore.open(path);
    for (const filter of JOB_FILTERS) {
      await store.listJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, { limit: 1 });
    }
    await loadStore(store);
  }
  const statements = prepare.mock.calls
    .map(([sql]) => sql)
    .filter((sql) => !/^(PRAGMA|BEGIN|COMMIT)/.test(sql));
  prepare.mockRestore();
  expect(statements.length).toBeGreaterThan(40);

  using database = new DatabaseSync(path);
  expect(statements).toContain(READS_TAIL);
  const steps = statements
    .filter((sql) => sql !== READS_TAIL)
    .flatMap((sql) => planOf(database, sql).join("\n").replaceAll(SORTS_TAIL, "tail").split("\n"));
  expect(steps).toContain("tail");
  expect(steps).toContain("SEARCH child_jobs USING PRIMARY KEY (job_key=? AND child_index>?)");
  expect(steps).toContain(
    "SEARCH child_jobs USING INDEX child_jobs_by_status (job_key=? AND status=? AND child_index>?)",
  );
  expect(steps.filter((step) => /SCAN|TEMP B-TREE/.test(step) && !READ_WHOLE.test(step))).toEqual([]);
  expect(steps.filter((step) => step.startsWith("SEARCH jobs USING INDEX")).length).toBeGreaterThan(10);
});

function planOf(database: DatabaseSync, sql: string): string[] {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row["detail"]));
}
