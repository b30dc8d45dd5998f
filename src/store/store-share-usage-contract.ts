import { expect, test } from "vitest";
import { aJobQueue, aShareUsage, OTHER_SCOPES, SCOPE } from "../../test/support/store-examples.ts";
import { jobQueueArn } from "../batch/arn.ts";
import type { StoredShareUsage } from "../batch/fair-share.ts";
import type { Change } from "./change.ts";
import type { Store } from "./store.ts";

export function testShareUsage(open: () => Store): void {
  test("keeps the latest usage of each share, by queue and share", async () => {
    await using store = open();
    await store.commit(["a", "b"].map(putQueue));
    const idle = aShareUsage("b", "team", { averageVcpus: 0.1 + 0.2, activeUntilMs: 1_700_000_600_000 });
    await store.commit(
      [idle, aShareUsage("a", "z"), aShareUsage("a", "Team"), aShareUsage("a", "team")].map(put),
    );
    const again = aShareUsage("a", "team", {
      averageVcpus: 1e-300,
      asOfMs: 1_700_000_060_000,
      activeUntilMs: 5,
    });
    const busy = aShareUsage("b", "team");
    await store.commit([put(again), put(busy)]);

    const kept = [aShareUsage("a", "Team"), again, aShareUsage("a", "z"), busy];
    expect((await store.load()).shareUsages).toEqual(kept);
    await store.commit([put(again)]);
    expect((await store.load()).shareUsages).toEqual(kept);
  });

  test("removes the usage of one share", async () => {
    await using store = open();
    await store.commit(["a", "b"].map(putQueue));
    await store.commit([aShareUsage("a", "x"), aShareUsage("a", "y"), aShareUsage("b", "x")].map(put));
    const { jobQueueArn: arn, shareIdentifier } = aShareUsage("a", "x");
    await store.commit([{ kind: "share-usage-removed", jobQueueArn: arn, shareIdentifier }]);
    expect((await store.load()).shareUsages).toEqual([aShareUsage("a", "y"), aShareUsage("b", "x")]);
  });

  test("removes the usage of a queue's shares with the queue", async () => {
    await using store = open();
    const [scope = SCOPE] = OTHER_SCOPES;
    await store.commit([
      putQueue("a"),
      putQueue("aa"),
      { kind: "job-queue-put", jobQueue: aJobQueue("a", scope) },
    ]);
    const elsewhere = aShareUsage("a", "team", { jobQueueArn: jobQueueArn(scope, "a") });
    const ofAnother = aShareUsage("aa", "team");
    await store.commit([elsewhere, ofAnother, aShareUsage("a", "team"), aShareUsage("a", "z")].map(put));
    await store.commit([{ kind: "job-queue-removed", scope: SCOPE, name: "a" }]);
    expect((await store.load()).shareUsages).toEqual([ofAnother, elsewhere]);

    await store.commit([putQueue("a")]);
    expect((await store.load()).shareUsages).toEqual([ofAnother, elsewhere]);
  });

  test("keeps nothing of a queue that is not there", async () => {
    await using store = open();
    await store.commit([putQueue("a"), { kind: "job-queue-removed", scope: SCOPE, name: "a" }]);
    await store.commit([aShareUsage("a", "team"), aShareUsage("never", "team")].map(put));
    expect((await store.load()).shareUsages).toEqual([]);
  });
}

function putQueue(name: string): Change {
  return { kind: "job-queue-put", jobQueue: aJobQueue(name) };
}

function put(usage: StoredShareUsage): Change {
  return { kind: "share-usage-put", ...usage };
}
