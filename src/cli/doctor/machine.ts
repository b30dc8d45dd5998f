import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { availableParallelism, freemem, release, totalmem } from "node:os";
import { join } from "node:path";
import type { Finding } from "./finding.ts";

const NODE_MAJOR_MIN = 24;
const GIB = 1_073_741_824;

export function lookAtNode(): Finding {
  const { node } = process.versions;
  const text = `Node ${node}`;
  if (Number.parseInt(node, 10) >= NODE_MAJOR_MIN) return { name: "node", verdict: "good", text };
  const remedy = `Install Node ${NODE_MAJOR_MIN} or newer.`;
  return { name: "node", verdict: "missing", text, remedy };
}

export function lookAtMachine(): Finding {
  const memory = `${(totalmem() / GIB).toFixed(1)} GiB of memory, ${(freemem() / GIB).toFixed(1)} GiB free`;
  const text = `${process.platform} ${process.arch} ${release()}, ${availableParallelism()} CPUs, ${memory}`;
  return { name: "machine", verdict: "good", text };
}

const PROGRAMS_NEEDED = ["sh", "setsid", "mkfifo", "env"];
const PROGRAMS_USEFUL = ["fallocate"];

/** Whether jobs can run as plain processes. */
export function lookAtProcesses(path: string): Finding {
  const name = "processes";
  if (process.platform !== "linux") {
    const remedy = "Use a container engine, or run the server on Linux.";
    return {
      name,
      verdict: "missing",
      text: `jobs as plain processes need Linux, this is ${process.platform}`,
      remedy,
    };
  }
  const missing = PROGRAMS_NEEDED.filter((program) => !isInPath(program, path));
  if (missing.length > 0) {
    const remedy = "Install them: on Debian they are in coreutils, dash and util-linux.";
    return { name, verdict: "missing", text: `not found in PATH: ${missing.join(", ")}`, remedy };
  }
  const wanted = PROGRAMS_USEFUL.filter((program) => !isInPath(program, path));
  if (wanted.length > 0) {
    const remedy = "Install util-linux: without it logs of running jobs cannot be shortened.";
    return { name, verdict: "poor", text: `not found in PATH: ${wanted.join(", ")}`, remedy };
  }
  return { name, verdict: "good", text: "jobs can run as plain processes" };
}

function isInPath(program: string, path: string): boolean {
  return path.split(":").some((folder) => isAccessible(join(folder, program), constants.X_OK));
}

const CGROUP_ROOT = "/sys/fs/cgroup";

/** Whether memory limits can be the kernel's. */
export function lookAtCgroups(): Finding {
  const name = "cgroups";
  const own = readText("/proc/self/cgroup");
  const isUnified = existsSync(join(CGROUP_ROOT, "cgroup.controllers"));
  const place = isUnified
    ? join(CGROUP_ROOT, /^0::(.*)$/m.exec(own)?.[1] ?? "/")
    : join(CGROUP_ROOT, "memory", /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m.exec(own)?.[1] ?? "/");
  const version = isUnified ? "version 2" : "version 1";
  const remedy =
    "Run the server as root, or by systemd with Delegate=yes (packaging/batchyard.service); " +
    "until then memory limits of processes are watched every 250 ms.";
  const hasMemory = isUnified
    ? readText(join(CGROUP_ROOT, "cgroup.controllers")).split(/\s/).includes("memory")
    : existsSync(join(CGROUP_ROOT, "memory"));
  if (!hasMemory) return { name, verdict: "poor", text: `${version}, without the memory controller`, remedy };
  // In a container the own group may be the root of what is seen.
  const isWritable = [place, isUnified ? CGROUP_ROOT : join(CGROUP_ROOT, "memory")].some((folder) =>
    isAccessible(folder, constants.W_OK),
  );
  if (isWritable) return { name, verdict: "good", text: `${version}, groups can be made` };
  return { name, verdict: "poor", text: `${version}, but this user may not make groups`, remedy };
}

const OPEN_FILES_MIN = 4_096;

/** Node raises its own limit as far as it may: the hard limit counts. */
export function lookAtOpenFiles(): Finding {
  const name = "open files";
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readText("/proc/self/limits"))?.[1];
  if (hard === undefined) return { name, verdict: "good", text: "limit not known here" };
  const text = `at most ${hard}`;
  if (hard === "unlimited" || Number(hard) >= OPEN_FILES_MIN) return { name, verdict: "good", text };
  const remedy = `Raise it to ${OPEN_FILES_MIN} or more: ulimit -n, or LimitNOFILE= of the systemd unit.`;
  return { name, verdict: "poor", text, remedy };
}

const YEAR_MIN = 2_025;
const YEAR_MAX = 2_100;

/** Signatures are made and checked with it. */
export function lookAtClock(nowMs: number): Finding {
  const now = new Date(nowMs);
  const text = now.toISOString();
  const year = now.getUTCFullYear();
  if (year >= YEAR_MIN && year < YEAR_MAX) return { name: "clock", verdict: "good", text };
  return { name: "clock", verdict: "missing", text, remedy: "Set the clock: timedatectl set-ntp true." };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
