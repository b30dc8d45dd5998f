import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import { lastOutcomeOf } from "../last-outcome.ts";
import type { JobListEntry } from "../store.ts";
import { parseDocument } from "./rows.ts";

/** How latest attempts ended. Read for the jobs of a page only: as a column it would be read for the whole tail. */
export class LatestOutcomes {
  readonly #select: StatementSync;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(
      `SELECT document -> '$.outcome' AS outcome FROM attempts WHERE job_key = ? AND child_index = ?
      ORDER BY number DESC LIMIT 1`,
    );
  }

  of(jobKey: number, childIndex: number): Pick<JobListEntry, "lastOutcome"> {
    const outcome = this.#select.get(jobKey, childIndex)?.["outcome"] ?? null;
    return lastOutcomeOf(outcome === null ? undefined : parseDocument<AttemptOutcome>(outcome));
  }
}
