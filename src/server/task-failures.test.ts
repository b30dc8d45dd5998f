import { expect, test } from "vitest";
import { AssertionError } from "../lib/assert.ts";
import { StoreWriteError } from "../store/store.ts";
import { createTaskFailureReporter } from "./task-failures.ts";

function aReporter() {
  const told: string[] = [];
  const stoppedFor: unknown[] = [];
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs };
  const report = createTaskFailureReporter({
    logger: { error: (line: { task: string; err: Error }) => told.push(`${line.task}: ${line.err.message}`) },
    clock,
    stopFor: (error) => stoppedFor.push(error),
  });
  return { report, told, stoppedFor, clock };
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: "open", errno: -1 });
}

test.each([
  ...["EMFILE", "ENFILE", "ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "ENOENT"].map(systemError),
  new StoreWriteError("full"),
  Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode: 10 | (1 << 8) }),
  Object.assign(new Error("unable to open database file"), { code: "ERR_SQLITE_ERROR", errcode: 14 }),
])("what the world refused does not stop the process: %s", (error) => {
  const { report, told, stoppedFor } = aReporter();
  report("engine", error);
  expect(told).toEqual([`engine: ${error.message}`]);
  expect(stoppedFor).toEqual([]);
});

test.each([
  new TypeError("undefined is not a function"),
  new AssertionError("no"),
  new Error("any"),
  systemError("EBADF"),
  systemError("EINVAL"),
  Object.assign(new Error("malformed"), { code: "ERR_SQLITE_ERROR", errcode: 11 }),
])("a bug stops the process: %s", (error) => {
  const { report, told, stoppedFor } = aReporter();
  report("engine", error);
  expect(told).toEqual([`engine: ${error.message}`]);
  expect(stoppedFor).toEqual([error]);
});

test("a failure that goes on is told of once a minute for each task and kind", () => {
  const { report, told, clock } = aReporter();
  for (let second = 0; second < 61; second += 1) {
    clock.nowMs = second * 1_000;
    report("engine", systemError("EMFILE"));
  }
  expect(told).toEqual(["engine: EMFILE", "engine: EMFILE"]);
  report("engine", systemError("ENOSPC"));
  report("log limit", systemError("ENOSPC"));
  expect(told.slice(2)).toEqual(["engine: ENOSPC", "log limit: ENOSPC"]);
});
