import { logGroupArn, logStreamArn } from "../batch/arn.ts";
import type { Attempt } from "../batch/attempt.ts";
import type { LogTarget } from "../batch/log-configuration.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";

/**
 * The changes that follow from an attempt's container having come up: the job in RUNNING, and its log stream (and
 * group) in being, so that whoever sees RUNNING can read the log.
 */
export function runAttempt(
  attempt: Attempt,
  { groupName, streamName, multilinePattern }: LogTarget,
  state: LiveState,
  startedAtMs: number,
): readonly Change[] {
  const { scope, jobId, taskId } = attempt;
  const groupArn = logGroupArn(scope, groupName);
  const group = { scope, name: groupName, arn: groupArn, createdAtMs: startedAtMs, tags: {} };
  return [
    ...(state.logGroups.has(groupArn) ? [] : [{ kind: "log-group-put" as const, logGroup: group }]),
    {
      kind: "log-stream-put",
      logStream: {
        scope,
        groupName,
        name: streamName,
        arn: logStreamArn(scope, groupName, streamName),
        streamId: taskId,
        writer: "job",
        jobId,
        ...(multilinePattern !== undefined && { multilinePattern }),
        createdAtMs: startedAtMs,
      },
    },
    {
      kind: "attempt-put",
      attempt: { ...attempt, startedAtMs, logGroupName: groupName, logStreamName: streamName },
    },
    { kind: "job-changed", scope, jobId, patch: { status: "RUNNING", startedAtMs }, atMs: startedAtMs },
  ];
}
