import { expect, test } from "vitest";
import type { LogGroup, LogStream } from "../batch/log-stream.ts";
import type { Change } from "./change.ts";
import { aLogGroup, aLogStream, OTHER_SCOPES, SCOPE } from "../../test/support/store-examples.ts";
import { allPages } from "../../test/support/store-pages.ts";
import { BadPageTokenError } from "./store.ts";
import type { LogStreamFilter, Store } from "./store.ts";

const GROUP = "/aws/batch/job";
const STREAMS_IN_ORDER = ["a/1", "a/10", "a/2", "a0", "b", "b\uffee", "b😀", "c"];

export function testLogs(open: () => Store): void {
  test("keeps, replaces and removes groups", async () => {
    await using store = open();
    const [first, second] = [aLogGroup("first"), aLogGroup("second")];
    await store.commit([putGroup(second), putGroup(first)]);
    const limited = { ...first, retentionInDays: 7 };
    await store.commit([putGroup(limited), { kind: "log-group-removed", scope: SCOPE, name: "absent" }]);
    expect(await store.readLogGroup(SCOPE, "first")).toEqual(limited);
    expect((await store.load()).logGroups).toEqual([limited, second]);

    await store.commit([{ kind: "log-group-removed", scope: SCOPE, name: "first" }]);
    expect(await store.readLogGroup(SCOPE, "first")).toBeUndefined();
    expect((await store.load()).logGroups).toEqual([second]);
  });

  test.each<[prefix: string, expected: string[]]>([
    ["", ["/a", "/a/b", "/a/c", "/ab", "/b"]],
    ["/a", ["/a", "/a/b", "/a/c", "/ab"]],
    ["/a/", ["/a/b", "/a/c"]],
    ["/A", []],
    ["a", []],
  ])("lists the groups that begin with %j", async (prefix, expected) => {
    await using store = open();
    await store.commit(["/b", "/ab", "/a/c", "/a", "/a/b"].map((name) => putGroup(aLogGroup(name))));
    const pages = await allPages((page) => store.listLogGroups(SCOPE, prefix, page), 2);
    expect(pages.flat().map(({ name }) => name)).toEqual(expected);
  });

  test("keeps, replaces and removes streams", async () => {
    await using store = open();
    const [first, second] = [aLogStream(GROUP, "first"), aLogStream(GROUP, "second")];
    await store.commit([putStream(first), putStream(second)]);
    const replaced = { ...first, streamId: "another" };
    await store.commit([putStream(replaced), removeStream("absent")]);
    expect(await store.readLogStream(SCOPE, GROUP, "first")).toEqual(replaced);
    await store.commit([removeStream("first")]);
    expect(await store.readLogStream(SCOPE, GROUP, "first")).toBeUndefined();
    expect(await store.readLogStream(SCOPE, GROUP, "second")).toEqual(second);
  });

  test("removes the streams of a group with it, and no others", async () => {
    await using store = open();
    await store.commit([
      putGroup(aLogGroup(GROUP)),
      putStream(aLogStream(GROUP, "a")),
      putStream(aLogStream(GROUP, "b")),
      putStream(aLogStream(`${GROUP}2`, "a")),
    ]);
    await store.commit([
      { kind: "log-group-removed", scope: SCOPE, name: GROUP },
      putStream(aLogStream(GROUP, "c")),
    ]);
    const listed = (groupName: string) => store.listLogStreams(SCOPE, ascending("", groupName), { limit: 9 });
    expect(await listed(GROUP)).toEqual({ items: [aLogStream(GROUP, "c")] });
    expect(await listed(`${GROUP}2`)).toEqual({ items: [aLogStream(`${GROUP}2`, "a")] });
  });

  test.each<[prefix: string, expected: string[]]>([
    ["", STREAMS_IN_ORDER],
    ["a", ["a/1", "a/10", "a/2", "a0"]],
    ["a/1", ["a/1", "a/10"]],
    ["b", ["b", "b\uffee", "b😀"]],
    ["b\uffee", ["b\uffee"]],
    ["d", []],
  ])("lists the streams that begin with %j in either direction", async (prefix, expected) => {
    await using store = open();
    await store.commit(STREAMS_IN_ORDER.toReversed().map((name) => putStream(aLogStream(GROUP, name))));
    await store.commit([putStream(aLogStream("another", "a/1"))]);
    const listed = async (filter: LogStreamFilter) => {
      const pages = await allPages((page) => store.listLogStreams(SCOPE, filter, page), 2);
      return pages.flat().map(({ name }) => name);
    };
    expect(await listed(ascending(prefix))).toEqual(expected);
    expect(await listed({ ...ascending(prefix), descending: true })).toEqual(expected.toReversed());
  });

  test.each([false, true])(
    "shows once what is there all the time while streams come and go (descending: %j)",
    async (descending) => {
      await using store = open();
      await store.commit(["b", "d", "f", "h"].map((name) => putStream(aLogStream(GROUP, name))));
      const pages = await allPages(
        (page) => store.listLogStreams(SCOPE, { ...ascending(""), descending }, page),
        2,
        async (pageCount) => {
          if (pageCount > 1) return;
          const added = ["a", "c", "e", "g", "i"].map((name) => putStream(aLogStream(GROUP, name)));
          await store.commit([...added, removeStream("d"), removeStream("f")]);
        },
      );
      const expected = descending ? ["h", "f", "e", "c", "b", "a"] : ["b", "d", "e", "g", "h", "i"];
      expect(pages.flat().map(({ name }) => name)).toEqual(expected);
    },
  );

  test("refuses the page token of the other direction", async () => {
    await using store = open();
    await store.commit(["a", "b"].map((name) => putStream(aLogStream(GROUP, name))));
    const { next = "none" } = await store.listLogStreams(SCOPE, ascending(""), { limit: 1 });
    await expect(
      store.listLogStreams(SCOPE, { ...ascending(""), descending: true }, { limit: 1, after: next }),
    ).rejects.toThrow(BadPageTokenError);
  });

  test("keeps scopes apart", async () => {
    await using store = open();
    for (const scope of [SCOPE, ...OTHER_SCOPES]) {
      await store.commit([putGroup(aLogGroup(GROUP, scope)), putStream(aLogStream(GROUP, "a", scope))]);
    }
    await store.commit([{ kind: "log-group-removed", scope: SCOPE, name: GROUP }]);
    expect(await store.readLogGroup(SCOPE, GROUP)).toBeUndefined();
    expect(await store.listLogStreams(SCOPE, ascending(""), { limit: 9 })).toEqual({ items: [] });
    for (const scope of OTHER_SCOPES) {
      expect(await store.listLogGroups(scope, "", { limit: 9 })).toEqual({
        items: [aLogGroup(GROUP, scope)],
      });
      expect(await store.listLogStreams(scope, ascending(""), { limit: 9 })).toEqual({
        items: [aLogStream(GROUP, "a", scope)],
      });
    }
  });
}

function ascending(namePrefix: string, groupName = GROUP): LogStreamFilter {
  return { groupName, namePrefix, descending: false };
}

function putGroup(logGroup: LogGroup): Change {
  return { kind: "log-group-put", logGroup };
}

function putStream(logStream: LogStream): Change {
  return { kind: "log-stream-put", logStream };
}

function removeStream(name: string): Change {
  return { kind: "log-stream-removed", scope: SCOPE, groupName: GROUP, name };
}
