import { expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue } from "../../../../test/support/builders.ts";
import { expireLogs } from "./expire-logs.ts";
import type { ExpiryPosition, LogExpiry } from "./expire-logs.ts";
import { TestLogsService, TEST_SCOPE } from "../../../../test/support/logs-service.ts";

const DAY_MS = 86_400_000;

function expiryOf({ store, sequencer, at: { logs } }: TestLogsService): LogExpiry {
  return { store, logs, sequencer, jobRetentionDays: 30 };
}

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
    positions.push(await expireLogs(expiryOf(service), groups, service.at.clock.ms, positions.at(-1)));
  } while (positions.at(-1) !== undefined);

  expect(positions.map((position) => position?.groupArn.split(":").at(-1))).toEqual([
    "month",
    "week",
    "week",
    undefined,
  ]);
  const left = [...(jobs.get("forever") ?? []), ...(jobs.get("month") ?? []), kept];
  expect(left.filter((id) => logs.lastEventAt(id) === undefined)).toEqual([]);
  expect(expired.filter((id) => logs.lastEventAt(id) !== undefined)).toEqual([]);
});

test("removes the streams of jobs that are gone, once nothing keeps them", async () => {
  await using service = await TestLogsService.open();
  const { store, at } = service;
  const kept = [aComputeEnvironment("ce"), aJobQueue("q", ["ce"]), aJob("kept")];
  await store.commit(kept.flatMap((thing) => thing.changes()));
  await service.group("plain");
  await service.group("quarter", "client");
  await service.call("PutRetentionPolicy", { logGroupName: "quarter", retentionInDays: 90 });
  const written = await service.jobStream("plain", "written", "gone");
  at.job(written.streamId, "x\n");
  await service.jobStream("plain", "silent", "gone");
  await service.jobStream("plain", "of a job that is there", "kept");
  await service.jobStream("quarter", "of a group that keeps longer", "gone");
  const { items: groups } = await store.listLogGroups(TEST_SCOPE, "", { limit: 10 });

  const namesAfter = async (days: number): Promise<readonly string[]> => {
    at.clock.ms += days * DAY_MS;
    let position: ExpiryPosition | undefined;
    do position = await expireLogs(expiryOf(service), groups, at.clock.ms, position);
    while (position !== undefined);
    const names: string[] = [];
    for (const groupName of ["plain", "quarter"]) {
      const filter = { groupName, namePrefix: "", descending: false };
      const { items } = await store.listLogStreams(TEST_SCOPE, filter, { limit: 10 });
      names.push(...items.map(({ name }) => name));
    }
    return names;
  };
  const all = ["of a job that is there", "silent", "written", "client", "of a group that keeps longer"];
  expect(await namesAfter(30)).toEqual(all);
  expect(at.logs.lastEventAt(written.streamId)).toBeDefined();
  expect(await namesAfter(1)).toEqual(["of a job that is there", "client", "of a group that keeps longer"]);
  expect(at.logs.lastEventAt(written.streamId)).toBeUndefined();
  expect(await namesAfter(60)).toEqual(["of a job that is there", "client"]);
});
