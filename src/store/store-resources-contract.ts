import { expect, test } from "vitest";
import type { Change } from "./change.ts";
import {
  aComputeEnvironment,
  aJobDefinition,
  aJobQueue,
  anInstance,
  OTHER_SCOPES,
  SCOPE,
} from "../../test/support/store-examples.ts";
import { allPages } from "../../test/support/store-pages.ts";
import { BadPageTokenError } from "./store.ts";
import type { JobDefinitionFilter, Store } from "./store.ts";
import { loadStore } from "../../test/support/load-store.ts";

const ALL = { limit: 100 };

/** Names whose order by code points is neither that of UTF-16 units nor that of any language. */
const NAMES_IN_ORDER = ["A", "B", "_", "a", "a-1", "a1", "b", "é", "日本", "\uffee", "😀"];

export function testResources(open: () => Store): void {
  test("is empty at first", async () => {
    await using store = open();
    expect(await loadStore(store)).toEqual({
      computeEnvironments: [],
      jobQueues: [],
      shareUsages: [],
      jobDefinitions: [],
      liveJobs: [],
      liveChildren: [],
      instances: [],
      logGroups: [],
      lastEventSequence: 0,
      plainResources: [],
      requirements: [],
      serviceJobs: [],
    });
    expect(await store.readSetting("provider")).toBeUndefined();
    expect(await store.listJobQueues(SCOPE, ALL)).toEqual({ items: [] });
  });

  test("keeps the latest value of a setting", async () => {
    await using store = open();
    await store.commit([{ kind: "setting-put", name: "provider", value: "process" }]);
    await store.commit([{ kind: "setting-put", name: "provider", value: "docker" }]);
    expect(await store.readSetting("provider")).toBe("docker");
    expect(await store.readSetting("Provider")).toBeUndefined();
  });

  test("accepts a commit of nothing", async () => {
    await using store = open();
    await store.commit([]);
    expect((await store.load()).jobQueues).toEqual([]);
  });

  test("keeps, replaces and removes compute environments", async () => {
    await using store = open();
    const [first, second] = [aComputeEnvironment("first"), aComputeEnvironment("second")];
    await store.commit([put(first), put(second)]);
    const disabled = { ...first, state: "DISABLED", unmanagedvCpus: 4 } as const;
    await store.commit([
      put(disabled),
      { kind: "compute-environment-removed", scope: SCOPE, name: "absent" },
    ]);

    expect(await store.readComputeEnvironments(SCOPE, ["second", "absent", "first"])).toEqual([
      second,
      disabled,
    ]);
    expect(await store.listComputeEnvironments(SCOPE, ALL)).toEqual({ items: [disabled, second] });
    expect((await store.load()).computeEnvironments).toEqual([disabled, second]);

    await store.commit([{ kind: "compute-environment-removed", scope: SCOPE, name: "first" }]);
    expect(await store.readComputeEnvironments(SCOPE, ["first"])).toEqual([]);
    expect((await store.load()).computeEnvironments).toEqual([second]);
  });

  test("keeps, replaces and removes job queues", async () => {
    await using store = open();
    const [first, second] = [aJobQueue("first"), aJobQueue("second")];
    await store.commit([putQueue(first), putQueue(second)]);
    const disabled = { ...first, state: "DISABLED" } as const;
    await store.commit([putQueue(disabled), { kind: "job-queue-removed", scope: SCOPE, name: "absent" }]);

    expect(await store.readJobQueues(SCOPE, ["second", "absent", "first"])).toEqual([second, disabled]);
    expect(await store.listJobQueues(SCOPE, ALL)).toEqual({ items: [disabled, second] });
    expect((await store.load()).jobQueues).toEqual([disabled, second]);

    await store.commit([{ kind: "job-queue-removed", scope: SCOPE, name: "first" }]);
    expect(await store.readJobQueues(SCOPE, ["first"])).toEqual([]);
    expect((await store.load()).jobQueues).toEqual([second]);
  });

  test("lists by name, by code points", async () => {
    await using store = open();
    await store.commit(NAMES_IN_ORDER.toReversed().map((name) => putQueue(aJobQueue(name))));
    await store.commit(NAMES_IN_ORDER.map((name) => put(aComputeEnvironment(name))));
    const queuePages = await allPages((page) => store.listJobQueues(SCOPE, page), 2);
    const environmentPages = await allPages((page) => store.listComputeEnvironments(SCOPE, page), 3);
    expect(queuePages.map((page) => page.length)).toEqual([2, 2, 2, 2, 2, 1]);
    expect(queuePages.flat().map(({ name }) => name)).toEqual(NAMES_IN_ORDER);
    expect(environmentPages.flat().map(({ name }) => name)).toEqual(NAMES_IN_ORDER);
  });

  test("has no next page when the last one is full", async () => {
    await using store = open();
    await store.commit(["a", "b", "c", "d"].map((name) => putQueue(aJobQueue(name))));
    const pages = await allPages((page) => store.listJobQueues(SCOPE, page), 2);
    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("shows once what is there all the time while a list changes between its pages", async () => {
    await using store = open();
    await store.commit(["b", "d", "f", "h", "j"].map((name) => putQueue(aJobQueue(name))));
    const pages = await allPages(
      (page) => store.listJobQueues(SCOPE, page),
      2,
      async (pageCount) => {
        if (pageCount > 1) return;
        // Page 1 was b and d: one behind us comes, the one we stand on goes, one before us comes and one goes.
        await store.commit([
          putQueue(aJobQueue("a")),
          { kind: "job-queue-removed", scope: SCOPE, name: "d" },
          putQueue(aJobQueue("e")),
          { kind: "job-queue-removed", scope: SCOPE, name: "h" },
        ]);
      },
    );
    expect(pages.flat().map(({ name }) => name)).toEqual(["b", "d", "e", "f", "j"]);
  });

  test("keeps job definitions by revision and lists them by name and number", async () => {
    await using store = open();
    const definitions = [aJobDefinition("a", 2), aJobDefinition("a", 10), aJobDefinition("b", 1)];
    await store.commit(definitions.toReversed().map(putDefinition));
    const inactive = {
      ...aJobDefinition("a", 2),
      status: "INACTIVE",
      deregisteredAtMs: 1_700_000_001_000,
    } as const;
    await store.commit([putDefinition(inactive)]);

    expect(await store.readJobDefinition(SCOPE, "a", 2)).toEqual(inactive);
    expect(await store.readJobDefinition(SCOPE, "a", 3)).toBeUndefined();
    const listed = async (filter: JobDefinitionFilter) => {
      const pages = await allPages((page) => store.listJobDefinitions(SCOPE, filter, page), 1);
      return pages.flat().map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`);
    };
    expect(await listed({})).toEqual(["a:2", "a:10", "b:1"]);
    expect(await listed({ name: "a" })).toEqual(["a:2", "a:10"]);
    expect(await listed({ status: "ACTIVE" })).toEqual(["a:10", "b:1"]);
    expect(await listed({ name: "a", status: "INACTIVE" })).toEqual(["a:2"]);
    expect(await listed({ status: "active" })).toEqual([]);
    expect((await store.load()).jobDefinitions).toEqual([
      { scope: SCOPE, name: "a", latestRevision: 10, activeRevisions: [10] },
      { scope: SCOPE, name: "b", latestRevision: 1, activeRevisions: [1] },
    ]);
  });

  test("removes definitions that were deregistered first, and remembers their numbers", async () => {
    await using store = open();
    const inactive = (revision: number, deregisteredAtMs: number) =>
      putDefinition(aJobDefinition("a", revision, { status: "INACTIVE", deregisteredAtMs }));
    await store.commit([inactive(1, 300), inactive(2, 100), inactive(3, 200), inactive(4, 400)]);
    await store.commit([putDefinition(aJobDefinition("a", 5))]);

    expect(await store.removeJobDefinitionsDeregisteredBefore(100, 10)).toBe(0);
    expect(await store.removeJobDefinitionsDeregisteredBefore(400, 2)).toBe(2);
    const revisions = async () =>
      (await store.listJobDefinitions(SCOPE, {}, ALL)).items.map(({ revision }) => revision);
    expect(await revisions()).toEqual([1, 4, 5]);
    expect(await store.removeJobDefinitionsDeregisteredBefore(1000, 2)).toBe(2);
    expect(await revisions()).toEqual([5]);

    await store.commit([
      putDefinition(aJobDefinition("a", 5, { status: "INACTIVE", deregisteredAtMs: 500 })),
    ]);
    expect(await store.removeJobDefinitionsDeregisteredBefore(1000, 2)).toBe(1);
    expect((await store.load()).jobDefinitions).toEqual([
      { scope: SCOPE, name: "a", latestRevision: 5, activeRevisions: [] },
    ]);
  });

  test("keeps instances after their end, and loads those that have none", async () => {
    await using store = open();
    const [first, second] = [anInstance("i-1"), anInstance("i-2")];
    await store.commit([putInstance(first), putInstance(second)]);
    const terminated = { ...first, terminatedAtMs: 1_700_000_002_000 };
    await store.commit([putInstance(terminated)]);
    expect(await store.readInstance(SCOPE, "i-1")).toEqual(terminated);
    expect(await store.readInstance(SCOPE, "i-2")).toEqual(second);
    expect(await store.readInstance(SCOPE, "i-3")).toBeUndefined();
    expect((await store.load()).instances).toEqual([second]);
  });

  test("removes terminated instances, those that were terminated first before others", async () => {
    await using store = open();
    const terminations = { third: 301, first: 100, live: undefined, second: 200, fourth: 400 };
    for (const [id, terminatedAtMs] of Object.entries(terminations)) {
      await store.commit([
        putInstance(anInstance(id, terminatedAtMs === undefined ? {} : { terminatedAtMs })),
      ]);
    }
    const remaining = async () => {
      const found = await Promise.all(Object.keys(terminations).map((id) => store.readInstance(SCOPE, id)));
      return found.flatMap((instance) => instance?.instanceId ?? []);
    };
    expect(await store.removeInstancesTerminatedBefore(100, 10)).toBe(0);
    expect(await store.removeInstancesTerminatedBefore(400, 2)).toBe(2);
    expect(await remaining()).toEqual(["third", "live", "fourth"]);
    expect(await store.removeInstancesTerminatedBefore(400, 2)).toBe(1);
    expect(await remaining()).toEqual(["live", "fourth"]);
    expect((await store.load()).instances).toEqual([anInstance("live")]);
  });

  test("keeps scopes apart", async () => {
    await using store = open();
    const [near, far] = OTHER_SCOPES;
    for (const scope of [SCOPE, ...OTHER_SCOPES]) {
      await store.commit([
        put(aComputeEnvironment("same", scope)),
        putQueue(aJobQueue("same", scope)),
        putDefinition(aJobDefinition("same", 1, { scope })),
        putInstance(anInstance("i-1", { scope })),
      ]);
    }
    await store.commit([
      { kind: "compute-environment-removed", scope: SCOPE, name: "same" },
      { kind: "job-queue-removed", scope: SCOPE, name: "same" },
    ]);

    expect(await store.readComputeEnvironments(SCOPE, ["same"])).toEqual([]);
    expect(await store.listJobQueues(SCOPE, ALL)).toEqual({ items: [] });
    expect(await store.readInstance(SCOPE, "i-1")).toEqual(anInstance("i-1"));
    for (const scope of [near, far]) {
      if (scope === undefined) continue;
      expect(await store.listComputeEnvironments(scope, ALL)).toEqual({
        items: [aComputeEnvironment("same", scope)],
      });
      expect(await store.readJobQueues(scope, ["same"])).toEqual([aJobQueue("same", scope)]);
      expect(await store.readJobDefinition(scope, "same", 1)).toEqual(aJobDefinition("same", 1, { scope }));
      expect(await store.listJobDefinitions(scope, { name: "same" }, ALL)).toEqual({
        items: [aJobDefinition("same", 1, { scope })],
      });
    }
    expect((await store.load()).jobDefinitions).toHaveLength(3);
  });

  test.each(["", "x", "null", "[]", "{}", '["jobs",1,2]', '["job queues"]'])(
    "refuses %j as a page token",
    async (after) => {
      await using store = open();
      await store.commit([putQueue(aJobQueue("a"))]);
      const page = { limit: 1, after };
      await expect(store.listJobQueues(SCOPE, page)).rejects.toThrow(BadPageTokenError);
      await expect(store.listComputeEnvironments(SCOPE, page)).rejects.toThrow(BadPageTokenError);
      await expect(store.listJobDefinitions(SCOPE, {}, page)).rejects.toThrow(BadPageTokenError);
    },
  );

  test("refuses the page token of another list", async () => {
    await using store = open();
    await store.commit(["a", "b"].map((name) => putQueue(aJobQueue(name))));
    await store.commit([1, 2].map((revision) => putDefinition(aJobDefinition("a", revision))));
    const { next: ofQueues = "none" } = await store.listJobQueues(SCOPE, { limit: 1 });
    const { next: ofDefinitions = "none" } = await store.listJobDefinitions(SCOPE, {}, { limit: 1 });
    await expect(store.listComputeEnvironments(SCOPE, { limit: 1, after: ofQueues })).rejects.toThrow(
      BadPageTokenError,
    );
    await expect(store.listJobQueues(SCOPE, { limit: 1, after: ofDefinitions })).rejects.toThrow(
      BadPageTokenError,
    );
    await expect(store.listLogGroups(SCOPE, "", { limit: 1, after: ofQueues })).rejects.toThrow(
      BadPageTokenError,
    );
  });
}

function put(computeEnvironment: ReturnType<typeof aComputeEnvironment>): Change {
  return { kind: "compute-environment-put", computeEnvironment };
}

function putQueue(jobQueue: ReturnType<typeof aJobQueue>): Change {
  return { kind: "job-queue-put", jobQueue };
}

function putDefinition(jobDefinition: ReturnType<typeof aJobDefinition>): Change {
  return { kind: "job-definition-put", jobDefinition };
}

function putInstance(instance: ReturnType<typeof anInstance>): Change {
  return { kind: "instance-put", instance };
}
