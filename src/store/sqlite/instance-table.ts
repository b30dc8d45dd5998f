import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Instance } from "../../batch/instance.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { parseDocument } from "./rows.ts";

/** Instances by scope and id, those that are terminated too. */
export class InstanceTable {
  readonly #put: StatementSync;
  readonly #select: StatementSync;
  readonly #selectNotTerminated: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO instances (scope, instance_id, terminated_at, document) VALUES (?, ?, ?, ?)
      ON CONFLICT (scope, instance_id) DO UPDATE SET terminated_at = excluded.terminated_at, document = excluded.document`,
    );
    this.#select = database.prepare("SELECT document FROM instances WHERE scope = ? AND instance_id = ?");
    this.#selectNotTerminated = database.prepare(
      "SELECT document FROM instances WHERE terminated_at IS NULL ORDER BY launch_key",
    );
    this.#remove = database.prepare(
      `DELETE FROM instances WHERE (scope, instance_id) IN (SELECT scope, instance_id FROM instances
        WHERE terminated_at < ? ORDER BY terminated_at, scope, instance_id LIMIT ?)`,
    );
  }

  put(instance: Instance): void {
    const { scope, instanceId, terminatedAtMs } = instance;
    this.#put.run(scopeKey(scope), instanceId, terminatedAtMs ?? null, JSON.stringify(instance));
  }

  read(scope: Scope, instanceId: string): Instance | undefined {
    const row = this.#select.get(scopeKey(scope), instanceId);
    return row === undefined ? undefined : parseDocument<Instance>(row["document"]);
  }

  /** In the order of their launch. */
  notTerminated(): Instance[] {
    return this.#selectNotTerminated.all().map((row) => parseDocument<Instance>(row["document"]));
  }

  /** Says how many it removed. */
  removeTerminatedBefore(terminatedBeforeMs: number, limit: number): number {
    return Number(this.#remove.run(terminatedBeforeMs, limit).changes);
  }
}
