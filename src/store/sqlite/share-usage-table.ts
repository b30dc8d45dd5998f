import type { DatabaseSync, StatementSync } from "node:sqlite";
import { jobQueueArn, parseResourceArn } from "../../batch/arn.ts";
import type { StoredShareUsage } from "../../batch/fair-share.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";

/** What shares have used lately, by the ARN of their queue and their identifier. */
export class ShareUsageTable {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeQueue: StatementSync;
  readonly #selectAll: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO share_usages (queue, share_identifier, average_vcpus, as_of, active_until)
      SELECT :queue, :share, :average, :asOf, :activeUntil
      WHERE EXISTS (SELECT 1 FROM job_queues WHERE scope = :scope AND name = :name)
      ON CONFLICT DO UPDATE SET
        average_vcpus = excluded.average_vcpus, as_of = excluded.as_of, active_until = excluded.active_until`,
    );
    this.#remove = database.prepare("DELETE FROM share_usages WHERE queue = ? AND share_identifier = ?");
    this.#removeQueue = database.prepare("DELETE FROM share_usages WHERE queue = ?");
    this.#selectAll = database.prepare(
      `SELECT queue AS jobQueueArn, share_identifier AS shareIdentifier, average_vcpus AS averageVcpus,
        as_of AS asOfMs, active_until AS activeUntilMs
      FROM share_usages ORDER BY queue, share_identifier`,
    );
  }

  /** Of a queue that is not there nothing is kept. */
  put({ jobQueueArn: arn, shareIdentifier, averageVcpus, asOfMs, activeUntilMs }: StoredShareUsage): void {
    const queue = parseResourceArn(arn);
    if (queue === undefined) return;
    this.#put.run({
      queue: arn,
      share: shareIdentifier,
      average: averageVcpus,
      asOf: asOfMs,
      activeUntil: activeUntilMs ?? null,
      scope: scopeKey(queue.scope),
      name: queue.name,
    });
  }

  remove({ jobQueueArn: arn, shareIdentifier }: ShareKey): void {
    this.#remove.run(arn, shareIdentifier);
  }

  removeQueue(scope: Scope, name: string): void {
    this.#removeQueue.run(jobQueueArn(scope, name));
  }

  all(): StoredShareUsage[] {
    // The columns are those of the interface, except that SQLite has a null where a member is absent.
    const rows = this.#selectAll.all() as unknown as ShareUsageRow[];
    return rows.map(({ activeUntilMs, ...usage }) => ({
      ...usage,
      ...(activeUntilMs !== null && { activeUntilMs }),
    }));
  }
}

type ShareKey = Pick<StoredShareUsage, "jobQueueArn" | "shareIdentifier">;

type ShareUsageRow = Omit<StoredShareUsage, "activeUntilMs"> & { readonly activeUntilMs: number | null };
