import { jobQueueArn } from "../../batch/arn.ts";
import type { StoredShareUsage } from "../../batch/fair-share.ts";
import type { Scope } from "../../batch/scope.ts";
import { SortedTable } from "./sorted-table.ts";

type ShareKey = Pick<StoredShareUsage, "jobQueueArn" | "shareIdentifier">;

/** What shares have used lately, by the ARN of their queue and their identifier. */
export class MemoryShareUsages {
  readonly #usages = new SortedTable<StoredShareUsage>();

  put({ jobQueueArn: arn, shareIdentifier, averageVcpus, asOfMs, activeUntilMs }: StoredShareUsage): void {
    this.#usages.set(arn, [shareIdentifier], {
      jobQueueArn: arn,
      shareIdentifier,
      averageVcpus,
      asOfMs,
      ...(activeUntilMs !== undefined && { activeUntilMs }),
    });
  }

  remove({ jobQueueArn: arn, shareIdentifier }: ShareKey): void {
    this.#usages.delete(arn, [shareIdentifier]);
  }

  removeQueue(scope: Scope, name: string): void {
    const arn = jobQueueArn(scope, name);
    const removed = [...this.#usages.after(arn, [""])];
    for (const { shareIdentifier } of removed) this.#usages.delete(arn, [shareIdentifier]);
  }

  all(): StoredShareUsage[] {
    return this.#usages.values();
  }
}
