import { expect, test } from "vitest";
import { expireLogs } from "./expire-logs.ts";
import type { ExpiryPosition } from "./expire-logs.ts";
import { TestLogsService, TEST_SCOPE } from "../../../../test/support/logs-service.ts";

const DAY_MS = 86_400_000;

test("gives back what groups do not keep any longer, a bounded number of streams a call", async () => {
  await using service = await TestLogsService.open();
  const jobs = new Map<string, string[]>();
  for (const [name, count] of Object.entries({ forever: 1, month: 2, week: 1_100 })) {
    await service.group(name);
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const { streamId } = await service.jobStream(name, `s${index}`);
      service.at.job(streamId, "x\n");
      ids.push(streamId);
    }
    jobs.set(name, ids);
  }
  await service.call("PutRetentionPolicy", { logGroupName: "month", retentionInDays: 30 });
  await service.call("PutRetentionPolicy", { logGroupName: "week", retentionInDays: 7 });
  service.at.clock.ms += 8 * DAY_MS;
  const [kept = "", ...expired] = jobs.get("week") ?? [];
  service.at.logs.openFile(kept);
  service.at.write(kept, "still running\n");

  const { items: groups } = await service.store.listLogGroups(TEST_SCOPE, "", { limit: 10 });
  const logs = service.at.logs;
  const positions: (ExpiryPosition | undefined)[] = [];
  do {
    positions.push(
      await expireLogs({ store: service.store, logs }, groups, service.at.clock.ms, positions.at(-1)),
    );
  } while (positions.at(-1) !== undefined);

  expect(positions.map((position) => position?.groupArn.split(":").at(-1))).toEqual([
    "week",
    "week",
    undefined,
  ]);
  const left = [...(jobs.get("forever") ?? []), ...(jobs.get("month") ?? []), kept];
  expect(left.filter((id) => logs.lastEventAt(id) === undefined)).toEqual([]);
  expect(expired.filter((id) => logs.lastEventAt(id) !== undefined)).toEqual([]);
});
