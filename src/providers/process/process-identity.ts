import { readdirSync, readFileSync } from "node:fs";
import { uptime } from "node:os";
import { isShortage } from "./shortage.ts";

/** A process for good: its number is given again, the number with its start and its boot is not. */
export interface ProcessIdentity {
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks from the boot to the start of the process. */
  readonly startTicks: number;
}

/** What one line of `/proc/⟨pid⟩/stat` says, as far as it is needed here. */
export interface ProcessStat {
  readonly pid: number;
  /** `Z` and `X` are dead already, `T` is stopped. */
  readonly state: string;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  readonly startTicks: number;
}

/** The processes of this machine, in this boot. A process is signalled only after its start time has been compared. */
export class ProcessTable {
  readonly bootId: string;

  constructor(bootId: string) {
    this.bootId = bootId;
  }

  stat(pid: number): ProcessStat | undefined {
    const line = readProcFile(pid, "stat");
    return line === undefined ? undefined : parseProcessStat(line);
  }

  list(): readonly ProcessStat[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => this.stat(Number(name)))
      .filter((stat) => stat !== undefined);
  }

  /** Undefined once it is dead. */
  find(identity: ProcessIdentity): ProcessStat | undefined {
    if (identity.bootId !== this.bootId) return undefined;
    const stat = this.stat(identity.pid);
    return stat?.startTicks === identity.startTicks && !isDead(stat) ? stat : undefined;
  }

  isAlive(identity: ProcessIdentity): boolean {
    return this.find(identity) !== undefined;
  }

  signal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
    if (this.isAlive(identity)) send(identity.pid, signal);
  }

  /** Signals the whole process group that this process leads; while it lives, the group's number is its own. */
  signalGroupOf(leader: ProcessIdentity, signal: NodeJS.Signals): void {
    if (this.isAlive(leader)) send(-leader.pid, signal);
  }

  /** The wall time of an instant that is given by the time since the boot, to 10 ms. */
  wallTimeMs(sinceBoot: { readonly seconds: number } | { readonly ticks: number }, nowMs: number): number {
    const seconds = "ticks" in sinceBoot ? sinceBoot.ticks / TICKS_PER_SECOND : sinceBoot.seconds;
    return Math.min(nowMs, Math.round(nowMs - (uptime() - seconds) * 1_000));
  }

  /** The environment that the process began with; empty where it is not ours to read. */
  environment(pid: number): readonly string[] {
    return readProcFile(pid, "environ")?.split("\0") ?? [];
  }

  /** Memory in use now, and the most of it so far, shared memory in full; undefined for a process that has none. */
  memory(pid: number): { readonly nowBytes: number; readonly peakBytes: number } | undefined {
    const status = readProcFile(pid, "status");
    const now = status?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
    const peak = status?.match(/^VmHWM:\s+(\d+) kB$/m)?.[1];
    if (now === undefined || peak === undefined) return undefined;
    return { nowBytes: Number(now) * 1024, peakBytes: Number(peak) * 1024 };
  }

  /**
   * Memory in use now, of shared memory only its part: forked workers that have gigabytes in common have them once.
   * Takes long to find out. Undefined where the kernel does not tell.
   */
  proportionalMemoryBytes(pid: number): number | undefined {
    const kilobytes = readProcFile(pid, "smaps_rollup")?.match(/^Pss:\s+(\d+) kB$/m)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  }
}

export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Undefined if the line is not whole. */
export function parseProcessStat(line: string): ProcessStat | undefined {
  const pid = Number(line.match(/^(\d+) \(/)?.[1]);
  // The name in parentheses may itself hold spaces and parentheses: the fields begin after the last one.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, parentPid, groupId, sessionId] = fields;
  const startTicks = Number(fields[STAT_START_TICKS]);
  if (state === undefined || !Number.isInteger(pid) || !Number.isInteger(startTicks)) return undefined;
  return {
    pid,
    state,
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    sessionId: Number(sessionId),
    startTicks,
  };
}

/** USER_HZ, in which the kernel gives times to programs on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Position of `starttime` (field 22 of proc_pid_stat(5)), counted from the field after the name. */
const STAT_START_TICKS = 19;

export function isDead(stat: ProcessStat): boolean {
  return stat.state === "Z" || stat.state === "X";
}

/**
 * A process may end, or be another user's, between the look and the read: both count as nothing there. That there
 * is a shortage says nothing of the other process and is thrown.
 */
function readProcFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

/** `target` is a pid, or a process group's number below zero. */
function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    // ESRCH: it has just ended. EPERM: it has become another user's, out of our reach.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
