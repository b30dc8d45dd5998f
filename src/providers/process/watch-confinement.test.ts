import { describe, expect, test } from "vitest";
import type { Session } from "./confinement.ts";
import type { ProcessStat } from "./process-identity.ts";
import { WatchConfinement, type WatchedTable } from "./watch-confinement.ts";

const MIB = 1024 * 1024;
const BOOT_ID = "this-boot";
const RUNNER = { bootId: BOOT_ID, pid: 100, startTicks: 10 };

interface StandIn extends Partial<ProcessStat> {
  readonly pid: number;
  readonly marker?: string;
  readonly nowMiB?: number;
  readonly peakMiB?: number;
  readonly proportionalMiB?: number;
}

describe("memory", () => {
  test("of all processes of an attempt counts, in its runner's session and out of it", () => {
    const table = new TableStandIn([
      { pid: 100, startTicks: 10, nowMiB: 1 },
      { pid: 101, parentPid: 100, startTicks: 20, marker: "t", nowMiB: 30, peakMiB: 31 },
      { pid: 102, startTicks: 21, nowMiB: 30 },
      { pid: 103, sessionId: 103, marker: "t", nowMiB: 10 },
      { pid: 104, sessionId: 104, nowMiB: 500 },
      { pid: 105, marker: "t", state: "Z", nowMiB: 500 },
    ]);
    const confinement = new WatchConfinement(table);
    expect(confinement.sweep([aSession({ memoryMiB: 70 })])).toEqual([]);
    expect(confinement.sweep([aSession({ memoryMiB: 69 })])).toEqual(["t"]);
    expect(confinement.usage({ runId: "t", runnerName: "r" })).toEqual({
      isOutOfMemory: false,
      peakMemoryBytes: 70 * MIB,
    });
    expect(table.killedPids).toEqual([]);
  });

  test("that processes share counts once", () => {
    const worker = { parentPid: 101, marker: "t", nowMiB: 50, proportionalMiB: 20 };
    const table = new TableStandIn([
      { ...worker, pid: 101, startTicks: 20 },
      { ...worker, pid: 102 },
      { ...worker, pid: 103 },
    ]);
    const confinement = new WatchConfinement(table);
    expect(confinement.sweep([aSession({ memoryMiB: 60 })])).toEqual([]);
    expect(confinement.usage({ runId: "t", runnerName: "r" }).peakMemoryBytes).toBe(60 * MIB);
    expect(confinement.sweep([aSession({ memoryMiB: 59 })])).toEqual(["t"]);
  });

  test("has its peak from what a process says of its past", () => {
    const table = new TableStandIn([{ pid: 101, marker: "t", nowMiB: 5, peakMiB: 40 }]);
    const confinement = new WatchConfinement(table);
    expect(confinement.sweep([aSession()])).toEqual([]);
    expect(confinement.usage({ runId: "t", runnerName: "r" }).peakMemoryBytes).toBe(40 * MIB);
  });
});

describe("what is ended", () => {
  test.each<[name: string, process: StandIn, session: Session, isEnded: boolean]>([
    ["the runner itself", { pid: 100, startTicks: 10 }, anIdleSession(), false],
    ["what is left in the session of an idle runner", { pid: 101, startTicks: 20 }, anIdleSession(), true],
    ["what is older than the command that runs", { pid: 101, startTicks: 19 }, aSession(), true],
    ["what is as old as the command that runs", { pid: 101, startTicks: 20 }, aSession(), false],
    [
      "what has no command to compare with yet",
      { pid: 101, startTicks: 1 },
      aSession({ command: undefined }),
      false,
    ],
    ["what belongs to nobody here", { pid: 101, sessionId: 7 }, aSession(), false],
    [
      "what carries the id of an attempt elsewhere",
      { pid: 101, sessionId: 7, marker: "other" },
      aSession(),
      false,
    ],
  ])("%s: %j %j %j", (_name, process, session, isEnded) => {
    const table = new TableStandIn([process]);
    new WatchConfinement(table).sweep([session]);
    expect(table.killedPids).toEqual(isEnded ? [process.pid] : []);
  });

  test("an attempt that is over, wherever it went, until nothing of it was seen twice", () => {
    const table = new TableStandIn([
      { pid: 101, marker: "t", startTicks: 30 },
      { pid: 102, sessionId: 102, marker: "t" },
    ]);
    const confinement = new WatchConfinement(table);
    expect(confinement.leave({ runId: "t", runnerName: "r" })).toBe(true);
    confinement.sweep([aSession({ runId: "next" })]);
    expect(table.killedPids).toEqual([101, 102]);
    expect(confinement.isClearing("r")).toBe(true);

    table.processes = [];
    confinement.sweep([aSession({ runId: "next" })]);
    expect([confinement.isClearing("r"), confinement.hasWork()]).toEqual([true, true]);
    confinement.sweep([aSession({ runId: "next" })]);
    expect([confinement.isClearing("r"), confinement.hasWork()]).toEqual([false, false]);
  });

  test("a running attempt that was killed, with what is in its session", () => {
    const table = new TableStandIn([
      { pid: 101, marker: "t" },
      { pid: 102, startTicks: 30 },
    ]);
    const confinement = new WatchConfinement(table);
    confinement.kill({ runId: "t", runnerName: "r" });
    confinement.sweep([aSession()]);
    expect(table.killedPids).toEqual([101, 102]);
  });

  test("the session of a runner that is no more, while the number is not somebody else's", () => {
    const table = new TableStandIn([
      { pid: 100, startTicks: 10 },
      { pid: 101, startTicks: 15 },
    ]);
    const confinement = new WatchConfinement(table);
    confinement.clear("r", RUNNER, []);
    confinement.sweep([]);
    expect(table.killedPids).toEqual([100, 101]);
    expect(confinement.isClearing("r")).toBe(true);

    table.processes = [
      { pid: 100, startTicks: 99 },
      { pid: 101, startTicks: 100 },
    ];
    table.killedPids.length = 0;
    confinement.sweep([]);
    expect(table.killedPids).toEqual([]);
    expect([confinement.isClearing("r"), confinement.hasWork()]).toEqual([false, false]);
  });

  test("nothing for a runner of another boot", () => {
    const table = new TableStandIn([{ pid: 101 }]);
    const confinement = new WatchConfinement(table);
    confinement.clear("r", { ...RUNNER, bootId: "earlier-boot" }, []);
    confinement.sweep([]);
    expect(table.killedPids).toEqual([]);
  });
});

test("the environment of a process is read once, unless it may still become the command", () => {
  const table = new TableStandIn([
    { pid: 101, parentPid: 100, startTicks: 20 },
    { pid: 102, sessionId: 7, startTicks: 20 },
    { pid: 103, parentPid: 100, startTicks: 20, marker: "t" },
  ]);
  const confinement = new WatchConfinement(table);
  for (let times = 0; times < 3; times += 1) confinement.sweep([aSession()]);
  expect(table.readPids.filter((pid) => pid === 101)).toHaveLength(3);
  expect(table.readPids.filter((pid) => pid === 102)).toHaveLength(1);
  expect(table.readPids.filter((pid) => pid === 103)).toHaveLength(1);
});

function aSession(attempt: Partial<NonNullable<Session["attempt"]>> = {}): Session {
  const command = { bootId: BOOT_ID, pid: 101, startTicks: 20 };
  return { runner: RUNNER, attempt: { runId: "t", runnerName: "r", memoryMiB: 64, command, ...attempt } };
}

function anIdleSession(): Session {
  return { runner: RUNNER, attempt: undefined };
}

/** Processes that are in the runner's session unless they say otherwise. */
class TableStandIn implements WatchedTable {
  readonly bootId = BOOT_ID;
  processes: readonly StandIn[];
  readonly killedPids: number[] = [];
  readonly readPids: number[] = [];

  constructor(processes: readonly StandIn[]) {
    this.processes = processes;
  }

  list(): readonly ProcessStat[] {
    return this.processes.map((process) => ({
      state: "S",
      parentPid: 1,
      groupId: 100,
      sessionId: 100,
      startTicks: 20,
      ...process,
    }));
  }

  environment(pid: number): readonly string[] {
    this.readPids.push(pid);
    const marker = this.#find(pid)?.marker;
    return ["PATH=/bin", ...(marker === undefined ? [] : [`BATCHYARD_TASK_ID=${marker}`]), ""];
  }

  memory(pid: number): { readonly nowBytes: number; readonly peakBytes: number } | undefined {
    const { nowMiB = 0, peakMiB = nowMiB } = this.#find(pid) ?? {};
    return { nowBytes: nowMiB * MIB, peakBytes: peakMiB * MIB };
  }

  proportionalMemoryBytes(pid: number): number | undefined {
    const { proportionalMiB } = this.#find(pid) ?? {};
    return proportionalMiB === undefined ? undefined : proportionalMiB * MIB;
  }

  signal({ pid }: { readonly pid: number }): void {
    this.killedPids.push(pid);
  }

  #find(pid: number): StandIn | undefined {
    return this.processes.find((process) => process.pid === pid);
  }
}
