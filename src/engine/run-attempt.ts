import { logGroupArn, logStreamArn } from "../batch/arn.ts";
import type { Attempt, AttemptOutcome } from "../batch/attempt.ts";
import { assert } from "../lib/assert.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";
import type { ContainerLogTarget, LaunchedTask } from "./engine.ts";

/** When an attempt came up, and under which address others of its group reach it. */
interface Start {
  readonly atMs: number;
  readonly address: string | undefined;
}

/**
 * The changes that follow from an attempt's having come up: the job in RUNNING, and the log stream of each container
 * (and its group) in being, so that whoever sees RUNNING can read the log.
 */
export function runAttempt(
  attempt: Attempt,
  logs: readonly ContainerLogTarget[],
  state: LiveState,
  { atMs: startedAtMs, address }: Start,
): readonly Change[] {
  const { scope, jobId } = attempt;
  const running = {
    ...attempt,
    ...logNames(logs, logs.length),
    startedAtMs,
    ...(address !== undefined && { address }),
  };
  return [
    ...missingGroups(attempt, logs, state, startedAtMs),
    ...logs.map((log) => logStream(attempt, log, startedAtMs)),
    { kind: "attempt-put", attempt: running },
    { kind: "job-changed", scope, jobId, patch: { status: "RUNNING", startedAtMs }, atMs: startedAtMs },
  ];
}

/**
 * The changes that follow from the end of an attempt that never came up as a whole: what those of its containers wrote
 * that did run, as one that prepares the others, says why.
 */
export function failedStart(
  attempt: Attempt | undefined,
  task: LaunchedTask | undefined,
  state: LiveState,
  { containers = [] }: AttemptOutcome,
): readonly Change[] {
  if (attempt === undefined || task === undefined || attempt.startedAtMs !== undefined) return [];
  const logs = task.logs.flatMap((log) => {
    const { startedAtMs } = containers.find(({ name }) => name === log.containerName) ?? {};
    return startedAtMs === undefined ? [] : [{ ...log, startedAtMs }];
  });
  if (logs.length === 0) return [];
  return [
    ...missingGroups(attempt, logs, state, attempt.placedAtMs),
    ...logs.map((log) => logStream(attempt, log, log.startedAtMs)),
    { kind: "attempt-put", attempt: { ...attempt, ...logNames(logs, task.logs.length) } },
  ];
}

/** The names of streams as an attempt has them, of a task of so many containers. */
function logNames(
  logs: readonly ContainerLogTarget[],
  containerCount: number,
): Pick<Attempt, "logGroupName" | "logStreamName" | "containerLogs"> {
  const [first] = logs;
  assert(first !== undefined, "a task has at least one container");
  const names = { logGroupName: first.groupName, logStreamName: first.streamName };
  if (containerCount === 1) return names;
  const containerLogs = logs.map(({ containerName, streamName }) => ({
    name: containerName,
    logStreamName: streamName,
  }));
  return { ...names, containerLogs };
}

function missingGroups(
  { scope }: Attempt,
  logs: readonly ContainerLogTarget[],
  { logGroups }: LiveState,
  createdAtMs: number,
): readonly Change[] {
  const missing: Change[] = [];
  const names = logs.map(({ groupName }) => groupName);
  for (const name of names.length === 1 ? names : new Set(names)) {
    const arn = logGroupArn(scope, name);
    if (logGroups.has(arn)) continue;
    missing.push({ kind: "log-group-put", logGroup: { scope, name, arn, createdAtMs, tags: {} } });
  }
  return missing;
}

function logStream(
  { scope, jobId }: Attempt,
  { groupName, streamName: name, streamId, multilinePattern }: ContainerLogTarget,
  createdAtMs: number,
): Change {
  return {
    kind: "log-stream-put",
    logStream: {
      scope,
      groupName,
      name,
      arn: logStreamArn(scope, groupName, name),
      streamId,
      writer: "job",
      jobId,
      ...(multilinePattern !== undefined && { multilinePattern }),
      createdAtMs,
    },
  };
}
