import type { DatabaseSync, StatementSync } from "node:sqlite";
import { parseChildJobId } from "../../batch/child-job.ts";
import type { ChildJobId } from "../../batch/child-job.ts";
import type { JobDependency, UnspawnedChildren } from "../../batch/job.ts";
import type { JobStatus } from "../../model/batch.ts";
import { hasChild } from "../stored-child.ts";
import type { StoredDependency } from "../store.ts";
import type { LiveParents } from "./live-children.ts";
import { FAMILY_COLUMNS, familyOf, parseDocument, statusOf } from "./rows.ts";
import type { FamilyRow } from "./rows.ts";

/** What live jobs wait for, and what became of it. */
export class LiveDependencyReads {
  readonly #parents: LiveParents;
  readonly #selectDependencies: StatementSync;
  readonly #selectNamed: StatementSync;
  readonly #selectChildStatus: StatementSync;

  /** @param parents gets the arrays whose children those of another one wait for, each for its own. */
  constructor(database: DatabaseSync, parents: LiveParents) {
    this.#parents = parents;
    this.#selectDependencies = database.prepare(
      "SELECT document -> '$.dependsOn' AS dependsOn FROM job_documents WHERE job_key = ?",
    );
    this.#selectNamed = database.prepare(
      `SELECT job_key AS jobKey, status, unspawned, ${FAMILY_COLUMNS} FROM jobs WHERE scope = ? AND job_id = ?`,
    );
    this.#selectChildStatus = database.prepare(
      "SELECT status FROM child_jobs WHERE job_key = ? AND child_index = ?",
    );
  }

  of(jobKey: number, scope: number): StoredDependency[] {
    const { dependsOn = "[]" } = this.#selectDependencies.get(jobKey) ?? {};
    return parseDocument<JobDependency[]>(dependsOn).map((dependency) => {
      const status = this.#statusOf(scope, dependency);
      return { ...dependency, ...(status !== undefined && { status }) };
    });
  }

  #statusOf(scope: number, { jobId, type }: JobDependency): JobStatus | undefined {
    if (jobId === undefined) return undefined;
    const child = parseChildJobId(jobId);
    const row = this.#selectNamed.get(scope, child?.parentJobId ?? jobId);
    if (row === undefined) return undefined;
    // `#selectNamed` names its columns as the type does.
    const named = row as unknown as NamedRow;
    if (child !== undefined) return this.#childStatusOf(named, child);
    const { kind } = familyOf(named);
    if (type === "N_TO_N" && kind === "array") this.#parents.set(named.jobKey, { jobId, kind });
    return statusOf(named.status);
  }

  #childStatusOf(parent: NamedRow, child: ChildJobId): JobStatus | undefined {
    const family = familyOf(parent);
    if (!hasChild(family, child)) return undefined;
    const row = this.#selectChildStatus.get(parent.jobKey, child.index);
    if (row !== undefined) return statusOf(Number(row["status"]));
    const { unspawned, status } = parent;
    if (family.kind !== "array" || unspawned === null) return statusOf(status);
    return parseDocument<UnspawnedChildren>(unspawned).status;
  }
}

interface NamedRow extends FamilyRow {
  readonly jobKey: number;
  readonly status: number;
  readonly unspawned: string | null;
}
