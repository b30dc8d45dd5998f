import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type CgroupCandidate,
  findCgroupPlace,
  listCgroupCandidates,
  makeLimitedGroup,
  readGroupMembers,
  readGroupMeters,
} from "./cgroup.ts";

const MIB = 1024 * 1024;

describe("listCgroupCandidates", () => {
  const V1 = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory";
  const V1_CPU = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct";
  const V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";

  test.each<[name: string, mountinfo: string, selfCgroup: string, expected: readonly CgroupCandidate[]]>([
    [
      "of version 1: beneath our own group, then beneath the root",
      `${V1_CPU}\n${V1}\n`,
      "5:cpu,cpuacct:/c\n4:memory:/service\n0::/u\n",
      [
        { version: 1, base: "/sys/fs/cgroup/memory/service" },
        { version: 1, base: "/sys/fs/cgroup/memory" },
      ],
    ],
    [
      "of version 2: beneath our own, beside it, then beneath the root",
      V2,
      "0::/system.slice/batchyard.service/server\n",
      [
        { version: 2, base: "/sys/fs/cgroup/system.slice/batchyard.service/server" },
        { version: 2, base: "/sys/fs/cgroup/system.slice/batchyard.service" },
        { version: 2, base: "/sys/fs/cgroup" },
      ],
    ],
    ["of version 2 in the root group", V2, "0::/\n", [{ version: 2, base: "/sys/fs/cgroup" }]],
    [
      "of a container that sees its own group as the root of the mount",
      "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
      "4:memory:/docker/abc/inner\n",
      [
        { version: 1, base: "/sys/fs/cgroup/memory/inner" },
        { version: 1, base: "/sys/fs/cgroup/memory" },
      ],
    ],
    [
      "of a container whose own group is not in sight",
      "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
      "4:memory:/docker/abcdef\n",
      [{ version: 1, base: "/sys/fs/cgroup/memory" }],
    ],
    ["of a machine without cgroups", "22 1 0:20 / /proc rw - proc proc rw", "", []],
  ])("%s", (_name, mountinfo, selfCgroup, expected) => {
    expect(listCgroupCandidates(mountinfo, selfCgroup)).toEqual(expected);
  });
});

describe("findCgroupPlace", () => {
  test("takes the first candidate that a process can enter", async () => {
    const [first, second] = [aFolder(), aFolder()];
    const tried: string[] = [];
    const place = await findCgroupPlace(
      [
        { version: 1, base: "/proc/no/such" },
        { version: 1, base: first },
        { version: 2, base: second },
      ],
      "/data",
      (file) => Promise.resolve(tried.push(file) > 1),
    );
    const name = tried[0]?.split("/").at(-3) ?? "";
    expect(name).toMatch(/^batchyard-[0-9a-f]{12}$/);
    expect(tried).toEqual([
      join(first, name, "probe/cgroup.procs"),
      join(second, name, "probe/cgroup.procs"),
    ]);
    expect(place).toEqual({ version: 2, parent: join(second, name) });
    expect(readFileSync(join(second, "cgroup.subtree_control"), "utf8")).toBe("+memory");
    expect(readFileSync(join(second, name, "cgroup.subtree_control"), "utf8")).toBe("+memory");
  });
});

describe("a group of version 2", () => {
  test("is limited without swap, and goes as a whole", () => {
    const place = { version: 2 as const, parent: aFolder() };
    mkdirSync(join(place.parent, "g"));
    for (const file of ["memory.swap.max", "memory.oom.group"])
      writeFileSync(join(place.parent, "g", file), "");
    makeLimitedGroup(place, "g", 64);
    expect(readFolder(join(place.parent, "g"))).toEqual({
      "memory.max": String(64 * MIB),
      "memory.oom.group": "1",
      "memory.swap.max": "0",
    });
  });

  test("is read", () => {
    const place = { version: 2 as const, parent: aFolder() };
    mkdirSync(join(place.parent, "g"));
    const files = {
      "memory.peak": "1048576\n",
      "memory.current": "4096\n",
      "memory.events": "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 1\n",
      "cgroup.procs": "12\n0\n34\n",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place.parent, "g", name), text);
    expect(readGroupMeters(place, "g")).toEqual({
      peakMemoryBytes: MIB,
      nowMemoryBytes: undefined,
      oomKillCount: 1,
    });
    expect(readGroupMembers(place, "g")).toEqual([12, 34]);
  });

  test("has what is in use now where the kernel keeps no peak", () => {
    const place = { version: 2 as const, parent: aFolder() };
    mkdirSync(join(place.parent, "g"));
    writeFileSync(join(place.parent, "g", "memory.current"), "4096\n");
    expect(readGroupMeters(place, "g")).toEqual({
      peakMemoryBytes: undefined,
      nowMemoryBytes: 4_096,
      oomKillCount: 0,
    });
  });
});

describe("a group of version 1", () => {
  test("is limited, with swap where that is counted", () => {
    const place = { version: 1 as const, parent: aFolder() };
    mkdirSync(join(place.parent, "g"));
    writeFileSync(join(place.parent, "g", "memory.memsw.limit_in_bytes"), "");
    makeLimitedGroup(place, "g", 4);
    expect(readFolder(join(place.parent, "g"))).toEqual({
      "memory.limit_in_bytes": String(4 * MIB),
      "memory.memsw.limit_in_bytes": String(4 * MIB),
    });
  });

  test("is read", () => {
    const place = { version: 1 as const, parent: aFolder() };
    mkdirSync(join(place.parent, "g"));
    writeFileSync(join(place.parent, "g", "memory.max_usage_in_bytes"), "8192\n");
    writeFileSync(
      join(place.parent, "g", "memory.oom_control"),
      "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    );
    expect(readGroupMeters(place, "g")).toEqual({
      peakMemoryBytes: 8_192,
      nowMemoryBytes: undefined,
      oomKillCount: 2,
    });
  });
});

const root = mkdtempSync(join(tmpdir(), "batchyard-cgroup-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A plain folder does for a group: its files are read and written in the same way. */
function aFolder(): string {
  return mkdtempSync(join(root, "group-"));
}

function readFolder(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}
