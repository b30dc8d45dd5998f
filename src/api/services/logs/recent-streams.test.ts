import { describe, expect, test } from "vitest";
import { TEST_SCOPE, TestLogsService } from "../../../../test/support/logs-service.ts";
import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import type { Page } from "../../../store/store.ts";
import { RecentStreams } from "./recent-streams.ts";

const GROUP = "/aws/batch/job";

/** A service with a group, and how often its streams were gone through. */
async function aService() {
  const service = await TestLogsService.open();
  await service.group(GROUP);
  const group = await service.store.readLogGroup(TEST_SCOPE, GROUP);
  if (group === undefined) throw new Error("the group was made");
  let listCount = 0;
  const list = service.store.listLogStreams.bind(service.store);
  service.store.listLogStreams = (...request): Promise<Page<LogStream>> => {
    listCount += 1;
    return list(...request);
  };
  const namesSince = async (fromMs: number): Promise<readonly string[] | undefined> =>
    (await service.recentStreams.since(group, fromMs))?.map(({ name }) => name).sort();
  const endedJob = async (name: string): Promise<void> => {
    const { streamId } = await service.jobStream(GROUP, name);
    service.at.job(streamId, "x\n");
  };
  return { service, group, namesSince, endedJob, listCount: () => listCount };
}

describe("the streams written lately", () => {
  test("are found by going through the group once, and noted from then on", async () => {
    const { service, namesSince, endedJob, listCount } = await aService();
    await using at = service;
    await endedJob("old");
    at.at.clock.ms += 1_000;
    const beganAtMs = at.at.clock.ms;
    await endedJob("new");
    expect(await namesSince(beganAtMs)).toEqual(["new"]);

    at.at.clock.ms += 1_000;
    await endedJob("newer");
    const open = await at.jobStream(GROUP, "open");
    at.at.logs.openFile(open.streamId);
    expect(await namesSince(beganAtMs)).toEqual(["new", "newer"]);
    at.at.write(open.streamId, "x\n");
    expect(await namesSince(beganAtMs + 1)).toEqual(["newer", "open"]);
    expect(await namesSince(0)).toEqual(["new", "newer", "old", "open"]);
    expect(listCount()).toBe(1);
  });

  test("are those that clients put to, and none that are gone", async () => {
    const { service, namesSince, endedJob } = await aService();
    await using at = service;
    await at.call("CreateLogStream", { logGroupName: GROUP, logStreamName: "client" });
    await endedJob("job");
    const beganAtMs = at.at.clock.ms;
    expect(await namesSince(beganAtMs)).toEqual(["job"]);
    await at.put(GROUP, "client", "x");
    expect(await namesSince(beganAtMs)).toEqual(["client", "job"]);
    await at.call("DeleteLogStream", { logGroupName: GROUP, logStreamName: "job" });
    expect(await namesSince(beganAtMs)).toEqual(["client"]);
    await at.call("DeleteLogGroup", { logGroupName: GROUP });
    expect(await namesSince(beganAtMs)).toEqual([]);
  });

  test("are looked for again where nobody asked for ten minutes", async () => {
    const { service, namesSince, endedJob, listCount } = await aService();
    await using at = service;
    await namesSince(0);
    at.at.clock.ms += 600_001;
    await endedJob("job");
    expect(await namesSince(0)).toEqual(["job"]);
    expect(listCount()).toBe(2);
  });

  test("are remembered up to a number: those written last, and those that still may be", async () => {
    const { service, group } = await aService();
    await using at = service;
    const silent: LogStream = await at.jobStream(GROUP, "silent");
    at.at.logs.openFile(silent.streamId);
    const startMs = at.at.clock.ms;
    const recent = withDatedStreams(at, group, 12_000);
    expect(await recent.since(group, startMs + 1_999)).toBeUndefined();
    expect((await recent.since(group, startMs + 7_000))?.length).toBe(5_000);
    const { streams, areAll } = await recent.latest(group);
    expect([areAll, streams.length >= 5_000, streams.length < 10_000]).toEqual([false, true, true]);
    at.at.write(silent.streamId, "x\n");
    at.at.clock.ms = startMs + 20_000;
    expect((await recent.since(group, startMs + 20_000))?.map(({ name }) => name)).toEqual(["silent"]);
  });
});

/** Over a store that lists so many more streams of ended jobs, whose last events are a millisecond apart. */
function withDatedStreams({ store, at }: TestLogsService, group: LogGroup, count: number): RecentStreams {
  const startMs = at.clock.ms;
  const dated = new Map<string, number>();
  const streams = Array.from({ length: count }, (_, index): LogStream => {
    const name = `s${String((index * 7_919) % count).padStart(6, "0")}`;
    dated.set(name, startMs + index);
    const { scope } = group;
    return { scope, groupName: GROUP, name, arn: name, streamId: name, writer: "job", createdAtMs: startMs };
  });
  const listed = Object.create(store) as typeof store;
  listed.listLogStreams = async (scope, filter, page) => {
    if (page.after === undefined) {
      return { ...(await store.listLogStreams(scope, filter, page)), next: "dated" };
    }
    return { items: streams };
  };
  const logs = Object.create(at.logs) as typeof at.logs;
  logs.isOpen = (streamId) => !dated.has(streamId) && at.logs.isOpen(streamId);
  logs.lastEventAt = (streamId) => dated.get(streamId) ?? at.logs.lastEventAt(streamId);
  return new RecentStreams({
    store: listed,
    logs,
    clock: at.clock,
    state: () => ({ jobs: { active: new Map() } }),
  });
}
