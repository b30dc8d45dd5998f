import { logGroupArn, logStreamArn } from "../batch/arn.ts";
import type { Attempt } from "../batch/attempt.ts";
import { assert } from "../lib/assert.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";
import type { ContainerLogTarget } from "./engine.ts";

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
  const [first] = logs;
  assert(first !== undefined, `attempt ${attempt.taskId} has no container`);
  const containerLogs = logs.map(({ containerName, streamName }) => ({
    name: containerName,
    logStreamName: streamName,
  }));
  return [
    ...missingGroups(attempt, logs, state, startedAtMs),
    ...logs.map((log) => logStream(attempt, log, startedAtMs)),
    {
      kind: "attempt-put",
      attempt: {
        ...attempt,
        startedAtMs,
        logGroupName: first.groupName,
        logStreamName: first.streamName,
        ...(logs.length > 1 && { containerLogs }),
        ...(address !== undefined && { address }),
      },
    },
    { kind: "job-changed", scope, jobId, patch: { status: "RUNNING", startedAtMs }, atMs: startedAtMs },
  ];
}

function missingGroups(
  { scope }: Attempt,
  logs: readonly ContainerLogTarget[],
  { logGroups }: LiveState,
  createdAtMs: number,
): readonly Change[] {
  return [...new Set(logs.map(({ groupName }) => groupName))]
    .map((name) => ({ scope, name, arn: logGroupArn(scope, name), createdAtMs, tags: {} }))
    .filter(({ arn }) => !logGroups.has(arn))
    .map((logGroup) => ({ kind: "log-group-put", logGroup }));
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
