import { existsSync, readFileSync } from "node:fs";
import type { JobDetail, RetryStrategy } from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
import { TAKE_MEMORY } from "../support/take-memory.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });

/** AWS's own: https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html */
const HOST_ONLY: RetryStrategy = {
  attempts: 5,
  evaluateOnExit: [
    { action: "RETRY", onStatusReason: "Host EC2*" },
    { action: "EXIT", onReason: "*" },
  ],
};
const START_ONLY: RetryStrategy = {
  attempts: 3,
  evaluateOnExit: [
    { action: "RETRY", onReason: "CannotInspectContainerError:*" },
    { action: "RETRY", onStatusReason: "Task failed to start" },
    { action: "EXIT", onExitCode: "*" },
  ],
};

/** The exit codes of the attempts, in their order; null where there is none. */
function exitCodes({ attempts = [] }: JobDetail): readonly (number | null)[] {
  return attempts.map(({ container }) => container?.exitCode ?? null);
}

test("16.23 each attempt is counted, dated and shown; the job shows the last", async () => {
  const seen = used.path("attempts");
  const script = `echo "$AWS_BATCH_JOB_ATTEMPT" >>'${seen}'; test "$AWS_BATCH_JOB_ATTEMPT" = 3 || exit 4`;
  const job = await used.jobs.run(script, { retryStrategy: { attempts: 4 } });
  expect(readFileSync(seen, "utf8")).toBe("1\n2\n3\n");
  expect(job).toMatchObject({
    status: "SUCCEEDED",
    statusReason: "Essential container in task exited",
    retryStrategy: { attempts: 4, evaluateOnExit: [] },
    container: { exitCode: 0 },
  });
  expect(exitCodes(job)).toEqual([4, 4, 0]);

  const attempts = job.attempts ?? [];
  const instants = attempts.flatMap(({ startedAt = 0, stoppedAt = 0 }) => [startedAt, stoppedAt]);
  const times = [job.createdAt ?? 0, ...instants];
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const last = attempts.at(-1);
  expect([job.startedAt, job.stoppedAt]).toEqual([last?.startedAt, last?.stoppedAt]);
  expect(job.container?.taskArn).toBe(last?.container?.taskArn);
  expect(job.container?.logStreamName).toBe(last?.container?.logStreamName);
  expect(new Set(attempts.map(({ container }) => container?.taskArn)).size).toBe(3);
  expect(new Set(attempts.map(({ container }) => container?.logStreamName)).size).toBe(3);
  expect(attempts.map(({ statusReason }) => statusReason)).toEqual(
    Array(3).fill("Essential container in task exited"),
  );
});

const FIRST_MATCH: RetryStrategy = {
  attempts: 3,
  evaluateOnExit: [
    { action: "EXIT", onExitCode: "12", onReason: "OutOfMemoryError*" },
    { action: "RETRY", onExitCode: "1*" },
    { action: "EXIT", onExitCode: "12" },
  ],
};

test.concurrent.each<[what: string, strategy: RetryStrategy, script: string, codes: (number | null)[]]>([
  ["no attempts are left", { attempts: 2 }, "exit 9", [9, 9]],
  ["16.28 `onReason: *` says EXIT to a plain failure", HOST_ONLY, "exit 9", [9]],
  ["16.29 no rule matches", { ...FIRST_MATCH, attempts: 2 }, "exit 9", [9, 9]],
  ["the first rule that matches in full says RETRY", FIRST_MATCH, "exit 12", [12, 12, 12]],
  ["`onExitCode: *` says EXIT to any exit code", START_ONLY, "exit 1", [1]],
  [
    "a pattern without a star does not match the beginning of a code",
    { attempts: 3, evaluateOnExit: [{ action: "EXIT", onExitCode: "1" }] },
    "exit 11",
    [11, 11, 11],
  ],
  [
    "an exit code begins as the pattern with a star says",
    { attempts: 3, evaluateOnExit: [{ action: "EXIT", onExitCode: "1*" }] },
    "exit 11",
    [11],
  ],
  [
    "`Essential*` is told by the status reason",
    { attempts: 3, evaluateOnExit: [{ action: "EXIT", onStatusReason: "Essential*" }] },
    "exit 11",
    [11],
  ],
  ["the attempt was successful", { attempts: 3 }, "exit 0", [0]],
])("%s: attempts are as many as they have to be", async (_what, retryStrategy, script, codes) => {
  const job = await used.jobs.run(script, { retryStrategy });
  expect(exitCodes(job)).toEqual(codes);
  expect(job.status).toBe(codes.at(-1) === 0 ? "SUCCEEDED" : "FAILED");
});

test("a job that could not start is tried again where `Task failed to start` says RETRY", async () => {
  const job = await used.jobs.run(["no-such-program"], { retryStrategy: START_ONLY });
  expect(job).toMatchObject({ status: "FAILED", statusReason: "Task failed to start" });
  expect(exitCodes(job)).toEqual([null, null, null]);
});

test("memory that ran out is told by the container's reason", async () => {
  const retryStrategy: RetryStrategy = {
    attempts: 3,
    evaluateOnExit: [
      { action: "RETRY", onReason: "OutOfMemoryError:*" },
      { action: "EXIT", onReason: "*" },
    ],
  };
  const script = `test "$AWS_BATCH_JOB_ATTEMPT" = 2 && exit 5; ${TAKE_MEMORY}`;
  const job = await used.jobs.run(script, { retryStrategy, memory: "32" });
  expect(exitCodes(job)).toEqual([137, 5]);
});

test("16.28 a lost host is told by `Host EC2*`, leaves no exit code, and the next attempt gets another", async () => {
  const seen = used.path("host");
  // Whoever started the command watches it: without that nobody can tell any more how it ended.
  const script = `test "$AWS_BATCH_JOB_ATTEMPT" = 2 && exit 6; echo "$PPID" >'${seen}'; exec sleep 600`;
  const jobId = await used.jobs.submit(script, { retryStrategy: HOST_ONLY });
  const watcher = await waitFor("the command's parent", async () => readPid(seen));
  process.kill(watcher, "SIGKILL");

  const job = await used.jobs.ended(jobId);
  expect(exitCodes(job)).toEqual([null, 6]);
  const [lost, last] = job.attempts ?? [];
  expect(lost?.statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
  expect(lost?.container?.reason).toBeUndefined();
  expect(lost?.startedAt).toBeGreaterThan(0);
  expect(last?.container?.containerInstanceArn).not.toBe(lost?.container?.containerInstanceArn);
});

function readPid(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  return Number(/^(\d+)\n$/.exec(readFileSync(path, "utf8"))?.[1] ?? Number.NaN) || undefined;
}
