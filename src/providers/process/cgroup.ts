import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** A cgroup of ours that holds others, each with a memory limit. */
export interface CgroupPlace {
  /** The version of the interface: version 1 has a hierarchy for each controller, version 2 one for all. */
  readonly version: 1 | 2;
  readonly parent: string;
}

/** Where on this machine groups with a memory limit might be made; the first that works is taken. */
export interface CgroupCandidate {
  readonly version: 1 | 2;
  readonly base: string;
}

/**
 * Reads the places from `/proc/self/mountinfo` and `/proc/self/cgroup`: beneath the group of this program, so that its
 * own limits hold for the jobs too, beside it, and beneath the root.
 *
 * Beside it because a group of version 2 that holds processes cannot hold limited groups as well: a service that is
 * delegated its group keeps itself in a group within (`DelegateSubgroup=` of systemd.resource-control(5)).
 */
export function listCgroupCandidates(mountinfo: string, selfCgroup: string): readonly CgroupCandidate[] {
  return mountinfo.split("\n").flatMap((line) => {
    const mount = parseMemoryMount(line);
    if (mount === undefined) return [];
    const ownGroup = findOwnGroup(selfCgroup, mount.version) ?? mount.root;
    const own = resolve(mount.point, `.${relativeTo(mount.root, ownGroup)}`);
    const isRoot = own === mount.point;
    const bases = mount.version === 1 || isRoot ? [own, mount.point] : [own, dirname(own), mount.point];
    return [...new Set(bases)].map((base) => ({ version: mount.version, base }));
  });
}

interface MemoryMount {
  readonly version: 1 | 2;
  /** The group that is mounted: `/`, or in a container often the container's. */
  readonly root: string;
  readonly point: string;
}

/** `36 35 98:0 /root /point options… - type source superOptions`, as in proc_pid_mountinfo(5). */
function parseMemoryMount(line: string): MemoryMount | undefined {
  const [mountPart, typePart] = line.split(" - ");
  const [, , , root, point] = (mountPart ?? "").split(" ");
  const [type, , superOptions] = (typePart ?? "").split(" ");
  if (root === undefined || point === undefined) return undefined;
  if (type === "cgroup2") return { version: 2, root, point };
  if (type === "cgroup" && superOptions?.split(",").includes("memory")) return { version: 1, root, point };
  return undefined;
}

/** `4:memory:/path` in version 1, `0::/path` in version 2. */
function findOwnGroup(selfCgroup: string, version: 1 | 2): string | undefined {
  for (const line of selfCgroup.split("\n")) {
    const [id, controllers, ...path] = line.split(":");
    const isIt = version === 2 ? id === "0" : controllers?.split(",").includes("memory");
    if (isIt === true) return path.join(":");
  }
  return undefined;
}

function relativeTo(root: string, group: string): string {
  const prefix = root === "/" ? "" : root;
  return `${group}/`.startsWith(`${prefix}/`) ? `/${group.slice(prefix.length + 1)}` : "/";
}

/**
 * Makes a group with a limit, lets a process enter it and removes it again, at one candidate after the other, and
 * answers the first that can do all of it.
 *
 * @param enter runs a process that writes `0` to the file, and says whether it could.
 */
export async function findCgroupPlace(
  candidates: readonly CgroupCandidate[],
  dataFolder: string,
  enter: (procsFile: string) => Promise<boolean>,
): Promise<CgroupPlace | undefined> {
  const name = `batchyard-${createHash("sha256").update(dataFolder).digest("hex").slice(0, 12)}`;
  for (const { version, base } of candidates) {
    const place: CgroupPlace = { version, parent: join(base, name) };
    if (await isUsable(place, base, enter)) return place;
    await removeGroup(place.parent);
  }
  return undefined;
}

const PROBE_LIMIT_MIB = 64;

async function isUsable(
  place: CgroupPlace,
  base: string,
  enter: (procsFile: string) => Promise<boolean>,
): Promise<boolean> {
  const probe = join(place.parent, "probe");
  try {
    makeGroup(place.parent);
    if (place.version === 2) {
      for (const folder of [base, place.parent])
        writeFileSync(join(folder, "cgroup.subtree_control"), "+memory");
    }
    makeLimitedGroup(place, "probe", PROBE_LIMIT_MIB);
    return await enter(join(probe, "cgroup.procs"));
  } catch {
    return false;
  } finally {
    await removeGroup(probe);
  }
}

/** Makes a group within ours, or sets the limit of the one that is there. Throws what the file system throws. */
export function makeLimitedGroup(place: CgroupPlace, name: string, memoryMiB: number): void {
  const group = join(place.parent, name);
  const bytes = String(memoryMiB * 1024 * 1024);
  makeGroup(group);
  if (place.version === 2) {
    writeFileSync(join(group, "memory.max"), bytes);
    writeIfThere(join(group, "memory.swap.max"), "0");
    // All of the group goes when one of it goes over the limit, as a container does.
    writeIfThere(join(group, "memory.oom.group"), "1");
  } else {
    writeFileSync(join(group, "memory.limit_in_bytes"), bytes);
    writeIfThere(join(group, "memory.memsw.limit_in_bytes"), bytes);
  }
}

export interface GroupMeters {
  /** Absent in version 2 before Linux 5.19. */
  readonly peakMemoryBytes: number | undefined;
  /** Read where there is no peak. */
  readonly nowMemoryBytes: number | undefined;
  readonly oomKillCount: number;
}

export function readGroupMeters(place: CgroupPlace, name: string): GroupMeters {
  const group = join(place.parent, name);
  if (place.version === 1) {
    return {
      peakMemoryBytes: toNumber(readGroupFile(group, "memory.max_usage_in_bytes")),
      nowMemoryBytes: undefined,
      oomKillCount: readKey(readGroupFile(group, "memory.oom_control"), "oom_kill") ?? 0,
    };
  }
  const peak = toNumber(readGroupFile(group, "memory.peak"));
  return {
    peakMemoryBytes: peak,
    nowMemoryBytes: peak === undefined ? toNumber(readGroupFile(group, "memory.current")) : undefined,
    oomKillCount: readKey(readGroupFile(group, "memory.events"), "oom_kill") ?? 0,
  };
}

/** Sends SIGKILL to everything in the group. The file is there from Linux 5.14 on, in version 2. */
export function killGroup(place: CgroupPlace, name: string): void {
  const group = join(place.parent, name);
  if (place.version === 2 && writeIfThere(join(group, "cgroup.kill"), "1")) return;
  for (const pid of readGroupMembers(place, name)) killMember(pid);
}

export function readGroupMembers(place: CgroupPlace, name: string): readonly number[] {
  const text = readGroupFile(join(place.parent, name), "cgroup.procs") ?? "";
  // 0 stands for a process that this program cannot see, in another pid namespace.
  return text
    .split("\n")
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The names of the groups within ours. */
export function listGroups(place: CgroupPlace): readonly string[] {
  try {
    return readdirSync(place.parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** True once there is no such group. False while something is in it. */
export async function removeGroup(group: string): Promise<boolean> {
  try {
    await rmdir(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function makeGroup(group: string): void {
  try {
    mkdirSync(group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** False where this kernel has no such setting. */
function writeIfThere(file: string, value: string): boolean {
  try {
    writeFileSync(file, value, { flag: "r+" });
    return true;
  } catch {
    return false;
  }
}

/** A pid that was in the group a moment ago. */
function killMember(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has just ended. EPERM: it has become another user's, out of our reach.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

function readGroupFile(group: string, name: string): string | undefined {
  try {
    return readFileSync(join(group, name), "utf8");
  } catch {
    return undefined;
  }
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === "" ? undefined : Number(text);
}

/** The value of `key` in a file of lines of a key and a number. */
function readKey(text: string | undefined, key: string): number | undefined {
  const line = text?.split("\n").find((candidate) => candidate.startsWith(`${key} `));
  return toNumber(line?.slice(key.length + 1));
}
